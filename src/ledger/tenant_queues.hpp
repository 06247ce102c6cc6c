#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace claw {

/// What of one tenant waits.
struct TenantQueue {
  std::int64_t messages = 0;
  TimePoint oldest = {};  ///< When the oldest of them came in or was made; 0: none waits.
};
struct TenantQueueRow {
  TenantId tenant;
  TenantQueue turns;   ///< For their turn, or in it.
  TenantQueue outbox;  ///< To be sent, or being sent.
};

/// What waits, of each tenant that has something waiting: for figures, read from the ledger now and then.
///
/// Fails with kTransient. Safe to call from any coroutine.
class TenantQueues {
 public:
  /// Of a tenant's turns so many are counted.
  static constexpr std::int64_t kMaxTurns = 10'000;
  /// Of the outbox so many are looked at, the oldest; it has no index by tenant (about 1 µs each).
  static constexpr std::int64_t kMaxOutbox = 100'000;

  virtual ~TenantQueues() = default;
  /// In order of tenants.
  [[nodiscard]] virtual Task<Result<std::vector<TenantQueueRow>>> waiting() = 0;
};

}  // namespace claw
