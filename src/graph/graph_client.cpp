#include "graph/graph_client.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "whatsapp/errors.hpp"

namespace claw {
namespace {

std::string reason_of(const whatsapp::GraphError& error) {
  if (!error.has_error_object)
    return fmt::format("Meta answered {} without saying what became of the message", error.http_status);
  const auto& known = whatsapp::error_info(error.code);
  // Meta's code for any wrong parameter, but this one says that nothing is to be seen of the number with this token.
  const bool unseen = error.code == 100 && error.subcode == 33;
  std::string reason =
      fmt::format("{} (Meta's code {}",
                  unseen ? "This access token cannot see the phone number. Check WHATSAPP_PHONE_NUMBER_ID, or "
                           "replace WHATSAPP_ACCESS_TOKEN with one that may use it."
                         : known.advice,
                  error.code);
  if (error.subcode != 0) reason += fmt::format("/{}", error.subcode);
  reason += fmt::format(": {}", error.details.empty() ? error.message : error.details);
  if (!error.fbtrace_id.empty()) reason += fmt::format("; trace {}", error.fbtrace_id);
  return reason + ")";
}

Counter& calls(Metrics& metrics, const char* result) {
  return metrics.counter("clawcentral_graph_calls_total", "Calls of Meta's Graph API by outcome.",
                         fmt::format("result=\"{}\"", result));
}

}  // namespace

GraphOutcome judge_send_answer(const net::ClientResponse& answer) {
  auto parsed = whatsapp::parse_send_answer(answer.status, answer.body);
  if (parsed) return GraphSent{std::move(parsed->wamid)};
  GraphFailure failure;
  failure.error = std::move(parsed.error());
  failure.retry_after = net::retry_after(answer.headers);
  failure.reason = reason_of(failure.error);
  const bool says_what_happened =
      failure.error.has_error_object || (answer.status >= 300 && answer.status < 500) || answer.status == 503;
  failure.kind = says_what_happened ? GraphFailure::Kind::kRefused : GraphFailure::Kind::kAmbiguous;
  return failure;
}

GraphClient::GraphClient(net::HttpClient& http, Metrics& metrics, Options options)
    : http_(http),
      options_(std::move(options)),
      sent_(calls(metrics, "ok")),
      refused_(calls(metrics, "refused")),
      not_sent_(calls(metrics, "not_sent")),
      ambiguous_(calls(metrics, "ambiguous")),
      duration_(metrics.histogram("clawcentral_graph_call_seconds", "From the call to Meta's whole answer.")) {}

net::ClientRequest GraphClient::request_for(const Tenant& tenant, std::string_view phone_number_id,
                                            std::string body) const {
  net::ClientRequest request;
  request.method = "POST";
  request.url = fmt::format("{}/{}/{}/messages", options_.base_url, options_.version, phone_number_id);
  if (!tenant.app_secret.empty())
    request.url += "?appsecret_proof=" + to_hex(hmac_sha256(tenant.app_secret.expose(), tenant.access_token.expose()));
  request.headers.push_back({"Content-Type", "application/json"});
  request.bearer = tenant.access_token.clone();
  request.body = std::move(body);
  request.connect_timeout = options_.connect_timeout;
  request.total_timeout = options_.total_timeout;
  return request;
}

Task<GraphOutcome> GraphClient::send(TenantRef tenant, std::string phone_number_id, std::string body) {
  if (tenant->access_token.empty()) {
    GraphFailure failure;
    failure.kind = GraphFailure::Kind::kNoToken;
    failure.reason = "WHATSAPP_ACCESS_TOKEN is not set: set it under Secrets, then the message is sent";
    co_return failure;
  }
  const auto began = std::chrono::steady_clock::now();
  const auto answer = co_await http_.send(request_for(*tenant, phone_number_id, std::move(body)));
  duration_.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  if (!answer) {
    GraphFailure failure;
    const bool unknown = answer.error().kind == ErrorKind::kAmbiguous;
    failure.kind = unknown ? GraphFailure::Kind::kAmbiguous : GraphFailure::Kind::kNotSent;
    failure.reason = fmt::format("{}: {}", unknown ? "No answer came from Meta" : "Meta could not be reached",
                                 answer.error().message);
    (unknown ? ambiguous_ : not_sent_).add();
    co_return failure;
  }
  auto outcome = judge_send_answer(*answer);
  const auto* failure = std::get_if<GraphFailure>(&outcome);
  (!failure ? sent_ : failure->kind == GraphFailure::Kind::kRefused ? refused_ : ambiguous_).add();
  co_return outcome;
}

Task<bool> GraphClient::mark(TenantRef tenant, std::string phone_number_id, std::string body) {
  if (tenant->access_token.empty()) co_return false;
  auto request = request_for(*tenant, phone_number_id, std::move(body));
  request.total_timeout = options_.mark_timeout;
  const auto answer = co_await http_.send(std::move(request));
  const bool taken = answer && whatsapp::parse_success_answer(answer->status, answer->body).has_value();
  (taken ? sent_ : refused_).add();
  co_return taken;
}

}  // namespace claw
