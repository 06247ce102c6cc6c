#include "graph/health_client.hpp"

#include <ctime>

#include <fmt/format.h>

#include "graph/graph_call.hpp"

namespace claw {

GraphHealthClient::GraphHealthClient(net::HttpClient& http, Metrics& metrics, GraphClient::Options options)
    : http_(http), calls_(http, metrics, std::move(options), kPatience) {}

Task<GraphRead<whatsapp::SubscriptionFacts>> GraphHealthClient::subscriptions(TenantRef tenant,
                                                                              std::string phone_number_id,
                                                                              std::string app_id) {
  return calls_.make<whatsapp::SubscriptionFacts>(std::move(tenant),
                                                  {.method = "GET",
                                                   .number = std::move(phone_number_id),
                                                   .object = std::move(app_id),
                                                   .unseen = "Meta does not know this app.",
                                                   .edge = "/subscriptions",
                                                   .as_app = true},
                                                  whatsapp::parse_subscriptions_answer);
}

Task<GraphRead<std::vector<whatsapp::TemplateStanding>>> GraphHealthClient::templates(TenantRef tenant,
                                                                                      std::string phone_number_id,
                                                                                      std::string waba_id) {
  return calls_.make<std::vector<whatsapp::TemplateStanding>>(
      std::move(tenant),
      {.method = "GET",
       .number = std::move(phone_number_id),
       .object = std::move(waba_id),
       .unseen = "This access token cannot see the WhatsApp account.",
       .edge = "/message_templates",
       .query = fmt::format("fields=name,language,status&limit={}", kMaxTemplates)},
      whatsapp::parse_template_standings);
}

Task<GraphRead<TimePoint>> GraphHealthClient::time() {
  net::ClientRequest request;
  request.url = fmt::format("{}/{}/debug_token", calls_.options().base_url, calls_.options().version);
  request.connect_timeout = calls_.options().connect_timeout;
  request.total_timeout = calls_.options().total_timeout;
  const auto answer = co_await http_.send(std::move(request));
  if (!answer) co_return std::unexpected(no_answer(answer.error()));
  if (const auto at = read_http_date(net::find_header(answer->headers, "Date"))) co_return *at;
  GraphFailure silent;
  silent.kind = GraphFailure::Kind::kRefused;
  silent.reason = "Meta's answer does not say what time it is";
  co_return std::unexpected(std::move(silent));
}

std::optional<TimePoint> read_http_date(std::string_view text) {
  std::tm parts{};
  const std::string whole(text);
  const char* const end = ::strptime(whole.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (!end || *end != '\0') return std::nullopt;
  return std::chrono::time_point_cast<TimePoint::duration>(std::chrono::system_clock::from_time_t(::timegm(&parts)));
}

}  // namespace claw
