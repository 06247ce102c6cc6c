#pragma once

#include "graph/graph_client.hpp"
#include "graph/media.hpp"
#include "graph/media_hosts.hpp"

namespace claw {

/// GraphMedia over HTTP, in pieces.
class GraphMediaClient final : public GraphMedia {
 public:
  static constexpr int kMaxRedirects = 5;

  /// `http` and `metrics` must outlive this object.
  GraphMediaClient(net::HttpClient& http, Metrics& metrics, GraphClient::Options options, MediaHosts hosts);

  [[nodiscard]] Task<Result<MetaMedia>> facts(TenantRef tenant, std::string phone_number_id,
                                              std::string media_id) override;
  [[nodiscard]] Task<Result<void>> download(TenantRef tenant, std::string phone_number_id, std::string url,
                                            std::shared_ptr<net::BodySink> sink) override;
  [[nodiscard]] Task<Result<std::string>> upload(TenantRef tenant, std::string phone_number_id, Upload file) override;
  [[nodiscard]] Task<Result<void>> remove(TenantRef tenant, std::string phone_number_id, std::string media_id) override;

 private:
  /// The answer's JSON object where Meta took the call.
  Task<Result<std::string>> call(TenantRef tenant, std::string phone_number_id, net::ClientRequest request);

  net::HttpClient& http_;
  const GraphClient::Options options_;
  const MediaHosts hosts_;
  Counter& ok_;
  Counter& refused_;
  Counter& not_sent_;
  Counter& ambiguous_;
};

}  // namespace claw
