#include "app/gateway.hpp"

#include <thread>
#include <utility>

#include <fmt/format.h>

#include "agent/agent_kinds.hpp"
#include "api/access_api.hpp"
#include "api/admin_api.hpp"
#include "api/admin_page.hpp"
#include "api/delivery_api.hpp"
#include "api/delivery_log_api.hpp"
#include "api/desk_api.hpp"
#include "api/doctor_api.hpp"
#include "api/event_sinks_api.hpp"
#include "api/graph_api.hpp"
#include "api/guard.hpp"
#include "api/guide_api.hpp"
#include "api/identity_api.hpp"
#include "api/media_api.hpp"
#include "api/members_api.hpp"
#include "api/oidc_api.hpp"
#include "api/overview_api.hpp"
#include "api/rest_api.hpp"
#include "api/settings_api.hpp"
#include "api/sign_in_api.hpp"
#include "api/speech_api.hpp"
#include "api/templates_api.hpp"
#include "app/gateway_parts.hpp"
#include "app/wait.hpp"
#include "base/log.hpp"
#include "conversation/conversations.hpp"
#include "conversation/file_preparation.hpp"
#include "conversation/intake.hpp"
#include "conversation/standing_permit.hpp"
#include "delivery/library_files.hpp"
#include "delivery/outbox.hpp"
#include "delivery/resender.hpp"
#include "delivery/template_gate.hpp"
#include "events/event_delivery.hpp"
#include "events/sinks.hpp"
#include "graph/account_client.hpp"
#include "graph/health_client.hpp"
#include "graph/media_client.hpp"
#include "graph/template_client.hpp"
#include "inbox/embedded_inbox.hpp"
#include "ingress/webhook.hpp"
#include "ledger/housekeeping.hpp"
#include "ledger/sqlite/number_figures.hpp"
#include "ledger/sqlite/sqlite_delivery_log.hpp"
#include "ledger/sqlite/sqlite_event_store.hpp"
#include "ledger/sqlite/sqlite_identity_store.hpp"
#include "ledger/sqlite/sqlite_media_store.hpp"
#include "ledger/sqlite/sqlite_template_store.hpp"
#include "ledger/sqlite/tenant_queues.hpp"
#include "ledger/sqlite/unclaimed.hpp"
#include "ledger/watched_ledger.hpp"
#include "media/blob_store.hpp"
#include "net/curl_client.hpp"
#include "net/server.hpp"
#include "speech/speaker.hpp"
#include "speech/speech_kinds.hpp"
#include "tenancy/tenant_queue_watch.hpp"

