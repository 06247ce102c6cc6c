#include "graph/template_client.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "graph/graph_call.hpp"

namespace claw {
namespace {

/// A page of templates with carousels; Meta's examples of files are long addresses.
constexpr std::size_t kMaxAnswerBytes = 4 * 1024 * 1024;

constexpr std::string_view kUnseen =
    "This access token cannot see the WhatsApp account or the template. Check WHATSAPP_WABA_ID, or give the token's "
    "system user that account with whatsapp_business_management, and make a new token.";

/// Ids of Meta's are digits. What is something else must not become another path of the API.
bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

struct GraphTemplateClient::Call {
  std::string method;
  std::string number;
  std::string object;  ///< An id of Meta's.
  std::string edge = {};
  std::string query = {};
  std::string body = {};
};

GraphTemplateClient::GraphTemplateClient(net::HttpClient& http, Metrics& metrics, GraphClient::Options options)
    : http_(http),
      options_(std::move(options)),
      ok_(graph_calls(metrics, "ok")),
      refused_(graph_calls(metrics, "refused")),
      not_sent_(graph_calls(metrics, "not_sent")),
      ambiguous_(graph_calls(metrics, "ambiguous")) {
  options_.total_timeout = std::min(options_.total_timeout, kPatience);
}

template <class T>
Task<GraphRead<T>> GraphTemplateClient::make(TenantRef tenant, Call call,
                                             std::expected<T, whatsapp::GraphError> (*parse)(int http_status,
                                                                                             std::string_view body)) {
  if (tenant->access_token_for(call.number).empty()) {
    GraphFailure failure = no_token();
    failure.reason = "WHATSAPP_ACCESS_TOKEN is not set: set it under Secrets.";
    co_return std::unexpected(std::move(failure));
  }
  if (!is_id(call.object)) {
    GraphFailure failure;
    failure.reason = fmt::format("\"{}\" is no id of Meta's: digits only.", call.object);
    co_return std::unexpected(std::move(failure));
  }
  auto request = graph_request(options_, *tenant, call.number, call.method, call.object + call.edge);
  if (!call.query.empty()) request.url.append(request.url.contains('?') ? "&" : "?").append(call.query);
  if (!call.body.empty()) {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = std::move(call.body);
  }
  request.max_response_bytes = kMaxAnswerBytes;
  const auto answer = co_await http_.send(std::move(request));
  if (!answer) {
    GraphFailure failure = no_answer(answer.error());
    (failure.kind == GraphFailure::Kind::kAmbiguous ? ambiguous_ : not_sent_).add();
    co_return std::unexpected(std::move(failure));
  }
  auto parsed = parse(answer->status, answer->body);
  (parsed ? ok_ : refused_).add();
  if (!parsed) {
    GraphFailure failure;
    failure.kind = GraphFailure::Kind::kRefused;
    failure.reason = words_of(parsed.error(), kUnseen);
    failure.error = std::move(parsed.error());
    failure.retry_after = net::retry_after(answer->headers);
    co_return std::unexpected(std::move(failure));
  }
  if constexpr (std::is_void_v<T>)
    co_return GraphRead<T>();
  else
    co_return GraphRead<T>(std::move(*parsed));
}

Task<GraphRead<whatsapp::TemplatePage>> GraphTemplateClient::page(TenantRef tenant, std::string phone_number_id,
                                                                  std::string waba_id, std::string after) {
  auto query = fmt::format("fields={}&limit={}", whatsapp::kTemplateFields, kPage);
  if (!after.empty()) query += "&after=" + net::percent_encode(after);
  return make<whatsapp::TemplatePage>(
      std::move(tenant),
      {"GET", std::move(phone_number_id), std::move(waba_id), "/message_templates", std::move(query)},
      whatsapp::parse_templates_answer);
}

Task<GraphRead<whatsapp::MessageTemplate>> GraphTemplateClient::find(TenantRef tenant, std::string phone_number_id,
                                                                     std::string id) {
  return make<whatsapp::MessageTemplate>(
      std::move(tenant),
      {"GET", std::move(phone_number_id), std::move(id), "", fmt::format("fields={}", whatsapp::kTemplateFields)},
      whatsapp::parse_template_answer);
}

Task<GraphRead<whatsapp::MessageTemplate>> GraphTemplateClient::create(TenantRef tenant, std::string phone_number_id,
                                                                       std::string waba_id, std::string request) {
  return make<whatsapp::MessageTemplate>(
      std::move(tenant),
      {"POST", std::move(phone_number_id), std::move(waba_id), "/message_templates", "", std::move(request)},
      whatsapp::parse_created_answer);
}

Task<GraphRead<void>> GraphTemplateClient::remove(TenantRef tenant, std::string phone_number_id, std::string waba_id,
                                                  std::string name, std::string id) {
  return make<void>(std::move(tenant),
                    {"DELETE", std::move(phone_number_id), std::move(waba_id), "/message_templates",
                     fmt::format("name={}&hsm_id={}", net::percent_encode(name), net::percent_encode(id))},
                    whatsapp::parse_success_answer);
}

}  // namespace claw
