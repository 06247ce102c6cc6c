#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>

#include "base/task.hpp"

namespace claw {

/// Wall-clock time in milliseconds since 1970, UTC: what is stored and shown.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

[[nodiscard]] inline std::int64_t to_ms(TimePoint time) {
  return time.time_since_epoch().count();
}
[[nodiscard]] inline TimePoint from_ms(std::int64_t ms) {
  return TimePoint(std::chrono::milliseconds(ms));
}

/// The only way in for time. Safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  [[nodiscard]] virtual TimePoint now() const = 0;

  /// Returns after `delay`. Cancelling the task ends it early with boost::system::system_error(operation_aborted).
  [[nodiscard]] virtual Task<> sleep(std::chrono::milliseconds delay) = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override;
  [[nodiscard]] Task<> sleep(std::chrono::milliseconds delay) override;
};

/// A clock for tests: stands still until advance(). Sleepers are woken on their own executors, in order of due time.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(TimePoint start = from_ms(1'790'000'000'000)) : now_(start) {}

  [[nodiscard]] TimePoint now() const override;
  [[nodiscard]] Task<> sleep(std::chrono::milliseconds delay) override;

  void advance(std::chrono::milliseconds by);
  [[nodiscard]] std::size_t sleepers() const;

 private:
  struct Wait;
  struct Sleeper {
    TimePoint due;
    std::weak_ptr<Wait> wait;  // owned by the sleeping task
  };
  mutable std::mutex mutex_;
  TimePoint now_;                // guarded by mutex_
  std::list<Sleeper> sleepers_;  // guarded by mutex_, ordered by due
};

}  // namespace claw
