#pragma once

#include <optional>
#include <string>

#include "ledger/ledger.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// A message as its agent reads it.
struct Prepared {
  std::optional<whatsapp::AgentView> view = {};  ///< Set where it reads otherwise than before; to be kept with it.
  std::string file = {};                         ///< The id in the media library of what came with it.
  std::string spoken = {};                       ///< What was said, of a voice message that was understood.
};

/// Makes a message ready for its agent: its file is fetched, what was said becomes text. Only for people who were let
/// in, for it costs something.
class Preparation {
 public:
  virtual ~Preparation() = default;

  /// Never fails: what could not be fetched or understood stands in the view, in words for the agent and for the
  /// tenant's admin. Ends within the time-outs of Meta and of the tenant's speech providers.
  [[nodiscard]] virtual Task<Prepared> prepare(TenantRef tenant, const PendingMessage& message) = 0;

  /// The text as a voice message, where the tenant wants that and it worked; else nothing.
  [[nodiscard]] virtual Task<std::optional<whatsapp::Outgoing>> spoken(TenantRef tenant, std::string text) = 0;
};

}  // namespace claw
