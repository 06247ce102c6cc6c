#include "base/run_command.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>

#include "base/fd.hpp"

namespace claw {
namespace {

struct Pipe {
  Fd read, write;
};

Pipe make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  // Ours only: the program's end blocks, as programs expect it.
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {Fd(ends[0]), Fd(ends[1])};
}

/// posix_spawn(3) with what a stranger's program gets to see.
class Spawn {
 public:
  Spawn() {
    posix_spawn_file_actions_init(&files_);
    posix_spawnattr_init(&attributes_);
  }
  ~Spawn() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  /// The errno of a failure, else 0.
  int start(const std::vector<std::string>& words, int out, int err, pid_t& child) {
    constexpr int kFirstOther = 3;
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files_, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files_, err, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files_, kFirstOther);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<std::string> environment;
    for (const char* name : {"PATH", "HOME", "LANG", "TMPDIR"})
      if (const char* value = std::getenv(name)) environment.push_back(fmt::format("{}={}", name, value));
    return ::posix_spawnp(&child, words[0].c_str(), &files_, &attributes_, pointers(words).data(),
                          pointers(environment).data());
  }

 private:
  static std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> list;
    for (const auto& word : words) list.push_back(const_cast<char*>(word.c_str()));  // it is not written to
    list.push_back(nullptr);
    return list;
  }

  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

/// A started program. Its group is killed with this object at the latest.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid), ended_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
  ~Child() { (void)end(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Readable once the program has ended.
  [[nodiscard]] int ended_fd() const { return ended_.get(); }
  /// Kills what is left of the group and takes the wait status. The group's number is ours until the program itself was
  /// waited for, so it is killed before that.
  int end() {
    if (pid_ < 0) return status_;
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status_;
  }

 private:
  pid_t pid_;
  Fd ended_;
  int status_ = 0;
};

/// Takes what a pipe holds, `limit` bytes in all: false once there was more. Closes the pipe at its end.
bool drain(Fd& from, std::string& to, std::size_t limit) {
  std::array<char, 16 * 1024> buffer;
  while (from.get() >= 0) {
    const auto count = ::read(from.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return true;
    if (count <= 0) {
      from.close();
      return true;
    }
    const auto room = limit - to.size();
    to.append(buffer.data(), std::min(room, static_cast<std::size_t>(count)));
    if (static_cast<std::size_t>(count) > room) return false;
  }
  return true;
}

std::string words_of_errno(int fault) {
  return std::system_category().message(fault);
}

}  // namespace

Result<CommandOutput> run_command(const std::vector<std::string>& words, std::size_t max_output, std::stop_token stop) {
  auto out = make_pipe();
  auto err = make_pipe();
  const Fd stopped(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (out.read.get() < 0 || err.read.get() < 0 || stopped.get() < 0)
    return fail(ErrorKind::kTransient, "there are no file descriptors left: " + words_of_errno(errno));
  pid_t pid = -1;
  if (const int fault = Spawn().start(words, out.write.get(), err.write.get(), pid))
    return fail(ErrorKind::kFatal, fmt::format("{} cannot be run: {}", words[0], words_of_errno(fault)));
  Child child(pid);
  out.write.close();
  err.write.close();
  if (child.ended_fd() < 0)
    return fail(ErrorKind::kTransient, "the program cannot be watched: " + words_of_errno(errno));
  const std::stop_callback wake(stop, [&stopped] { ::eventfd_write(stopped.get(), 1); });
  CommandOutput output;
  for (bool running = true; running;) {
    pollfd waits[] = {{child.ended_fd(), POLLIN, 0},
                      {stopped.get(), POLLIN, 0},
                      {out.read.get(), POLLIN, 0},
                      {err.read.get(), POLLIN, 0}};
    if (::poll(waits, std::size(waits), -1) < 0 && errno != EINTR)
      return fail(ErrorKind::kTransient, "the program cannot be watched: " + words_of_errno(errno));
    if (stop.stop_requested()) return fail(ErrorKind::kTransient, "the command was stopped before it ended");
    running = (waits[0].revents & POLLIN) == 0;
    if (!drain(out.read, output.out, max_output))
      return fail(ErrorKind::kInvalid, fmt::format("the command wrote more than {} KiB", max_output / 1024));
    if (!drain(err.read, output.err, kMaxErrorOutput)) {
      // What comes after is read and dropped: a program that logs much is no fault.
      std::string dropped;
      while (!drain(err.read, dropped, kMaxErrorOutput)) dropped.clear();
    }
  }
  const int status = child.end();
  if (!WIFEXITED(status))
    return fail(ErrorKind::kTransient, fmt::format("the command was killed by signal {}", WTERMSIG(status)));
  output.exit_code = WEXITSTATUS(status);
  return output;
}

}  // namespace claw
