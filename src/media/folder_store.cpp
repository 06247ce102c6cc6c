#include "media/folder_store.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>

#include <fmt/format.h>
#include <sys/stat.h>

namespace claw {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> failed(const char* what) {
  return fail(ErrorKind::kTransient, fmt::format("{}: {}", what, std::strerror(errno)));
}

bool sync_at(const fs::path& path, int flags) {
  const Fd fd(::open(path.c_str(), flags | O_CLOEXEC));
  return fd.get() >= 0 && ::fsync(fd.get()) == 0;
}

/// Makes the folders that are missing, each known to its parent after a power cut.
bool make_folders(const fs::path& folder) {
  if (fs::is_directory(folder)) return true;
  if (folder.has_parent_path() && !make_folders(folder.parent_path())) return false;
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return false;
  return sync_at(folder.has_parent_path() ? folder.parent_path() : fs::path("."), O_RDONLY | O_DIRECTORY);
}

Result<void> put_file(const fs::path& from, const fs::path& to) {
  struct Gone {
    const fs::path& path;
    ~Gone() { ::unlink(path.c_str()); }
  } const gone{from};
  if (!sync_at(from, O_RDONLY) || !make_folders(to.parent_path()) || ::rename(from.c_str(), to.c_str()) != 0 ||
      !sync_at(to.parent_path(), O_RDONLY | O_DIRECTORY))
    return failed("the file could not be stored");
  return {};
}

}  // namespace

Task<Result<void>> FolderStore::put(std::string name, std::string path) {
  co_return co_await workers_.run<void>(
      [to = fs::path(folder_) / name, from = fs::path(path)](std::size_t) { return put_file(from, to); });
}

Task<Result<Fd>> FolderStore::open(std::string name) {
  co_return co_await workers_.run<Fd>([path = folder_ + "/" + name](std::size_t) -> Result<Fd> {
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() >= 0) return fd;
    if (errno == ENOENT) return fail(ErrorKind::kNotFound, "the file is not in the store any more");
    return failed("the file could not be opened");
  });
}

Task<Result<void>> FolderStore::remove(std::string name) {
  co_return co_await workers_.run<void>([path = folder_ + "/" + name](std::size_t) -> Result<void> {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed("the file could not be deleted");
    return {};
  });
}

}  // namespace claw
