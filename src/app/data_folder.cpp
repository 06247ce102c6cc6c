#include "app/data_folder.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace claw {

Result<DataFolderLock> DataFolderLock::take(const std::string& folder, const std::string& lock_path) {
  std::error_code fault;
  const bool made = std::filesystem::create_directories(folder, fault);
  if (fault) return fail(ErrorKind::kFatal, fmt::format("data folder {}: {}", folder, fault.message()));
  if (made) ::chmod(folder.c_str(), 0700);
  DataFolderLock lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.file_.get() < 0)
    return fail(ErrorKind::kFatal, fmt::format("data folder {}: {}", folder, std::strerror(errno)));
  if (::flock(lock.file_.get(), LOCK_EX | LOCK_NB) != 0) {
    char holder[32] = "";
    const auto count = ::pread(lock.file_.get(), holder, sizeof holder - 1, 0);
    const std::string pid(holder, count > 0 ? static_cast<std::size_t>(count) : 0);
    return fail(ErrorKind::kConflict, fmt::format("process {} works on data folder {}", pid, folder));
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(lock.file_.get(), 0) != 0 || ::pwrite(lock.file_.get(), pid.data(), pid.size(), 0) < 0)
    return fail(ErrorKind::kFatal, fmt::format("data folder {} cannot be written: {}", folder, std::strerror(errno)));
  return lock;
}

}  // namespace claw
