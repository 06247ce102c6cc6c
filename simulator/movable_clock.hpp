#pragma once

#include <atomic>

#include "base/clock.hpp"

namespace claw::sim {

/// A clock that runs like another one and can be pushed forward, so that a day passes in a test at once.
///
/// Safe from any thread.
class MovableClock final : public Clock {
 public:
  /// `base` must outlive this object.
  explicit MovableClock(Clock& base) : base_(base) {}

  [[nodiscard]] TimePoint now() const override { return base_.now() + offset(); }
  /// Sleeps in the other clock's time: a push does not shorten it. Timers are what follows pushes.
  [[nodiscard]] Task<> sleep(std::chrono::milliseconds delay) override { return base_.sleep(delay); }

  /// REQUIRES: by >= 0.
  void advance(std::chrono::milliseconds by) { offset_ms_ += by.count(); }
  [[nodiscard]] std::chrono::milliseconds offset() const { return std::chrono::milliseconds(offset_ms_.load()); }

 private:
  Clock& base_;
  std::atomic<std::int64_t> offset_ms_ = 0;
};

}  // namespace claw::sim
