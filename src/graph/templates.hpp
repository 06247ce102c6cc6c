#pragma once

#include <string>

#include "graph/account.hpp"
#include "whatsapp/template.hpp"

namespace claw {

/// A tenant's message templates at Meta: one call each, by the credentials of its number `phone_number_id`.
///
/// What fails says whose move it is in GraphFailure::reason; after kAmbiguous a creation or deletion may have happened.
/// Safe to call from any coroutine.
class GraphTemplates {
 public:
  virtual ~GraphTemplates() = default;

  /// GET /{WABA id}/message_templates: kPage of them behind the cursor `after` (empty: from the begin).
  [[nodiscard]] virtual Task<GraphRead<whatsapp::TemplatePage>> page(TenantRef tenant, std::string phone_number_id,
                                                                     std::string waba_id, std::string after) = 0;
  /// GET /{template id}.
  [[nodiscard]] virtual Task<GraphRead<whatsapp::MessageTemplate>> find(TenantRef tenant, std::string phone_number_id,
                                                                        std::string id) = 0;
  /// POST /{WABA id}/message_templates with `request` as its body; id, status and category alone.
  [[nodiscard]] virtual Task<GraphRead<whatsapp::MessageTemplate>> create(TenantRef tenant, std::string phone_number_id,
                                                                          std::string waba_id, std::string request) = 0;
  /// DELETE /{WABA id}/message_templates: this one, of all the languages of its name.
  [[nodiscard]] virtual Task<GraphRead<void>> remove(TenantRef tenant, std::string phone_number_id, std::string waba_id,
                                                     std::string name, std::string id) = 0;

  /// A file that a new template shows as its example.
  struct Sample {
    std::string mime_type;
    std::string filename;
    std::string bytes;
  };
  /// POST /{app id}/uploads and then POST /{session}: Meta's handle of the file.
  [[nodiscard]] virtual Task<GraphRead<std::string>> sample(TenantRef tenant, std::string phone_number_id,
                                                            std::string app_id, Sample file) = 0;

  static constexpr int kPage = 100;
};

}  // namespace claw
