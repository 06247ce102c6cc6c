#include "tenancy/tenant_queue_watch.hpp"

#include "base/log.hpp"

namespace claw {

Task<> TenantQueueWatch::run() {
  for (;;) {
    const auto now = clock_.now();
    const auto waiting = co_await queues_.waiting();
    if (waiting)
      metrics_.set_waiting(*waiting, now);
    else
      log::warn("metrics.queues_not_read reason=\"{}\"", waiting.error().message);
    co_await clock_.sleep(kEvery);
  }
}

}  // namespace claw
