#include "graph/health_client.hpp"

#include <algorithm>
#include <cctype>
#include <ctime>

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "graph/graph_call.hpp"

namespace claw {
namespace {

GraphFailure failure(GraphFailure::Kind kind, std::string reason) {
  GraphFailure failed;
  failed.kind = kind;
  failed.reason = std::move(reason);
  return failed;
}

/// What `parse` makes of an answer.
template <class T, class Parse>
GraphRead<T> read(const Result<net::ClientResponse>& answer, Parse parse, std::string_view unseen) {
  if (!answer) return std::unexpected(no_answer(answer.error()));
  auto parsed = parse(answer->status, answer->body);
  if (parsed) return std::move(*parsed);
  GraphFailure refused = failure(GraphFailure::Kind::kRefused, words_of(parsed.error(), unseen));
  refused.error = std::move(parsed.error());
  return std::unexpected(std::move(refused));
}

}  // namespace

GraphHealthClient::GraphHealthClient(net::HttpClient& http, GraphClient::Options options)
    : http_(http), options_(std::move(options)) {
  options_.total_timeout = std::min(options_.total_timeout, kPatience);
}

Task<GraphRead<whatsapp::SubscriptionFacts>> GraphHealthClient::subscriptions(TenantRef tenant,
                                                                              std::string phone_number_id,
                                                                              std::string app_id) {
  const auto& secret = tenant->app_secret_for(phone_number_id);
  if (secret.empty())
    co_return std::unexpected(failure(GraphFailure::Kind::kNoToken, "WHATSAPP_APP_SECRET is not set"));
  if (!is_id(app_id))
    co_return std::unexpected(
        failure(GraphFailure::Kind::kNotSent, fmt::format("\"{}\" is no id of Meta's: digits only.", app_id)));
  std::string token = fmt::format("{}|{}", app_id, secret.expose());
  net::ClientRequest request;
  request.url = fmt::format("{}/{}/{}/subscriptions?appsecret_proof={}", options_.base_url, options_.version, app_id,
                            to_hex(hmac_sha256(secret.expose(), token)));
  request.bearer = SecretString(std::move(token));
  request.connect_timeout = options_.connect_timeout;
  request.total_timeout = options_.total_timeout;
  const auto answer = co_await exchange(http_, options_, tenant, phone_number_id, std::move(request));
  co_return read<whatsapp::SubscriptionFacts>(answer, whatsapp::parse_subscriptions_answer,
                                              "Meta does not know this app.");
}

Task<GraphRead<std::vector<whatsapp::TemplateStanding>>> GraphHealthClient::templates(TenantRef tenant,
                                                                                      std::string phone_number_id,
                                                                                      std::string waba_id) {
  if (tenant->access_token_for(phone_number_id).empty()) co_return std::unexpected(no_token());
  if (!is_id(waba_id))
    co_return std::unexpected(
        failure(GraphFailure::Kind::kNotSent, fmt::format("\"{}\" is no id of Meta's: digits only.", waba_id)));
  auto request = graph_request(options_, *tenant, phone_number_id, "GET", waba_id + "/message_templates");
  add_query(request.url, "fields", "name,language,status");
  add_query(request.url, "limit", std::to_string(kMaxTemplates));
  const auto answer = co_await exchange(http_, options_, tenant, phone_number_id, std::move(request));
  co_return read<std::vector<whatsapp::TemplateStanding>>(answer, whatsapp::parse_template_standings,
                                                          "This access token cannot see the WhatsApp account.");
}

Task<GraphRead<TimePoint>> GraphHealthClient::time() {
  net::ClientRequest request;
  request.url = fmt::format("{}/{}/debug_token", options_.base_url, options_.version);
  request.connect_timeout = options_.connect_timeout;
  request.total_timeout = options_.total_timeout;
  const auto answer = co_await http_.send(std::move(request));
  if (!answer) co_return std::unexpected(no_answer(answer.error()));
  const auto at = read_http_date(net::find_header(answer->headers, "Date"));
  if (!at)
    co_return std::unexpected(failure(GraphFailure::Kind::kRefused, "Meta's answer does not say what time it is"));
  co_return *at;
}

std::optional<TimePoint> read_http_date(std::string_view text) {
  std::tm parts{};
  const std::string whole(text);
  const char* const end = ::strptime(whole.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (!end || *end != '\0') return std::nullopt;
  return std::chrono::time_point_cast<TimePoint::duration>(std::chrono::system_clock::from_time_t(::timegm(&parts)));
}

}  // namespace claw
