#include "agent/agent_kinds.hpp"
#include "api/live_feed.hpp"
#include "app/gateway_parts.hpp"
#include "app/retention.hpp"
#include "app/wait.hpp"
#include "base/log.hpp"
#include "base/public_id.hpp"
#include "conversation/conversations.hpp"
#include "conversation/desk.hpp"
#include "conversation/file_preparation.hpp"
#include "conversation/intake.hpp"
#include "conversation/standing_permit.hpp"
#include "delivery/outbox.hpp"
#include "delivery/resender.hpp"
#include "delivery/template_gate.hpp"
#include "events/event_delivery.hpp"
#include "graph/account_client.hpp"
#include "inbox/embedded_inbox.hpp"
#include "ingress/storage_watch.hpp"
#include "ingress/webhook.hpp"
#include "ledger/sqlite/sqlite_delivery_log.hpp"
#include "ledger/sqlite/tenant_queues.hpp"
#include "ledger/watched_ledger.hpp"
#include "media/file_library.hpp"
#include "net/curl_client.hpp"
#include "net/server.hpp"
#include "templates/template_library.hpp"
#include "tenancy/connection_notes.hpp"
#include "tenancy/tenant_queue_watch.hpp"
#include "whatsapp/account_json.hpp"
#include "whatsapp/template.hpp"

// The way of a message: from the webhook to the outbox.

