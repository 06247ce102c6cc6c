#pragma once

#include "graph/account.hpp"
#include "graph/graph_calls.hpp"

namespace claw {

/// The same over HTTP, as GraphClient makes its calls, each bounded by kPatience.
///
/// Meta takes the token that debug_token is asked about only in the URL (?input_token=): the one place where a token of
/// ours stands in one. No URL of a call is ever logged, counted or part of an error.
class GraphAccountClient final : public GraphAccount {
 public:
  static constexpr std::chrono::milliseconds kPatience{10'000};  ///< Somebody sits and waits for it.

  /// `http` and `metrics` must outlive this object. `options.total_timeout` counts where it is less than kPatience.
  GraphAccountClient(net::HttpClient& http, Metrics& metrics, GraphClient::Options options);

  [[nodiscard]] Task<GraphRead<whatsapp::TokenFacts>> token(TenantRef tenant, std::string phone_number_id) override;
  [[nodiscard]] Task<GraphRead<whatsapp::NumberFacts>> number(TenantRef tenant, std::string phone_number_id) override;
  [[nodiscard]] Task<GraphRead<whatsapp::WabaFacts>> waba(TenantRef tenant, std::string phone_number_id,
                                                          std::string waba_id) override;
  [[nodiscard]] Task<GraphRead<std::vector<std::string>>> numbers_of(TenantRef tenant, std::string phone_number_id,
                                                                     std::string waba_id) override;
  [[nodiscard]] Task<GraphRead<std::vector<whatsapp::AppFacts>>> subscribed_apps(TenantRef tenant,
                                                                                 std::string phone_number_id,
                                                                                 std::string waba_id) override;
  [[nodiscard]] Task<GraphRead<void>> subscribe(TenantRef tenant, std::string phone_number_id,
                                                std::string waba_id) override;

 private:
  GraphCalls calls_;
};

}  // namespace claw
