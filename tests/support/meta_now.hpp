#pragma once

#include <chrono>
#include <cstdint>

namespace claw::testing {

/// When this program began, in seconds: what is said now may be answered, and said again it is the same.
[[nodiscard]] inline std::int64_t meta_now() {
  static const std::int64_t began = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return began;
}

}  // namespace claw::testing
