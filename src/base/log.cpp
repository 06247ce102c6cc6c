#include "base/log.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <memory>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace claw::log {
namespace {

spdlog::level::level_enum native(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
    case Level::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("clawcentral", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    return made;
  }();
  return *instance;
}

}  // namespace

void set_level(Level level) {
  logger().set_level(native(level));
}

bool enabled(Level level) {
  return logger().should_log(native(level));
}

std::string one_line(std::string_view text) {
  constexpr std::size_t kMaxBytes = 4 * 1024;
  std::string line(text.substr(0, kMaxBytes));
  std::ranges::replace_if(line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  if (text.size() > kMaxBytes) line += "...";
  return line;
}

void write(Level level, std::string_view line) {
  logger().log(native(level), "{}", one_line(line));
}

unsigned long Thinned::allow() {
  const unsigned long count = std::atomic_ref(count_).fetch_add(1) + 1;
  return std::has_single_bit(count) ? count : 0;
}

}  // namespace claw::log
