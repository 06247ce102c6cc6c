#pragma once

#include <mutex>
#include <utility>

namespace claw::sim {

/// A value that can be reached only while its lock is held, so that nobody can forget to take it.
///
/// Safe from any thread. What `with` runs must be short, must not wait and must not call `with` again.
template <class T>
class Guarded {
 public:
  template <class... Args>
  explicit Guarded(Args&&... args) : value_(std::forward<Args>(args)...) {}

  /// Runs `use(value)` under the lock and returns what it returns. No reference may be carried out of it.
  template <class Use>
  auto with(Use&& use) {
    std::scoped_lock lock(mutex_);
    return std::forward<Use>(use)(value_);
  }

 private:
  std::mutex mutex_;
  T value_;  // guarded by mutex_
};

}  // namespace claw::sim
