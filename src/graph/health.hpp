#pragma once

#include <vector>

#include "graph/account.hpp"

namespace claw {

/// What a doctor asks Meta beyond GraphAccount. One call each, asked for by people, never by a message. Fails as
/// GraphAccount's calls do. Safe to call from any coroutine.
class GraphHealth {
 public:
  virtual ~GraphHealth() = default;

  /// GET /{app id}/subscriptions, as the app itself: with its id and the app secret that is used for the number. That
  /// Meta answers proves that they belong together. kNoToken where there is no app secret.
  [[nodiscard]] virtual Task<GraphRead<whatsapp::SubscriptionFacts>> subscriptions(TenantRef tenant,
                                                                                   std::string phone_number_id,
                                                                                   std::string app_id) = 0;

  /// GET /{WABA id}/message_templates: the first kMaxTemplates, by name, language and status.
  [[nodiscard]] virtual Task<GraphRead<std::vector<whatsapp::TemplateStanding>>> templates(TenantRef tenant,
                                                                                           std::string phone_number_id,
                                                                                           std::string waba_id) = 0;

  /// What Meta's clock says, of an answer to a call that asks for nothing; whole seconds. kRefused where the answer has
  /// no time.
  [[nodiscard]] virtual Task<GraphRead<TimePoint>> time() = 0;

  static constexpr int kMaxTemplates = 500;
};

}  // namespace claw
