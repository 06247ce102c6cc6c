#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/task.hpp"

namespace claw {

/// The tasks that belong to one owner, so that none outlives it.
///
/// Make it the owner's last member: it goes first, and what its tasks refer to is still there. Safe from any thread,
/// except join(), which must not be called from an io thread.
class TaskGroup {
 public:
  TaskGroup();
  /// cancel() and join() without limit.
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts `task` on `executor`. It must own what it uses, or use what outlives this group. An exception that leaves
  /// it is logged as a fault of the program under `name`; a cancelled wait is not. After cancel() nothing starts.
  void spawn(const Executor& executor, const char* name, Task<> task);

  /// Runs `work`, which must not throw, on `executor` later: a task without waits. Work of one thread for one executor
  /// runs in the order it was posted; of several threads in any order (mailbox.hpp keeps it). After cancel() nothing
  /// starts.
  void post(const Executor& executor, std::move_only_function<void()> work);

  /// Asks every task to end: waits on timers and sockets end with operation_aborted; an operation that cannot be
  /// cancelled ends first. Idempotent.
  void cancel();

  /// Waits until no task is left or `limit` is over; true if none is left.
  bool join(std::chrono::milliseconds limit = std::chrono::hours(24));

  [[nodiscard]] std::size_t size() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the completion of each task, which may come last
};

}  // namespace claw
