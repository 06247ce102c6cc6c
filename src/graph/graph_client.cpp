#include "graph/graph_client.hpp"

#include <fmt/format.h>

#include "graph/graph_call.hpp"

namespace claw {
namespace {

constexpr std::string_view kUnseenNumber =
    "This access token cannot see the phone number. Check WHATSAPP_PHONE_NUMBER_ID, or replace WHATSAPP_ACCESS_TOKEN "
    "with one that may use it.";

}  // namespace

GraphOutcome judge_send_answer(const net::ClientResponse& answer) {
  auto parsed = whatsapp::parse_send_answer(answer.status, answer.body);
  if (parsed) return GraphSent{std::move(parsed->wamid)};
  GraphFailure failure;
  failure.error = std::move(parsed.error());
  failure.retry_after = net::retry_after(answer.headers);
  failure.reason = words_of(failure.error, kUnseenNumber);
  const bool says_what_happened =
      failure.error.has_error_object || (answer.status >= 300 && answer.status < 500) || answer.status == 503;
  failure.kind = says_what_happened ? GraphFailure::Kind::kRefused : GraphFailure::Kind::kAmbiguous;
  return failure;
}

GraphClient::GraphClient(net::HttpClient& http, Metrics& metrics, Options options)
    : http_(http),
      options_(std::move(options)),
      sent_(graph_calls(metrics, "ok")),
      refused_(graph_calls(metrics, "refused")),
      not_sent_(graph_calls(metrics, "not_sent")),
      ambiguous_(graph_calls(metrics, "ambiguous")),
      duration_(metrics.histogram("clawcentral_graph_call_seconds", "From the call to Meta's whole answer.")) {}

net::ClientRequest GraphClient::request_for(const Tenant& tenant, std::string_view phone_number_id, std::string body,
                                            std::string_view trace) const {
  auto request = graph_request(options_, tenant, phone_number_id, "POST", fmt::format("{}/messages", phone_number_id));
  request.headers.push_back({"Content-Type", "application/json"});
  if (!trace.empty()) request.headers.push_back({"traceparent", traceparent_of(trace)});
  request.body = std::move(body);
  return request;
}

Task<GraphOutcome> GraphClient::send(TenantRef tenant, std::string phone_number_id, std::string body,
                                     std::string trace) {
  if (tenant->access_token_for(phone_number_id).empty()) co_return no_token();
  const auto began = std::chrono::steady_clock::now();
  auto request = request_for(*tenant, phone_number_id, std::move(body), trace);
  const auto answer = co_await exchange(http_, options_, tenant, phone_number_id, std::move(request));
  duration_.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  if (!answer) {
    GraphFailure failure = no_answer(answer.error());
    (failure.kind == GraphFailure::Kind::kAmbiguous ? ambiguous_ : not_sent_).add();
    co_return failure;
  }
  auto outcome = judge_send_answer(*answer);
  const auto* failure = std::get_if<GraphFailure>(&outcome);
  (!failure ? sent_ : failure->kind == GraphFailure::Kind::kRefused ? refused_ : ambiguous_).add();
  co_return outcome;
}

Task<bool> GraphClient::mark(TenantRef tenant, std::string phone_number_id, std::string body, std::string trace) {
  if (tenant->access_token_for(phone_number_id).empty()) co_return false;
  auto request = request_for(*tenant, phone_number_id, std::move(body), trace);
  request.total_timeout = options_.mark_timeout;
  const auto answer = co_await exchange(http_, options_, tenant, phone_number_id, std::move(request));
  const bool taken = answer && whatsapp::parse_success_answer(answer->status, answer->body).has_value();
  (taken ? sent_ : refused_).add();
  co_return taken;
}

}  // namespace claw
