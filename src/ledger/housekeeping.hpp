#pragma once

#include <functional>

#include "base/io_pool.hpp"
#include "base/task_group.hpp"
#include "ledger/ledger.hpp"

namespace claw {

/// Keeps ledger and inbox from growing without end: forgets, once an hour and in small steps, what no redelivery can
/// ask for any more, old figures, and what tenants do not want kept for longer.
class Housekeeping {
 public:
  static constexpr std::chrono::hours kKeep{8 * 24};  ///< Meta redelivers for up to 7 days.
  static constexpr std::chrono::minutes kEvery{60};
  static constexpr std::size_t kStep = 2'000;  ///< Rows a transaction: others wait for it.

  /// Of each kind that are deleted for a tenant: each takes longer than one that is forgotten.
  static constexpr std::size_t kExpireStep = 500;

  /// The tenants whose messages are not kept for ever.
  using RetentionOf = std::function<std::vector<Retention>()>;
  /// What others have to do as often, in small steps.
  using Chore = std::function<Task<>()>;
  /// All must outlive this object.
  Housekeeping(IoPool& io, Inbox& inbox, Ledger& ledger, Clock& clock, RetentionOf retention, Chore also = {})
      : io_(io),
        inbox_(inbox),
        ledger_(ledger),
        clock_(clock),
        retention_(std::move(retention)),
        also_(std::move(also)) {}

  void start() { tasks_.spawn(io_.executor(0), "housekeeping", run()); }

 private:
  Task<> run();
  Task<> expire();
  /// `forget` until it finds less than a whole step; how much it was in all.
  template <class Step>
  Task<std::size_t> in_steps(Step forget);

  IoPool& io_;
  Inbox& inbox_;
  Ledger& ledger_;
  Clock& clock_;
  const RetentionOf retention_;
  const Chore also_;
  TaskGroup tasks_;
};

}  // namespace claw
