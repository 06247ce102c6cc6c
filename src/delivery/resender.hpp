#pragma once

#include <atomic>

#include "base/io_pool.hpp"
#include "base/task_group.hpp"
#include "delivery/outbox.hpp"
#include "ledger/ledger.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// Sends again what nobody knows whether Meta has, for tenants that want it so (OnUnknown::kResend): after kWait
/// without a status, kMaxSends times in all (what Meta refused counts too), as long as the message is young enough to
/// be sent: counted from when it was said, or was run again or released. A status that comes meanwhile settles the
/// message, and nothing is sent.
///
/// What is unknown stands in the ledger: a restart changes nothing.
class Resender {
 public:
  /// Meta's statuses come within seconds; one that comes later is of a message that comes twice.
  static constexpr std::chrono::minutes kWait{2};
  static constexpr std::chrono::seconds kLook{15};
  static constexpr int kMaxSends = 3;
  /// Of a tenant's unknown messages, the newest: what is further back is for people to run again.
  static constexpr std::size_t kMaxLooked = 2'000;

  /// All must outlive this object.
  Resender(IoPool& io, Ledger& ledger, Directory& directory, Outbox& outbox, Clock& clock)
      : io_(io), ledger_(ledger), directory_(directory), outbox_(outbox), clock_(clock) {}
  ~Resender() { stop(); }

  void start();
  void stop();

 private:
  Task<> run();
  Task<> look_at(TenantId tenant);

  IoPool& io_;
  Ledger& ledger_;
  Directory& directory_;
  Outbox& outbox_;
  Clock& clock_;
  std::atomic<bool> stopping_ = false;
  TaskGroup tasks_;  // last: joined before what its tasks use goes
};

}  // namespace claw
