#pragma once

#include <atomic>
#include <memory>
#include <unordered_set>

#include "base/io_pool.hpp"
#include "base/task_group.hpp"
#include "ledger/ledger.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// Knows which tenants have stored as much as they may, and says so in the log when that changes. Nothing may come in
/// for them: what is not acknowledged Meta keeps, and sends again.
///
/// Looks every kEvery, so that a tenant can exceed its limit by what comes in meanwhile. full() is safe from any
/// thread.
class StorageWatch {
 public:
  static constexpr std::chrono::seconds kEvery{5};
  /// Of items at the platform's address that nobody has claimed.
  static constexpr std::int64_t kMaxUnclaimedBytes = 256 * 1024 * 1024;

  /// All must outlive this object.
  StorageWatch(IoPool& io, Ledger& ledger, Directory& directory, Clock& clock)
      : io_(io), ledger_(ledger), directory_(directory), clock_(clock) {}

  void start() { tasks_.spawn(io_.executor(0), "storage_watch", run()); }

  [[nodiscard]] bool full(const Tenant& tenant) const {
    return tenant.limits.stored_bytes > 0 && full_.load()->contains(tenant.id.value);
  }
  [[nodiscard]] bool full_of_unclaimed() const { return full_.load()->contains(0); }

 private:
  using Full = std::unordered_set<std::int64_t>;
  Task<> run();
  Task<std::shared_ptr<const Full>> look();

  IoPool& io_;
  Ledger& ledger_;
  Directory& directory_;
  Clock& clock_;
  std::atomic<std::shared_ptr<const Full>> full_ = std::make_shared<const Full>();
  TaskGroup tasks_;
};

}  // namespace claw
