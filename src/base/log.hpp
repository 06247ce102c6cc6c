#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace claw::log {

enum class Level { kDebug, kInfo, kWarn, kError, kOff };

/// Lines go to standard error as `time level area.event key=value …`. Safe from any thread.
///
/// Never put a token, a secret or the text of a message into a line.
void set_level(Level level);
[[nodiscard]] bool enabled(Level level);
/// `text` as one line of at most 4 KiB: control characters become `?`, so that no value a stranger chose can forge a
/// line of its own or drive a terminal.
[[nodiscard]] std::string one_line(std::string_view text);
void write(Level level, std::string_view line);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kDebug)) write(Level::kDebug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kInfo)) write(Level::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kWarn)) write(Level::kWarn, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kError)) write(Level::kError, fmt::format(format, std::forward<Args>(args)...));
}

/// Lets one of many like lines through: the 1st, 2nd, 4th, 8th … occurrence, so that a fault under load fills no disk.
/// `allow()` returns the count so far where a line is due, else 0. Safe from any thread.
class Thinned {
 public:
  [[nodiscard]] unsigned long allow();

 private:
  unsigned long count_ = 0;  // atomic access only
};

}  // namespace claw::log
