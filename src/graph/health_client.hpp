#pragma once

#include "graph/graph_calls.hpp"
#include "graph/health.hpp"

namespace claw {

/// The same over HTTP, each call bounded by kPatience. The app's own token (id and secret) is sent as a bearer, never
/// in a URL.
class GraphHealthClient final : public GraphHealth {
 public:
  static constexpr std::chrono::milliseconds kPatience{10'000};  ///< Somebody sits and waits for it.

  /// `http` and `metrics` must outlive this object. `options.total_timeout` counts where it is less than kPatience.
  GraphHealthClient(net::HttpClient& http, Metrics& metrics, GraphClient::Options options);

  [[nodiscard]] Task<GraphRead<whatsapp::SubscriptionFacts>> subscriptions(TenantRef tenant,
                                                                           std::string phone_number_id,
                                                                           std::string app_id) override;
  [[nodiscard]] Task<GraphRead<std::vector<whatsapp::TemplateStanding>>> templates(TenantRef tenant,
                                                                                   std::string phone_number_id,
                                                                                   std::string waba_id) override;
  [[nodiscard]] Task<GraphRead<TimePoint>> time() override;

 private:
  net::HttpClient& http_;
  GraphCalls calls_;
};

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110's IMF-fixdate); nothing for other texts.
[[nodiscard]] std::optional<TimePoint> read_http_date(std::string_view text);

}  // namespace claw
