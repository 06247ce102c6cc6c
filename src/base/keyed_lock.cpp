#include "base/keyed_lock.hpp"

namespace claw {

Task<KeyedLock::Held> KeyedLock::hold(std::string key) {
  co_await complete_with<int>([this, &key](Completion<int> turn) {
    {
      std::scoped_lock lock(mutex_);
      const auto [found, is_free] = waiting_.try_emplace(key);
      if (!is_free) return found->second.push_back(std::move(turn));
    }
    turn(0);
  });
  co_return Held(*this, std::move(key));
}

void KeyedLock::release(const std::string& key) {
  Completion<int> next;
  {
    std::scoped_lock lock(mutex_);
    const auto found = waiting_.find(key);
    if (found->second.empty()) {
      waiting_.erase(found);
      return;
    }
    next = std::move(found->second.front());
    found->second.pop_front();
  }
  next(0);
}

}  // namespace claw