namespace claw {

Result<void> Gateway::Parts::open_ledger() {
  if (const auto opened = tenants.open(config, clock, overrides); !opened) return opened;
  ledger = tenants.ledger.get();
  access = tenants.access.get();
  const auto unknown = wait(tenants.io, ledger->recover(ledger->fence()));
  if (!unknown) return std::unexpected(unknown.error());
  if (*unknown > 0) log::warn("gateway.sends_in_flight_at_the_end count={} now=unknown", *unknown);
  auto read = wait(tenants.io, EmbeddedInbox::open(*tenants.inbox_store));
  if (!read) return std::unexpected(read.error());
  inbox = std::move(*read);
  return {};
}

GraphClient::Options Gateway::Parts::graph_options() const {
  GraphClient::Options options{config.graph_base_url, config.graph_version};
  options.log = delivery_log.get();
  options.clock = &clock;
  return options;
}

Result<void> Gateway::Parts::make_http() {
  auto private_networks = net::NetworkSet::make(config.net_allow_private);
  if (!private_networks) return std::unexpected(private_networks.error());
  net::CurlClient::Options outgoing;
  outgoing.addresses = net::AddressPolicy(std::move(*private_networks));
  outgoing.ca_file = config.graph_ca_file;
  http = std::make_unique<net::CurlClient>(tenants.io, std::move(outgoing));
  return {};
}

Result<void> Gateway::Parts::make_pipeline() {
  auto proxies = net::NetworkSet::make(config.trusted_proxies);
  if (!proxies) return std::unexpected(proxies.error());
  if (const auto made = make_http(); !made) return made;
  open_delivery_log();
  graph = std::make_unique<GraphClient>(*http, tenants.metrics, graph_options());
  graph_account = std::make_unique<GraphAccountClient>(*http, tenants.metrics, graph_options());
  const PublicIds ids(tenants.vault->derive("public ids"));
  feed = std::make_unique<LiveFeed>(tenants.io, *ledger, ids, clock);
  make_events(ids);
  watched = std::make_unique<WatchedLedger>(*ledger, [this](MessageId touched) {
    feed->wrote(touched);
    events->wrote();
  });
  if (const auto made = make_speech(); !made) return made;
  if (const auto made = make_media(ids); !made) return made;
  make_templates();
  make_outbox();
  make_conversations();
  make_intake();
  make_housekeeping();
  make_webhook(*proxies);
  make_apis(ids, std::move(*proxies));
  make_guide();
  if (const auto made = make_doctor(); !made) return made;
  if (const auto made = make_people_api(ids); !made) return made;
  add_gauges();
  return {};
}

void Gateway::Parts::make_outbox() {
  IoPool& io = tenants.io;
  Directory& directory = *tenants.directory;
  by_tenant = std::make_unique<TenantMetrics>(directory);
  SendLimits limits;
  limits.pair_interval = std::chrono::milliseconds(config.graph_pair_interval_ms);
  // What the operator sets holds, whatever Meta says.
  const bool as_meta_says = config.graph_messages_per_second == 0;
  if (!as_meta_says) limits.messages_per_second = static_cast<double>(config.graph_messages_per_second);
  outbox = std::make_unique<Outbox>(io, *watched, directory, *graph, clock, tenants.metrics, limits,
                                    template_gate.get(), as_meta_says ? graph_account.get() : nullptr);
  outbox->count_by_tenant(*by_tenant);
  permit = std::make_unique<StandingPermit>(*access, *watched);
  outbox->set_permit(*permit);
  resender = std::make_unique<Resender>(io, *watched, directory, *outbox, clock);
}

void Gateway::Parts::make_conversations() {
  IoPool& io = tenants.io;
  Directory& directory = *tenants.directory;
  agents = std::make_unique<AgentKinds>(*http, *ledger, clock, library.get());
  responder = std::make_unique<Responder>(*watched, *access, *agents, clock, preparation.get());
  conversations =
      std::make_unique<Conversations>(io, *watched, directory, *responder, *graph, *outbox, clock, tenants.metrics);
  conversations->count_by_tenant(*by_tenant);
  desk = std::make_unique<Desk>(io, *watched, directory, *access, *responder, *conversations, *outbox, clock);
  desk->set_template_judge(*templates);
  desk->set_listener(
      [this](TenantId tenant, ConversationId conversation) { feed->tell_conversation(tenant, conversation); });
  access->set_listener([this](Access::Changed changed) {
    feed->tell_tenant(changed.tenant, "access");
    desk->let_in(std::move(changed));
  });
}

void Gateway::Parts::make_intake() {
  IoPool& io = tenants.io;
  Directory& directory = *tenants.directory;
  intake = std::make_unique<Intake>(io, *inbox, *watched, directory, *conversations, clock, tenants.metrics);
  intake->count_by_tenant(*by_tenant);
  intake->set_released([this](std::vector<OutboundMessage> messages) { outbox->reopen(std::move(messages)); });
  notes = std::make_unique<ConnectionNotes>(io, *tenants.tenant_store, directory, clock);
  notes->set_listener([this](TenantId tenant) { feed->tell_tenant(tenant, "guide"); });
  intake->set_listener([this](const Tenant& tenant, const std::string& number, const std::string& waba) {
    notes->webhook(tenant, number, waba);
  });
  intake->set_news_listener([this, &directory](const Intake::AccountNews& news) {
    if (auto of_template = whatsapp::read_template_news(news.field, news.value))
      templates->heard(news.tenant, news.waba_id, std::move(*of_template), news.told_at);
    if (!whatsapp::is_about_throughput(news.field)) return;
    if (const auto tenant = directory.by_id(news.tenant)) outbox->ask_rates(*tenant);
  });
}

void Gateway::Parts::make_housekeeping() {
  Directory& directory = *tenants.directory;
  housekeeping = std::make_unique<Housekeeping>(
      tenants.io, *inbox, *ledger, clock, [&directory] { return message_retention(directory); },
      [this, &directory]() -> Task<> {
        co_await library->sweep(media_retention(directory));
        co_await events->sweep();
        if (delivery_log) co_await expire_log(*delivery_log, log_retention(directory), clock);
      });
  queues = std::make_unique<sqlite::SqliteTenantQueues>(*tenants.store);
  queue_watch = std::make_unique<TenantQueueWatch>(tenants.io, *queues, *by_tenant, clock);
  storage = std::make_unique<StorageWatch>(tenants.io, *ledger, directory, clock);
}

void Gateway::Parts::make_webhook(const net::NetworkSet& proxies) {
  webhook = std::make_unique<Webhook>(*tenants.directory, *notes, *inbox, *storage, clock, tenants.metrics,
                                      Webhook::Options{proxies, config.platform_host(), delivery_log.get()});
}

void Gateway::Parts::add_gauges() {
  Metrics& metrics = tenants.metrics;
  metrics.gauge("clawcentral_inbox_waiting_items", "Items stored and not accepted yet.",
                [this] { return static_cast<double>(inbox->waiting()); });
  metrics.gauge("clawcentral_conversation_waiting_messages", "Messages in memory that wait for their turn.",
                [this] { return static_cast<double>(conversations->in_memory()); });
  metrics.gauge("clawcentral_outbox_waiting_messages", "Messages in memory that wait to be sent.",
                [this] { return static_cast<double>(outbox->in_memory()); });
  metrics.gauge("clawcentral_outbox_held_numbers",
                "Phone numbers that send nothing, because Meta refuses their token or permission.",
                [this] { return static_cast<double>(outbox->held_numbers()); });
  metrics.gauge("clawcentral_api_listeners", "Open event streams of the API.",
                [this] { return static_cast<double>(feed->listeners()); });
  metrics.gauge("clawcentral_http_connections", "Open connections of the public listener.",
                [this] { return static_cast<double>(public_server->connections()); });
}

}  // namespace claw
