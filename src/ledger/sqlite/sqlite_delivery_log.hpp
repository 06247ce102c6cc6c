#pragma once

#include <mutex>

#include "base/metrics.hpp"
#include "base/task_group.hpp"
#include "ledger/delivery_log.hpp"
#include "ledger/sqlite/store.hpp"

namespace claw {
class IoPool;
}

namespace claw::sqlite {

/// The delivery log as a SQLite file of its own that is not synced with each commit, whose writer runs at a low
/// priority.
///
/// What is noted is gathered for kEvery, or until there is a batch, and written together: one segment for each tenant.
/// Where more waits than kMaxWaiting or kMaxWaitingBytes it is dropped and counted: receiving is never slowed. The file
/// grows to `max_bytes` at most; then the oldest of all tenants goes.
class SqliteDeliveryLog final : public DeliveryLog {
 public:
  static constexpr std::size_t kMaxWaiting = 8'192;
  static constexpr std::size_t kMaxWaitingBytes = 16 * 1024 * 1024;
  static constexpr std::size_t kBatch = 256;
  static constexpr std::chrono::milliseconds kEvery{200};

  /// What its store is opened with.
  [[nodiscard]] static Store::Options store_options(std::string path, Metrics* metrics);

  /// All must outlive this object; `store` was opened with store_options() and is closed before this object goes.
  SqliteDeliveryLog(Store& store, Clock& clock, Metrics& metrics, std::int64_t max_bytes);

  /// Writes what waits every kEvery, until stop().
  void start(IoPool& io);
  /// Writes what waits now.
  void flush();
  void stop() { tasks_.cancel(); }

  void note(Exchange exchange) override;
  [[nodiscard]] Task<Result<Page<ExchangeRow>>> find(TenantId tenant, ExchangeFilter filter) override;
  [[nodiscard]] Task<Result<ExchangeDetail>> exchange(TenantId tenant, std::int64_t id) override;
  [[nodiscard]] Task<Result<std::size_t>> expire(TenantId tenant, TimePoint before, std::size_t limit) override;

 private:
  class WriteJob;
  Task<> run();
  /// Returns when all that was noted before is written or dropped.
  Task<> settled();
  void written(std::size_t count, std::size_t bytes, bool kept);

  Store& store_;
  Clock& clock_;
  const std::int64_t max_bytes_;
  Counter& noted_;
  Counter& dropped_;
  std::mutex mutex_;
  std::vector<Exchange> gathered_;  // guarded by mutex_
  std::size_t gathered_bytes_ = 0;  // guarded by mutex_
  std::size_t waiting_ = 0;         // guarded by mutex_: gathered and given to the store
  std::size_t waiting_bytes_ = 0;   // guarded by mutex_
  TaskGroup tasks_;
};

}  // namespace claw::sqlite
