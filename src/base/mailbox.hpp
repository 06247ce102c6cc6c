#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "base/task_group.hpp"

namespace claw {

/// Takes items from any thread to one executor, in the order of the put()s.
///
/// post() alone does not keep it: what an executor's own thread posts waits until its handler ends, and what another
/// thread posts meanwhile, although later, runs first.
///
/// Safe from any thread. The owner outlives the tasks of `tasks`, and so does this.
template <class Item>
class Mailbox {
 public:
  /// `take` is called on `executor`, one item at a time, and must not throw.
  Mailbox(TaskGroup& tasks, Executor executor, std::function<void(Item)> take)
      : tasks_(tasks), executor_(std::move(executor)), take_(std::move(take)) {}

  /// After the group's cancel() nothing is taken any more.
  void put(Item item) {
    {
      std::scoped_lock lock(mutex_);
      items_.push_back(std::move(item));
      if (std::exchange(posted_, true)) return;
    }
    tasks_.post(executor_, [this] { take_all(); });
  }

 private:
  void take_all() {
    std::vector<Item> items;
    {
      std::scoped_lock lock(mutex_);
      items.swap(items_);
      posted_ = false;
    }
    for (auto& item : items) take_(std::move(item));
  }

  TaskGroup& tasks_;
  const Executor executor_;
  const std::function<void(Item)> take_;
  std::mutex mutex_;
  std::vector<Item> items_;  // guarded by mutex_
  bool posted_ = false;      // guarded by mutex_
};

}  // namespace claw
