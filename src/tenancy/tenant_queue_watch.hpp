#pragma once

#include "base/clock.hpp"
#include "base/io_pool.hpp"
#include "base/task_group.hpp"
#include "tenancy/tenant_metrics.hpp"

namespace claw {

/// Reads now and then what waits of each tenant, for the figures by tenant. What cannot be read stays as it was.
class TenantQueueWatch {
 public:
  static constexpr std::chrono::seconds kEvery{15};  ///< As often as Prometheus asks, by its default.

  /// All must outlive this object.
  TenantQueueWatch(IoPool& io, TenantQueues& queues, TenantMetrics& metrics, Clock& clock)
      : io_(io), queues_(queues), metrics_(metrics), clock_(clock) {}

  void start() { tasks_.spawn(io_.executor(0), "tenant_queue_watch", run()); }

 private:
  Task<> run();

  IoPool& io_;
  TenantQueues& queues_;
  TenantMetrics& metrics_;
  Clock& clock_;
  TaskGroup tasks_;
};

}  // namespace claw
