#pragma once

#include "inbox/inbox.hpp"
#include "ledger/unclaimed.hpp"

namespace claw {

/// Gives what came for a number before anybody claimed it to the tenant that does: through the inbox, as if it came
/// now, oldest first. A person may have waited long for the answer; Meta refuses one after 24 hours, and the message
/// says so.
class UnclaimedDelivery {
 public:
  static constexpr std::size_t kBatch = 256;

  /// All must outlive this object.
  UnclaimedDelivery(UnclaimedItems& unclaimed, Inbox& inbox, Clock& clock)
      : unclaimed_(unclaimed), inbox_(inbox), clock_(clock) {}

  /// How many items. Each is in the inbox before it is marked as delivered: where this fails half way, the rest is
  /// still unclaimed, and a second call gives no item twice, for the ledger knows them.
  [[nodiscard]] Task<Result<std::size_t>> deliver(TenantId tenant, std::string waba_id, std::string phone_number_id);

 private:
  UnclaimedItems& unclaimed_;
  Inbox& inbox_;
  Clock& clock_;
};

}  // namespace claw
