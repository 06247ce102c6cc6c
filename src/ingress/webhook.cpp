#include "ingress/webhook.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "ledger/ledger.hpp"
#include "whatsapp/signature.hpp"
#include "whatsapp/webhook.hpp"

namespace claw {
namespace {

constexpr const char* kPath = "/webhooks/whatsapp";
/// How soon Meta shall come again; it spaces its repeats further out by itself.
constexpr std::chrono::seconds kRetryAfter{2};
/// Room is not made within seconds.
constexpr std::chrono::seconds kRetryAfterFull{300};
/// The metric counts every request; the log says it this often for a tenant.
constexpr std::chrono::seconds kWarnEvery{60};

net::HttpResponse empty(int status) {
  net::HttpResponse response;
  response.status = status;
  response.content_type.clear();
  return response;
}

net::HttpResponse try_later(std::chrono::seconds retry_after = kRetryAfter) {
  auto response = empty(503);
  response.headers.push_back({"Retry-After", std::to_string(retry_after.count())});
  return response;
}

Counter& requests(Metrics& metrics, const char* result) {
  return metrics.counter("clawcentral_webhook_requests_total", "Webhook deliveries by what became of them.",
                         fmt::format("result=\"{}\"", result));
}

std::vector<InboundItem> items_of(const Tenant& tenant, std::string_view body, TimePoint now) {
  std::vector<InboundItem> items;
  for (auto& item : whatsapp::split_webhook(body))
    items.push_back({{},
                     tenant.id,
                     slot_of(tenant.id, item.slot_key),
                     static_cast<std::uint8_t>(item.kind),
                     now,
                     std::move(item.raw)});
  return items;
}

}  // namespace

Webhook::Webhook(Directory& directory, ConnectionNotes& notes, Inbox& inbox, const StorageWatch& storage, Clock& clock,
                 Metrics& metrics, Options options)
    : directory_(directory),
      notes_(notes),
      inbox_(inbox),
      storage_(storage),
      clock_(clock),
      options_(std::move(options)),
      accepted_(requests(metrics, "ok")),
      items_(metrics.counter("clawcentral_webhook_items_total", "Items stored: messages, statuses, changes.")),
      unsigned_(requests(metrics, "bad_signature")),
      unknown_(requests(metrics, "unknown_tenant")),
      not_ready_(requests(metrics, "tenant_not_ready")),
      not_durable_(requests(metrics, "not_durable")),
      too_fast_(requests(metrics, "tenant_too_fast")),
      full_(requests(metrics, "tenant_full")),
      durable_time_(metrics.histogram("clawcentral_webhook_durable_seconds", "From a parsed body to its commit.")) {}

void Webhook::add_routes(net::Router& router) {
  for (const char* path : {kPath, "/t/{tenant}/webhooks/whatsapp"}) {
    router.add("POST", path, [this](net::HttpRequest& request) { return receive(request); });
    router.add("GET", path, [this](net::HttpRequest& request) { return verify(request); });
  }
}

TenantRef Webhook::tenant_of(const net::HttpRequest& request) const {
  if (const auto name = request.param("tenant"); !name.empty()) return directory_.by_name(name);
  std::string_view host = request.header("Host");
  if (const auto forwarded = request.header("X-Forwarded-Host");
      !forwarded.empty() && options_.trusted_proxies.contains(request.peer))
    host = forwarded;
  return directory_.by_host(host);
}

Task<net::HttpResponse> Webhook::receive(net::HttpRequest& request) {
  const auto tenant = tenant_of(request);
  if (!tenant) {
    unknown_.add();
    co_return empty(404);
  }
  if (!tenant->enabled || tenant->app_secret.empty()) {
    not_ready_.add();
    if (may_warn(*tenant))
      log::warn("webhook.not_ready tenant={} reason={}", tenant->name,
                tenant->enabled ? "WHATSAPP_APP_SECRET is not set" : "the tenant is disabled");
    co_return try_later();
  }
  if (!whatsapp::is_signed(tenant->app_secret.expose(), request.header("X-Hub-Signature-256"), request.body)) {
    unsigned_.add();
    notes_.unsigned_request(*tenant);
    co_return empty(401);
  }
  if (storage_.full(*tenant)) co_return refuse(*tenant, full_, kRetryAfterFull, "limits.stored_bytes is reached");
  const auto now = clock_.now();
  auto items = items_of(*tenant, request.body, now);
  if (const auto later = rate_.refused(*tenant, items.size(), now))
    co_return refuse(*tenant, too_fast_, *later, "more than limits.inbound_per_second");
  const auto count = items.size();
  const auto began = std::chrono::steady_clock::now();
  if (const auto kept = co_await inbox_.append(std::move(items)); !kept) {
    // Not 200: Meta delivers again, so the outage costs delay and no message.
    not_durable_.add();
    log::warn("webhook.not_durable tenant={} reason=\"{}\"", tenant->name, kept.error().message);
    co_return try_later();
  }
  durable_time_.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  accepted_.add();
  items_.add(count);
  co_return empty(200);
}

net::HttpResponse Webhook::refuse(const Tenant& tenant, Counter& counter, std::chrono::seconds retry_after,
                                  std::string_view reason) {
  counter.add();
  if (may_warn(tenant)) log::warn("webhook.limited tenant={} reason=\"{}\"", tenant.name, reason);
  return try_later(retry_after);
}

Task<net::HttpResponse> Webhook::verify(net::HttpRequest& request) {
  const auto tenant = tenant_of(request);
  if (!tenant) co_return empty(404);
  const auto mode = request.query_value("hub.mode").value_or("");
  const auto token = request.query_value("hub.verify_token").value_or("");
  if (mode != "subscribe") {
    co_await notes_.verification(*tenant, "hub.mode is not subscribe");
    co_return net::text_response(400, "hub.mode must be subscribe\n");
  }
  if (tenant->verify_token.empty() || !tenant->verify_token.equals(token)) {
    co_await notes_.verification(
        *tenant, tenant->verify_token.empty() ? "WHATSAPP_VERIFY_TOKEN is not set" : "the verify token is another one");
    co_return empty(403);
  }
  co_await notes_.verification(*tenant, "");
  auto response = net::text_response(200, std::string(request.query_value("hub.challenge").value_or("")));
  response.content_type = "text/plain";
  // What is echoed is a stranger's: it must not be taken for a page.
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  co_return response;
}

bool Webhook::may_warn(const Tenant& tenant) {
  const auto now = clock_.now();
  std::scoped_lock lock(warned_mutex_);
  const auto [entry, first] = warned_.try_emplace(tenant.id.value, now);
  if (!first && now - entry->second < kWarnEvery) return false;
  entry->second = now;
  return true;
}

}  // namespace claw
