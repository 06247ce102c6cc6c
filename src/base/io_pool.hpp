#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/task.hpp"

namespace claw {

/// The io threads of a process: one event loop a thread, so that what is bound to an executor needs no lock.
///
/// Nothing that blocks may run on them. They start with the object and run until stop().
class IoPool {
 public:
  /// REQUIRES: threads >= 1.
  explicit IoPool(std::size_t threads);
  /// Stops the loops and joins the threads. What still waits in them is destroyed.
  ~IoPool();
  IoPool(const IoPool&) = delete;
  IoPool& operator=(const IoPool&) = delete;

  [[nodiscard]] std::size_t size() const;
  /// The executor of thread `index % size()`: whoever always asks with the same index always gets the same thread.
  [[nodiscard]] Executor executor(std::size_t index) const;
  /// The executors in turn.
  [[nodiscard]] Executor next();
  /// Ends the loops where they stand and joins the threads. Idempotent. Not to be called from one of them.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace claw