namespace claw {
namespace {

/// A stop in order takes this long at most, in all: an orchestrator kills after 10 s.
constexpr std::chrono::milliseconds kAnswerPatience{2'500};
constexpr std::chrono::milliseconds kTurnPatience{2'500};
constexpr std::chrono::milliseconds kSendPatience{2'500};
constexpr std::chrono::milliseconds kEventPatience{500};  ///< They come again after the start.

/// The address as it was bound, for an operator who asked for any free port.
std::string with_port(const std::string& address, std::uint16_t port) {
  return port == 0 ? address : fmt::format("{}:{}", address.substr(0, address.rfind(':')), port);
}

std::size_t thread_count(const Config& config) {
  if (config.threads > 0) return static_cast<std::size_t>(config.threads);
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

Gateway::Parts::Parts(const Config& settings, Overrides with)
    : config(settings),
      overrides(std::move(with)),
      tenants(thread_count(config)),
      clock(overrides.clock ? *overrides.clock : static_cast<Clock&>(tenants.system_clock)) {}

// Here every part is known, for here each ends.
Gateway::Parts::~Parts() = default;

Task<Result<std::string>> Gateway::Parts::run(std::string command, std::string arguments, std::string who) {
  if (command == "doctor") return doctor->run(std::move(arguments));
  if (ApiCommands::is_mine(command)) return api_commands.run(std::move(command), std::move(arguments), std::move(who));
  return tenants.run(std::move(command), std::move(arguments), std::move(who));
}

Result<void> Gateway::Parts::listen() {
  IoPool& io = tenants.io;
  add_public_routes();
  add_operator_routes(operator_router, tenants.metrics, checks(), [this] { return by_tenant->page(); });
  add_admin_routes(admin_router, [this](std::string command, std::string arguments, std::string who) {
    return run(std::move(command), std::move(arguments), std::move(who));
  });
  public_server = std::make_unique<net::Server>(io, public_router, net::ServerLimits{});
  operator_server = std::make_unique<net::Server>(io, operator_router, net::ServerLimits{});
  admin_server = std::make_unique<net::Server>(io, admin_router, net::ServerLimits{});
  if (auto bound = admin_server->listen("unix:" + config.admin_socket()); !bound) return bound;
  if (auto bound = operator_server->listen(config.listen_operator); !bound) return bound;
  return public_server->listen(config.listen_public);
}

void Gateway::Parts::stop() {
  if (std::exchange(stopped, true)) return;
  // Streams have no end of their own.
  if (feed) feed->stop();
  if (public_server) public_server->stop(kAnswerPatience);
  if (intake) intake->stop();
  if (desk) desk->stop();
  if (conversations) conversations->stop(kTurnPatience);
  if (resender) resender->stop();
  if (outbox) outbox->stop(kSendPatience);
  if (events) events->stop(kEventPatience);
  // Their pages and commands look at the parts that go next.
  if (admin_server) admin_server->stop(std::chrono::milliseconds(500));
  if (operator_server) operator_server->stop(std::chrono::milliseconds(100));
  // From here on no call can hold anything up: those under way end now.
  if (http) http->close();
  if (templates) templates->stop();
  if (outside) outside->close();
  // What hears on this machine is given up before the conversations that wait for it go.
  if (speech_kinds) speech_kinds->stop();
  if (scanner) scanner->stop();
  conversations.reset();
  resender.reset();
  outbox.reset();
  housekeeping.reset();
  if (events) events->stop(std::chrono::hours(1));
  if (delivery_log) {
    delivery_log->stop();
    delivery_log->flush();
    log_store->close();
  }
  // Writes that are queued still speak to the inbox: they end before it goes.
  if (tenants.store) tenants.store->close();
  if (tenants.inbox_store) tenants.inbox_store->close();
}

Gateway::Gateway() = default;

Gateway::~Gateway() {
  stop();
}

Result<std::unique_ptr<Gateway>> Gateway::start(const Config& config, Overrides overrides) {
  std::unique_ptr<Gateway> gateway(new Gateway);
  gateway->parts_ = std::make_unique<Parts>(config, std::move(overrides));
  Parts& parts = *gateway->parts_;
  for (auto step : {&Parts::open_ledger, &Parts::make_pipeline})
    if (const auto done = (parts.*step)(); !done) return std::unexpected(done.error());
  // Nothing is sent by a process that could not take its place.
  if (const auto bound = parts.listen(); !bound) return std::unexpected(bound.error());
  parts.outbox->start();
  parts.resender->start();
  parts.conversations->start();
  parts.intake->start();
  parts.housekeeping->start();
  parts.events->start();
  parts.storage->start();
  parts.queue_watch->start();
  parts.templates->start();
  parts.feed->start();
  if (parts.delivery_log) parts.delivery_log->start(parts.tenants.io);
  log::info("gateway.ready public={} operator={} data={} tenants={} version={}",
            with_port(config.listen_public, gateway->public_port()),
            with_port(config.listen_operator, gateway->operator_port()), config.data_dir,
            parts.tenants.directory->all().size(), CLAW_VERSION);
  return gateway;
}

std::uint16_t Gateway::public_port() const {
  return parts_->public_server->port();
}

std::uint16_t Gateway::operator_port() const {
  return parts_->operator_server->port();
}

Result<std::string> Gateway::admin(std::string command, std::string arguments) {
  return wait(parts_->tenants.io, parts_->run(std::move(command), std::move(arguments), ""));
}

std::string Gateway::setup_link() {
  return wait(parts_->tenants.io, parts_->tenants.people_admin->setup_link()).value_or("");
}

void Gateway::stop() {
  if (parts_) parts_->stop();
}

}  // namespace claw
