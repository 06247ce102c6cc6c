#include "graph/account_client.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "graph/graph_call.hpp"

namespace claw {
namespace {

using whatsapp::GraphError;

constexpr std::string_view kUnseenNumber =
    "This access token cannot see the phone number. Check WHATSAPP_PHONE_NUMBER_ID, or give the token's system user "
    "the WhatsApp account that has the number, and make a new token.";
constexpr std::string_view kUnseenAccount =
    "This access token cannot see the WhatsApp account. Check WHATSAPP_WABA_ID, or give the token's system user that "
    "account, and make a new token.";
constexpr std::string_view kUnseenToken = "Meta does not know this access token. Copy it again, whole.";

std::string escaped(std::string_view text) {
  std::string out;
  for (const unsigned char c : text)
    if (std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~')
      out += static_cast<char>(c);
    else
      out += fmt::format("%{:02X}", c);
  return out;
}

template <class T>
GraphRead<T> refused(GraphFailure::Kind kind, std::string reason) {
  GraphFailure failure;
  failure.kind = kind;
  failure.reason = std::move(reason);
  return std::unexpected(std::move(failure));
}

}  // namespace

GraphAccountClient::GraphAccountClient(net::HttpClient& http, Metrics& metrics, GraphClient::Options options)
    : http_(http),
      options_(std::move(options)),
      ok_(graph_calls(metrics, "ok")),
      refused_(graph_calls(metrics, "refused")),
      not_sent_(graph_calls(metrics, "not_sent")),
      ambiguous_(graph_calls(metrics, "ambiguous")) {
  options_.total_timeout = std::min(options_.total_timeout, kPatience);
}

template <class T>
Task<GraphRead<T>> GraphAccountClient::call(TenantRef tenant, std::string number, std::string method, std::string path,
                                            std::string query, Parse<T> parse, std::string_view unseen) {
  if (tenant->access_token_for(number).empty())
    co_return refused<T>(GraphFailure::Kind::kNoToken, "WHATSAPP_ACCESS_TOKEN is not set: set it under Secrets.");
  const std::string object = path.substr(0, path.find('/'));
  if (object != "debug_token" && !is_id(object))
    co_return refused<T>(GraphFailure::Kind::kNotSent, fmt::format("\"{}\" is no id of Meta's: digits only.", object));
  auto request = graph_request(options_, *tenant, number, method, path);
  if (!query.empty()) request.url.append(request.url.contains('?') ? "&" : "?").append(query);
  wipe(query);
  const auto answer = co_await exchange(http_, options_, tenant, number, std::move(request));
  if (!answer) {
    GraphFailure failure = no_answer(answer.error());
    (failure.kind == GraphFailure::Kind::kAmbiguous ? ambiguous_ : not_sent_).add();
    co_return std::unexpected(std::move(failure));
  }
  auto parsed = parse(answer->status, answer->body);
  (parsed ? ok_ : refused_).add();
  if (parsed) {
    if constexpr (std::is_void_v<T>)
      co_return GraphRead<T>();
    else
      co_return GraphRead<T>(std::move(*parsed));
  }
  GraphFailure failure;
  failure.kind = GraphFailure::Kind::kRefused;
  failure.reason = words_of(parsed.error(), unseen);
  failure.error = std::move(parsed.error());
  failure.retry_after = net::retry_after(answer->headers);
  co_return std::unexpected(std::move(failure));
}

Task<GraphRead<whatsapp::TokenFacts>> GraphAccountClient::token(TenantRef tenant, std::string phone_number_id) {
  std::string query = "input_token=" + escaped(tenant->access_token_for(phone_number_id).expose());
  return call<whatsapp::TokenFacts>(std::move(tenant), std::move(phone_number_id), "GET", "debug_token",
                                    std::move(query), whatsapp::parse_token_answer, kUnseenToken);
}

Task<GraphRead<whatsapp::NumberFacts>> GraphAccountClient::number(TenantRef tenant, std::string phone_number_id) {
  return call<whatsapp::NumberFacts>(std::move(tenant), phone_number_id, "GET", phone_number_id,
                                     fmt::format("fields={}", whatsapp::kNumberFields), whatsapp::parse_number_answer,
                                     kUnseenNumber);
}

Task<GraphRead<whatsapp::WabaFacts>> GraphAccountClient::waba(TenantRef tenant, std::string phone_number_id,
                                                              std::string waba_id) {
  return call<whatsapp::WabaFacts>(std::move(tenant), std::move(phone_number_id), "GET", std::move(waba_id),
                                   fmt::format("fields={}", whatsapp::kWabaFields), whatsapp::parse_waba_answer,
                                   kUnseenAccount);
}

Task<GraphRead<std::vector<std::string>>> GraphAccountClient::numbers_of(TenantRef tenant, std::string phone_number_id,
                                                                         std::string waba_id) {
  return call<std::vector<std::string>>(std::move(tenant), std::move(phone_number_id), "GET",
                                        waba_id + "/phone_numbers", fmt::format("fields=id&limit={}", kMaxNumbers),
                                        whatsapp::parse_ids_answer, kUnseenAccount);
}

Task<GraphRead<std::vector<whatsapp::AppFacts>>> GraphAccountClient::subscribed_apps(TenantRef tenant,
                                                                                     std::string phone_number_id,
                                                                                     std::string waba_id) {
  return call<std::vector<whatsapp::AppFacts>>(std::move(tenant), std::move(phone_number_id), "GET",
                                               waba_id + "/subscribed_apps", "", whatsapp::parse_apps_answer,
                                               kUnseenAccount);
}

Task<GraphRead<void>> GraphAccountClient::subscribe(TenantRef tenant, std::string phone_number_id,
                                                    std::string waba_id) {
  return call<void>(std::move(tenant), std::move(phone_number_id), "POST", waba_id + "/subscribed_apps", "",
                    whatsapp::parse_success_answer, kUnseenAccount);
}

}  // namespace claw
