#pragma once

#include "graph/graph_client.hpp"
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
  struct Call;
  /// One call, and what `parse` makes of its answer.
  template <class T>
  Task<GraphRead<T>> make(TenantRef tenant, Call call,
                          std::expected<T, whatsapp::GraphError> (*parse)(int http_status, std::string_view body));

  net::HttpClient& http_;
  GraphClient::Options options_;
  Counter& ok_;
  Counter& refused_;
  Counter& not_sent_;
  Counter& ambiguous_;
};

}  // namespace claw
