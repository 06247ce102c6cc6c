#include "ingress/webhook.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/log.hpp"
#include "ledger/ledger.hpp"
#include "tenancy/secret_names.hpp"
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

std::string_view host_of(const net::HttpRequest& request, const net::NetworkSet& proxies) {
  const auto forwarded = request.header("X-Forwarded-Host");
  return !forwarded.empty() && proxies.contains(request.peer) ? forwarded : request.header("Host");
}

Counter& requests(Metrics& metrics, const char* result) {
  return metrics.counter("clawcentral_webhook_requests_total", "Webhook deliveries by what became of them.",
                         fmt::format("result=\"{}\"", result));
}

InboundItem inbound(TenantId tenant, whatsapp::WebhookItem& item, TimePoint now) {
  return {{}, tenant, slot_of(tenant, item.slot_key), static_cast<std::uint8_t>(item.kind), now, std::move(item.raw)};
}

bool speaks_for(const SigningApp& app, const std::string& number) {
  return std::ranges::find(app.numbers, number) != app.numbers.end();
}

std::vector<InboundItem> items_of(const Tenant& tenant, const SigningApp& app, std::string_view body, TimePoint now) {
  std::vector<InboundItem> items;
  // One app is the usual case; what is no number of the tenant's at all is found out behind the acknowledgement.
  const bool one_app = tenant.apps.size() == 1;
  for (auto& item : whatsapp::split_webhook(body)) {
    const bool foreign = !one_app && tenant.owns_number(item.phone_number_id) && !speaks_for(app, item.phone_number_id);
    items.push_back(inbound(tenant.id, item, now));
    items.back().foreign = foreign;
  }
  return items;
}

bool are_of_one(const std::vector<InboundItem>& items) {
  return !items.empty() &&
         std::ranges::all_of(items, [&](const InboundItem& item) { return item.tenant == items.front().tenant; });
}

/// Each belongs to the trace of its delivery.
void join_trace(std::vector<InboundItem>& items, std::string_view traceparent) {
  if (traceparent.empty()) return;
  const auto trace = trace_in(traceparent);
  for (auto& item : items) item.trace = trace;
}

/// The app that signed the body; nullptr: none of the tenant's.
const SigningApp* signer_of(const Tenant& tenant, std::string_view signature, std::string_view body) {
  for (const auto& app : tenant.apps)
    if (whatsapp::is_signed(app.secret.expose(), signature, body)) return &app;
  return nullptr;
}

const SecretString& secret_of(const Tenant& tenant, const char* name) {
  static const SecretString kNone;
  const auto found = tenant.secrets.find(name);
  return found == tenant.secrets.end() ? kNone : found->second;
}

bool verifies(const Tenant& tenant, std::string_view token) {
  if (!tenant.id) return secret_of(tenant, kPlatformVerifyToken).equals(token) && !token.empty();
  return std::ranges::any_of(tenant.verify_tokens, [&](const SecretString& each) { return each.equals(token); });
}

