#include "api/live_feed.hpp"
#include "app/gateway_parts.hpp"
#include "base/log.hpp"
#include "base/public_id.hpp"
#include "events/event_delivery.hpp"
#include "events/sinks.hpp"
#include "ledger/sqlite/sqlite_delivery_log.hpp"
#include "ledger/sqlite/sqlite_event_store.hpp"
#include "net/curl_client.hpp"

// What is told: to programs of tenants, and to the delivery log.

namespace claw {

void Gateway::Parts::make_events(const PublicIds& ids) {
  event_store = std::make_unique<sqlite::SqliteEventStore>(*tenants.store);
  events = std::make_unique<EventDelivery>(EventDelivery::Parts{tenants.io, *event_store, *ledger, *tenants.directory,
                                                                *tenants.vault, *http, clock, tenants.metrics},
                                           ids);
  sinks = std::make_unique<Sinks>(*event_store, *tenants.vault, clock, [this](TenantId tenant) {
    events->wake();
    feed->tell_tenant(tenant, "event-sinks");
  });
  tenants.metrics.gauge("clawcentral_events_held_sinks", "Webhooks of tenants that answer to nothing and are held.",
                        [this] { return static_cast<double>(events->held()); });
}

void Gateway::Parts::open_delivery_log() {
  if (config.delivery_log_max_mib == 0) return;
  constexpr std::int64_t kMib = 1024 * 1024;
  auto opened =
      sqlite::Store::open(sqlite::SqliteDeliveryLog::store_options(config.delivery_log_path(), &tenants.metrics));
  // A help for people: messages go their way without it.
  if (!opened)
    return log::error("delivery_log.unavailable path={} reason=\"{}\" do=\"move the file away and start again\"",
                      config.delivery_log_path(), opened.error().message);
  log_store = std::move(*opened);
  delivery_log = std::make_unique<sqlite::SqliteDeliveryLog>(*log_store, clock, tenants.metrics,
                                                             config.delivery_log_max_mib * kMib);
}

}  // namespace claw
