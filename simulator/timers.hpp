#pragma once

#include <functional>
#include <map>
#include <optional>

#include "base/clock.hpp"

namespace claw::sim {

/// What is to happen later, by time. It runs nothing by itself: whoever owns it calls run_due() often enough.
///
/// Not thread-safe.
class Timers {
 public:
  using Action = std::move_only_function<void()>;

  /// `clock` must outlive this object.
  explicit Timers(const Clock& clock) : clock_(clock) {}

  void after(std::chrono::milliseconds delay, Action action);

  /// Runs everything that is due, in order of time and then of addition. An action may add others; those that are due
  /// at once run too.
  void run_due();

  [[nodiscard]] std::optional<TimePoint> next() const;
  [[nodiscard]] std::size_t size() const { return actions_.size(); }

 private:
  const Clock& clock_;
  std::multimap<TimePoint, Action> actions_;
};

}  // namespace claw::sim