bool has_verify_token(const Tenant& tenant) {
  return tenant.id ? !tenant.verify_tokens.empty() : !secret_of(tenant, kPlatformVerifyToken).empty();
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
      unclaimed_(metrics.counter("clawcentral_webhook_unclaimed_items_total",
                                 "Items at the platform's address that no tenant has claimed.")),
      unclaimed_dropped_(metrics.counter("clawcentral_webhook_unclaimed_dropped_total",
                                         "Those of them that were not kept, because there are too many.")),
      durable_time_(metrics.histogram("clawcentral_webhook_durable_seconds", "From a parsed body to its commit.")) {}

void Webhook::add_routes(net::Router& router) {
  for (const char* path : {kPath, "/t/{tenant}/webhooks/whatsapp"}) {
    router.add("POST", path, [this](net::HttpRequest& request) { return receive(request); });
    router.add("GET", path, [this](net::HttpRequest& request) { return verify(request); });
  }
}

TenantRef Webhook::tenant_of(const net::HttpRequest& request) const {
  if (const auto name = request.param("tenant"); !name.empty()) return directory_.by_name(name);
  return directory_.by_host(host_of(request, options_.trusted_proxies));
}

bool Webhook::is_platforms(const net::HttpRequest& request) const {
  if (request.path != kPath) return false;
  if (options_.platform_host.empty()) return true;
  const auto host = host_of(request, options_.trusted_proxies);
  return std::ranges::equal(host.substr(0, host.find(':')), options_.platform_host,
                            [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
}

Task<net::HttpResponse> Webhook::receive(net::HttpRequest& request) {
  const auto tenant = tenant_of(request);
  if (!tenant && is_platforms(request)) co_return co_await receive_of_platform(request);
  if (!tenant) {
    unknown_.add();
    co_return empty(404);
  }
  if (!tenant->enabled || tenant->apps.empty()) {
    not_ready_.add();
    if (is_first_in_a_while(warned_, *tenant))
      log::warn("webhook.not_ready tenant={} reason={}", tenant->name,
                tenant->enabled ? "WHATSAPP_APP_SECRET is not set" : "the tenant is disabled");
    tell_unsigned(*tenant, request, 503, "tenant_not_ready");
    co_return try_later();
  }
  const auto* const app = signer_of(*tenant, request.header("X-Hub-Signature-256"), request.body);
  if (!app) {
    unsigned_.add();
    notes_.unsigned_request(*tenant);
    tell_unsigned(*tenant, request, 401, "bad_signature");
    co_return empty(401);
  }
  if (request.body == kDoctorDelivery) co_return empty(200);
  const auto began = std::chrono::steady_clock::now();
  const auto now = clock_.now();
  auto items = items_of(*tenant, *app, request.body, now);
  join_trace(items, request.header("traceparent"));
  Exchange told;
  if (options_.log) {
    told = told_of(tenant->id, request, now);
    told.request = std::move(request.body);
  }
  if (auto later = over_limit(*tenant, items.size(), now)) {
    tell(std::move(told), *later, "over_limit", began);
    co_return std::move(*later);
  }
  auto answer = co_await keep(std::move(items), tenant->name);
  tell(std::move(told), answer, answer.status == 200 ? "ok" : "not_durable", began);
  co_return answer;
}

Exchange Webhook::told_of(TenantId tenant, const net::HttpRequest& request, TimePoint now) const {
  Exchange told;
  told.tenant = tenant;
  told.at = now;
  told.method = request.method;
  told.path = request.path;
  told.trace = trace_in(request.header("traceparent"));
  return told;
}

void Webhook::tell(Exchange told, const net::HttpResponse& answer, std::string_view outcome,
                   std::chrono::steady_clock::time_point began) {
  if (!options_.log) return;
  told.took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
  told.status = answer.status;
  told.outcome = outcome;
  told.wrong = answer.status != 200;
  options_.log->note(std::move(told));
}

void Webhook::tell_unsigned(const Tenant& tenant, const net::HttpRequest& request, int status,
                            std::string_view outcome) {
  if (!options_.log || !is_first_in_a_while(told_, tenant)) return;
  tell(told_of(tenant.id, request, clock_.now()), empty(status), outcome, std::chrono::steady_clock::now());
}

std::vector<Exchange> Webhook::told_of_platform(const net::HttpRequest& request, const PlatformItems& kept,
                                                TimePoint now) const {
  std::vector<Exchange> told;
  if (!options_.log) return told;
  const auto& items = kept.items;
  // What was dropped is another business's, and stands in the body still.
  if (kept.whole && are_of_one(items)) {
    told.push_back(told_of(items.front().tenant, request, now));
    told.back().request = request.body;
    return told;
  }
  for (const auto& item : items) {
    auto found = std::ranges::find(told, item.tenant, &Exchange::tenant);
    if (found == told.end()) found = told.insert(told.end(), told_of(item.tenant, request, now));
    if (!found->request.empty()) found->request += '\n';
    found->request += item.raw;
  }
  return told;
}

Webhook::PlatformItems Webhook::items_of_platform(std::string_view body, TimePoint now) {
  PlatformItems kept;
  for (auto& item : whatsapp::split_webhook(body)) {
    const auto tenant = directory_.by_claim(item.waba_id, item.phone_number_id);
    if (!tenant) unclaimed_.add();
    if (!tenant && storage_.full_of_unclaimed()) {
      unclaimed_dropped_.add();
      kept.whole = false;
      continue;
    }
    kept.items.push_back(inbound(tenant ? tenant->id : TenantId{}, item, now));
  }
  return kept;
}

Task<net::HttpResponse> Webhook::receive_of_platform(net::HttpRequest& request) {
  const auto platform = directory_.platform();
  const auto& secret = secret_of(*platform, kPlatformAppSecret);
  if (secret.empty()) {
    unknown_.add();
    co_return empty(404);
  }
  if (!whatsapp::is_signed(secret.expose(), request.header("X-Hub-Signature-256"), request.body)) {
    unsigned_.add();
    notes_.unsigned_request(*platform);
    co_return empty(401);
  }
  if (request.body == kDoctorDelivery) co_return empty(200);
  const auto began = std::chrono::steady_clock::now();
  const auto now = clock_.now();
  auto kept = items_of_platform(request.body, now);
  auto& items = kept.items;
  join_trace(items, request.header("traceparent"));
  if (are_of_one(items))
    if (const auto only = directory_.by_id(items.front().tenant); only && only->enabled)
      if (auto later = over_limit(*only, items.size(), now)) co_return std::move(*later);
  auto told = told_of_platform(request, kept, now);
  auto answer = co_await keep(std::move(items), "(platform)");
  for (auto& each : told) tell(std::move(each), answer, answer.status == 200 ? "ok" : "not_durable", began);
  co_return answer;
}

std::optional<net::HttpResponse> Webhook::over_limit(const Tenant& tenant, std::size_t items, TimePoint now) {
  if (storage_.full(tenant)) return refuse(tenant, full_, kRetryAfterFull, "limits.stored_bytes is reached");
  if (const auto later = rate_.refused(tenant, items, now))
    return refuse(tenant, too_fast_, *later, "more than limits.inbound_per_second");
  return std::nullopt;
}

Task<net::HttpResponse> Webhook::keep(std::vector<InboundItem> items, std::string whose) {
  const auto count = items.size();
  const auto began = std::chrono::steady_clock::now();
  if (const auto kept = co_await inbox_.append(std::move(items)); !kept) {
    // Not 200: Meta delivers again, so the outage costs delay and no message.
    not_durable_.add();
    log::warn("webhook.not_durable tenant={} reason=\"{}\"", whose, kept.error().message);
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
  if (is_first_in_a_while(warned_, tenant)) log::warn("webhook.limited tenant={} reason=\"{}\"", tenant.name, reason);
  return try_later(retry_after);
}

Task<net::HttpResponse> Webhook::verify(net::HttpRequest& request) {
  auto tenant = tenant_of(request);
  if (!tenant && is_platforms(request) && has_verify_token(*directory_.platform())) tenant = directory_.platform();
  if (!tenant) co_return empty(404);
  const auto mode = request.query_value("hub.mode").value_or("");
  const auto token = request.query_value("hub.verify_token").value_or("");
  const auto challenge = request.query_value("hub.challenge").value_or("");
  const bool is_doctors = challenge.starts_with(kDoctorChallenge);
  if (mode != "subscribe") {
    co_await notes_.verification(*tenant, "hub.mode is not subscribe");
    co_return net::text_response(400, "hub.mode must be subscribe\n");
  }
  if (!verifies(*tenant, token)) {
    if (!is_doctors)
      co_await notes_.verification(
          *tenant, has_verify_token(*tenant) ? "the verify token is another one" : "WHATSAPP_VERIFY_TOKEN is not set");
    co_return empty(403);
  }
  if (!is_doctors) co_await notes_.verification(*tenant, "");
  auto response = net::text_response(200, std::string(challenge));
  response.content_type = "text/plain";
  // What is echoed is a stranger's: it must not be taken for a page.
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  co_return response;
}

bool Webhook::is_first_in_a_while(Times& times, const Tenant& tenant) {
  const auto now = clock_.now();
  std::scoped_lock lock(warned_mutex_);
  const auto [entry, first] = times.try_emplace(tenant.id.value, now);
  if (!first && now - entry->second < kWarnEvery) return false;
  entry->second = now;
  return true;
}

}  // namespace claw
