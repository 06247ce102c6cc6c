#pragma once

#include "base/metrics.hpp"
#include "graph/graph.hpp"
#include "ledger/delivery_log.hpp"
#include "net/client.hpp"

namespace claw {

/// The Graph API over HTTP: token in the header only, appsecret_proof with each call, bounded in time.
class GraphClient final : public Graph {
 public:
  struct Options {
    std::string base_url;  ///< https://graph.facebook.com
    std::string version;   ///< v25.0
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds total_timeout{20'000};
    std::chrono::milliseconds mark_timeout{3'000};  ///< An answer waits for its typing call, not for long.
    DeliveryLog* log = nullptr;                     ///< Is told of each call; outlives the client. Null: nobody is.
    Clock* clock = nullptr;                         ///< Of the log's times. REQUIRES: set where `log` is.
  };
  /// `http` and `metrics` must outlive this object.
  GraphClient(net::HttpClient& http, Metrics& metrics, Options options);

  [[nodiscard]] Task<GraphOutcome> send(TenantRef tenant, std::string phone_number_id, std::string body,
                                        std::string trace) override;
  [[nodiscard]] Task<bool> mark(TenantRef tenant, std::string phone_number_id, std::string body,
                                std::string trace) override;

 private:
  [[nodiscard]] net::ClientRequest request_for(const Tenant& tenant, std::string_view phone_number_id, std::string body,
                                               std::string_view trace) const;
  net::HttpClient& http_;
  const Options options_;
  Counter& sent_;
  Counter& refused_;
  Counter& not_sent_;
  Counter& ambiguous_;
  Histogram& duration_;
};

/// What an answer to a send means. Pure. A 2xx without id, a 5xx that is no error of the Graph API (HTML of a proxy, an
/// empty body) are kAmbiguous: the message may have been taken. A 503 says it was not.
[[nodiscard]] GraphOutcome judge_send_answer(const net::ClientResponse& answer);

}  // namespace claw
