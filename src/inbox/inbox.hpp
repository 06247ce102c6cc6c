#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace claw {

/// One item of a webhook on its way in. A body of several items is several of these, in array order.
struct InboundItem {
  InboxSeq seq;  ///< Given by the inbox; 0 before.
  TenantId tenant;
  std::uint16_t slot = 0;  ///< Which owner processes it: a hash of tenant and person, from the payload alone.
  std::uint8_t kind = 0;   ///< whatsapp::ItemKind
  TimePoint received_at;
  std::string raw;  ///< A webhook body with exactly this item, or the signed bytes that are none.
  /// Signed by an app of the tenant's that may not speak for the item's number: kept and shown, not processed.
  bool foreign = false;
  /// The trace id of the `traceparent` that came with it: 32 hex digits; empty: none came.
  std::string trace = {};
};

/// How long a tenant's items are kept.
struct Retention {
  TenantId tenant;
  std::chrono::days keep;
};

/// The record of every webhook item we have acknowledged, in the order it came.
///
/// It is what makes a 200 to Meta true: nothing is acknowledged before it is here, nothing is processed that is not
/// here. inbox_contract_test.cpp runs against every implementation.
///
/// append(), waiting(), forget() and expire() may be called from anywhere; next() and settle() by one reader.
class Inbox {
 public:
  virtual ~Inbox() = default;

  /// Writes `items` and returns once they would survive a power cut. Items of one call stay together and in order.
  ///
  /// Redeliveries are written again; they are told apart when the ledger accepts them.
  ///
  /// Fails with kTransient when durability cannot be promised now, kStopping when the process goes down. The items may
  /// or may not be there; either way the caller must not answer 200, Meta will deliver again.
  [[nodiscard]] virtual Task<Result<void>> append(std::vector<InboundItem> items) = 0;

  /// The oldest items that are not settled and were not given out since the start, in order, `limit` at most. Waits
  /// until there is one. Fails with kStopping after stop(), kTransient if they cannot be read now.
  [[nodiscard]] virtual Task<Result<std::vector<InboundItem>>> next(std::size_t limit) = 0;

  /// Says that all items up to and including `seq` were accepted and need not be given out again. If this is lost in a
  /// crash they come again; accepting is idempotent.
  virtual void settle(InboxSeq seq) = 0;

  /// Items appended and not settled.
  [[nodiscard]] virtual std::size_t waiting() const = 0;

  /// Forgets the bytes of settled items of this kind that were received before `before`. Returns how many items of any
  /// kind it looked at, `limit` at most; fewer: nothing is left. Fails with kTransient.
  [[nodiscard]] virtual Task<Result<std::size_t>> forget(std::uint8_t kind, TimePoint before, std::size_t limit) = 0;

  /// Forgets the bytes of settled items of these tenants that are older than they are kept, and returns as forget().
  /// Goes on where it was; only where it is asked about others than before, it begins anew.
  [[nodiscard]] virtual Task<Result<std::size_t>> expire(std::vector<Retention> retention, TimePoint now,
                                                         std::size_t limit) = 0;

  /// Ends a waiting next(). append() and settle() go on to work.
  virtual void stop() = 0;
};

}  // namespace claw
