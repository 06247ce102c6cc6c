#pragma once

#include <expected>
#include <string>
#include <vector>

#include "graph/graph.hpp"
#include "whatsapp/account_json.hpp"

namespace claw {

template <class T>
using GraphRead = std::expected<T, GraphFailure>;

/// What Meta tells of a tenant's token, number and account: one call each, asked for by people, never by a message.
///
/// All calls use the credentials of the tenant's number `phone_number_id`. What fails says whose move it is in
/// GraphFailure::reason; kAmbiguous is only that no answer came. Safe to call from any coroutine.
class GraphAccount {
 public:
  virtual ~GraphAccount() = default;

  /// GET /debug_token: the access token about itself. A token that is no longer good is an answer (`valid` is false),
  /// or kRefused, as Meta likes it.
  [[nodiscard]] virtual Task<GraphRead<whatsapp::TokenFacts>> token(TenantRef tenant, std::string phone_number_id) = 0;

  /// GET /{phone number id}.
  [[nodiscard]] virtual Task<GraphRead<whatsapp::NumberFacts>> number(TenantRef tenant,
                                                                      std::string phone_number_id) = 0;

  /// GET /{WABA id}.
  [[nodiscard]] virtual Task<GraphRead<whatsapp::WabaFacts>> waba(TenantRef tenant, std::string phone_number_id,
                                                                  std::string waba_id) = 0;

  /// GET /{WABA id}/phone_numbers: the ids of the account's numbers, its first kMaxNumbers.
  [[nodiscard]] virtual Task<GraphRead<std::vector<std::string>>> numbers_of(TenantRef tenant,
                                                                             std::string phone_number_id,
                                                                             std::string waba_id) = 0;

  /// GET /{WABA id}/subscribed_apps.
  [[nodiscard]] virtual Task<GraphRead<std::vector<whatsapp::AppFacts>>> subscribed_apps(TenantRef tenant,
                                                                                         std::string phone_number_id,
                                                                                         std::string waba_id) = 0;

  /// POST /{WABA id}/subscribed_apps: the token's app gets the account's webhooks from then on, at the app's own
  /// callback URL. Idempotent.
  [[nodiscard]] virtual Task<GraphRead<void>> subscribe(TenantRef tenant, std::string phone_number_id,
                                                        std::string waba_id) = 0;

  static constexpr int kMaxNumbers = 500;
};

}  // namespace claw
