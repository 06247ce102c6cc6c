#pragma once

#include <functional>

#include "base/io_pool.hpp"
#include "base/task_group.hpp"
#include "ledger/ledger.hpp"

namespace claw {

/// Keeps the ledger from growing without end: forgets, once an hour and in small steps, what no redelivery can ask for
/// any more.
class Housekeeping {
 public:
  static constexpr std::chrono::hours kKeep{8 * 24};  ///< Meta redelivers for up to 7 days.
  static constexpr std::chrono::minutes kEvery{60};
  static constexpr std::size_t kStep = 2'000;  ///< Rows a transaction: others wait for it.

  /// `inbox_is_empty` says that no item waits to be accepted. All must outlive this object.
  Housekeeping(IoPool& io, Ledger& ledger, Clock& clock, std::function<bool()> inbox_is_empty)
      : io_(io), ledger_(ledger), clock_(clock), inbox_is_empty_(std::move(inbox_is_empty)) {}

  void start() { tasks_.spawn(io_.executor(0), "housekeeping", run()); }

 private:
  Task<> run();

  IoPool& io_;
  Ledger& ledger_;
  Clock& clock_;
  const std::function<bool()> inbox_is_empty_;
  TaskGroup tasks_;
};

}  // namespace claw
