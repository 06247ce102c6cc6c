#pragma once

#include "conversation/access.hpp"
#include "delivery/send_permit.hpp"

namespace claw {

/// Nothing goes to who opted out, but for the answer to the word by which they did, and nothing to who is blocked.
/// Groups are not asked for. What it goes by is in memory for those who wrote lately (Access::kMaxRemembered).
class StandingPermit final : public SendPermit {
 public:
  /// Both must outlive this object.
  StandingPermit(Access& access, Ledger& ledger) : access_(access), ledger_(ledger) {}

  [[nodiscard]] Task<Result<std::string>> refusal(TenantRef tenant, const OutboundMessage& message) override;

 private:
  Access& access_;
  Ledger& ledger_;
};

}  // namespace claw
