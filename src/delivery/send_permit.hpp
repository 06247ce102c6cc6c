#pragma once

#include <string>

#include "base/task.hpp"
#include "ledger/ledger.hpp"
#include "tenancy/tenant.hpp"

namespace claw {

/// Says, when it is a message's turn to be sent, whether its person may be written to still: they may have asked for no
/// more messages since it was said, or been blocked. Safe to call from any coroutine.
class SendPermit {
 public:
  virtual ~SendPermit() = default;

  /// Why the message must not go, in words for the tenant's admin; empty where it may. Fails as the store does: then it
  /// is asked again.
  [[nodiscard]] virtual Task<Result<std::string>> refusal(TenantRef tenant, const OutboundMessage& message) = 0;
};

}  // namespace claw
