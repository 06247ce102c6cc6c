#pragma once

#include <mutex>
#include <vector>

#include "base/task.hpp"

namespace claw::testing {

/// Holds whoever passes, while it is closed. Safe from any thread.
class Turnstile {
 public:
  Task<> pass() {
    co_await complete_with<Result<void>>([this](Completion<Result<void>> done) {
      std::scoped_lock lock(mutex_);
      if (closed_)
        held_.push_back(std::move(done));
      else
        done({});
    });
  }
  void close() {
    std::scoped_lock lock(mutex_);
    closed_ = true;
  }
  void open() {
    std::vector<Completion<Result<void>>> held;
    {
      std::scoped_lock lock(mutex_);
      closed_ = false;
      held.swap(held_);
    }
    for (auto& done : held) done({});
  }
  [[nodiscard]] std::size_t held() const {
    std::scoped_lock lock(mutex_);
    return held_.size();
  }

 private:
  mutable std::mutex mutex_;
  bool closed_ = false;                         // guarded by mutex_
  std::vector<Completion<Result<void>>> held_;  // guarded by mutex_
};

}  // namespace claw::testing
