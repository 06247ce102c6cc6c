#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/task.hpp"

namespace claw {

/// One at a time for each key: what must not be done twice at once for the same thing, in coroutines of any thread.
/// Whoever waits is served in order.
///
/// Safe from any thread. Must outlive its holders.
class KeyedLock {
 public:
  /// The right to work on a key, given back with this object.
  class Held {
   public:
    Held(KeyedLock& lock, std::string key) : lock_(&lock), key_(std::move(key)) {}
    Held(Held&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)), key_(std::move(other.key_)) {}
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (lock_) lock_->release(key_);
    }

   private:
    KeyedLock* lock_;
    std::string key_;
  };

  /// Waits for its turn. Cannot be cancelled: the ones before must end by themselves.
  [[nodiscard]] Task<Held> hold(std::string key);

 private:
  void release(const std::string& key);
  std::mutex mutex_;
  std::map<std::string, std::deque<Completion<int>>> waiting_;  // guarded by mutex_; an entry: somebody holds it
};

}  // namespace claw
