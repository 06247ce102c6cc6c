#pragma once

#include "graph/graph_calls.hpp"
#include "graph/templates.hpp"

namespace claw {

/// The same over HTTP, as GraphClient makes its calls, each bounded by kPatience.
class GraphTemplateClient final : public GraphTemplates {
 public:
  static constexpr std::chrono::milliseconds kPatience{15'000};  ///< Meta looks through a new template at once.

  /// `http` and `metrics` must outlive this object.
  GraphTemplateClient(net::HttpClient& http, Metrics& metrics, GraphClient::Options options);

  [[nodiscard]] Task<GraphRead<whatsapp::TemplatePage>> page(TenantRef tenant, std::string phone_number_id,
                                                             std::string waba_id, std::string after) override;
  [[nodiscard]] Task<GraphRead<whatsapp::MessageTemplate>> find(TenantRef tenant, std::string phone_number_id,
                                                                std::string id) override;
  [[nodiscard]] Task<GraphRead<whatsapp::MessageTemplate>> create(TenantRef tenant, std::string phone_number_id,
                                                                  std::string waba_id, std::string request) override;
  [[nodiscard]] Task<GraphRead<void>> remove(TenantRef tenant, std::string phone_number_id, std::string waba_id,
                                             std::string name, std::string id) override;
  [[nodiscard]] Task<GraphRead<std::string>> sample(TenantRef tenant, std::string phone_number_id, std::string app_id,
                                                    Sample file) override;

 private:
  GraphCalls calls_;
};

}  // namespace claw
