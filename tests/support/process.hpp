#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace claw::testing {

/// A child program. Dies with this object, and with the test that started it, however that ends.
class Process {
 public:
  /// Starts `command` (path and arguments) with standard error appended to `log_path`. `extra_environment` as
  /// NAME=value.
  Process(std::vector<std::string> command, const std::string& log_path,
          const std::vector<std::string>& extra_environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;
  /// Waits for the end, `seconds` at most; the wait status as of waitpid(2), or -1 if it still runs.
  int wait(int seconds);
  /// kill -9 and wait.
  void kill();

 private:
  pid_t pid_ = -1;
};

/// A TCP port of 127.0.0.1 that was free a moment ago: for programs that must come back at the same place.
[[nodiscard]] unsigned short free_port();

}  // namespace claw::testing
