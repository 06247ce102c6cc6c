#include "base/log.hpp"

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

void write(Level level, std::string_view line) {
  logger().log(native(level), "{}", line);
}

unsigned long Thinned::allow() {
  const unsigned long count = std::atomic_ref(count_).fetch_add(1) + 1;
  return std::has_single_bit(count) ? count : 0;
}

}  // namespace claw::log
