#include "support/run_program.hpp"

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/wait.h>

#include "support/eventually.hpp"

namespace claw::testing {
namespace {

/// A file without a name, for a child's standard stream: unlike a pipe it never fills up.
class Stream {
 public:
  explicit Stream(const std::string& content = "") : fd_(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)) {
    if (fd_ < 0 || ::pwrite(fd_, content.data(), content.size(), 0) != static_cast<ssize_t>(content.size()))
      throw std::runtime_error("no room under /tmp");
  }
  ~Stream() { ::close(fd_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] std::string content() const {
    std::string bytes(static_cast<std::size_t>(::lseek(fd_, 0, SEEK_END)), '\0');
    const auto count = ::pread(fd_, bytes.data(), bytes.size(), 0);
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }

 private:
  int fd_;
};

}  // namespace

ProgramResult run_program(std::vector<std::string> command, const std::string& input,
                          const std::vector<std::string>& environment, std::chrono::seconds limit) {
  std::vector<char*> arguments;
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const Stream in(input);
  const Stream out;
  const Stream err;
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(in.fd(), STDIN_FILENO);
    ::dup2(out.fd(), STDOUT_FILENO);
    ::dup2(err.fd(), STDERR_FILENO);
    for (const auto& variable : environment) ::putenv(const_cast<char*>(variable.c_str()));
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  int status = 0;
  ProgramResult result;
  if (eventually([&] { return ::waitpid(child, &status, WNOHANG) == child; }, limit)) {
    if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  } else {
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
  }
  result.out = out.content();
  result.err = err.content();
  return result;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace claw::testing
