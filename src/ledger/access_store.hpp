#pragma once

#include <string>
#include <vector>

#include "ledger/audit.hpp"
#include "ledger/ledger.hpp"

namespace claw {

/// Where a sender stands. The numbers are stored.
enum class Standing : std::uint8_t {
  kUnknown = 0,
  kAllowed = 1,  ///< On the allowlist: an admin put them there, or approved their request.
  kPending = 2,  ///< Has a pairing code and waits for an approval.
  kBlocked = 3,
};
[[nodiscard]] std::string_view to_string(Standing standing);

/// The addresses under which rows about a sender are looked up: their phone number, their BSUID, and their public id
/// unless it looks like an address that is not theirs (any more): somebody else may have it by now. The first is where
/// new rows are kept. An empty one is none.
[[nodiscard]] std::vector<std::string> access_addresses(std::string_view user, std::string_view phone,
                                                        std::string_view bsuid);
/// Digits alone, or a BSUID.
[[nodiscard]] bool looks_like_an_address(std::string_view public_id);

/// What is known of a sender's access at one number, or at all of a tenant's.
struct AccessRow {
  std::int64_t id = 0;
  TenantId tenant = {};
  std::string number = {};   ///< Phone number id; empty: every number of the tenant.
  std::string address = {};  ///< A phone's digits, a BSUID, or a user's public id.
  Standing standing = Standing::kUnknown;
  std::string name = {};        ///< A label for people.
  std::string by = {};          ///< Who decided; empty while pending.
  TimePoint since = {};         ///< Of the standing.
  TimePoint opted_out = {};     ///< 0: they did not; else since when they want nothing.
  std::string code = {};        ///< Of a pending request.
  TimePoint expires = {};       ///< Of a pending request.
  MessageId asked_by = {};      ///< The message that made the request.
  std::string asked_type = {};  ///< Of that message; only from list().
  std::string asked_text = {};  ///< Its first kPreviewCharacters; only from list().
};

struct AccessFilter {
  std::size_t limit = 50;
  std::int64_t before = 0;
  std::optional<Standing> standing = {};
  bool opted_out = false;   ///< Only who opted out.
  std::string number = {};  ///< Of this number and of all numbers; empty: whatever number.
  std::string search = {};  ///< Address or name begins so.
  TimePoint now = {};       ///< Pending requests that have expired by then are left out.
};

/// What became of a stranger's request.
struct PairingAsked {
  enum class Kind : std::uint8_t {
    kNew,      ///< `row` was made: its code is to be told.
    kAlready,  ///< There is one that lives; `row` is it.
    kFull,     ///< Too many wait at this number: nothing was made.
    kDecided,  ///< Somebody allowed or blocked the sender meanwhile; `row` is that, and nothing was made.
  };
  Kind kind = Kind::kFull;
  AccessRow row;
};

struct AccessDecided {
  AccessRow row;
  std::vector<PendingMessage> released;  ///< Messages that were held and wait for their turn now, oldest first.
};

/// What became of many requests that were decided together.
struct AccessDecisions {
  std::vector<AccessRow> rows;
  std::vector<PendingMessage> released;  ///< Of all of them, oldest first.
  std::size_t gone = 0;                  ///< Requests that had expired or were decided before.
};

/// Who may talk: allowlist, pairing requests, blocks and opt-outs of every tenant.
///
/// Writes are durable when they return, with their audit row in the same transaction. Fails as Ledger does. Safe to
/// call from any coroutine.
class AccessStore {
 public:
  virtual ~AccessStore() = default;

  /// All rows of any of `addresses` at `number` and at all numbers.
  [[nodiscard]] virtual Task<Result<std::vector<AccessRow>>> find(TenantId tenant, std::string number,
                                                                  std::vector<std::string> addresses) = 0;

  /// Makes a pending request from `request` (its code is free of use or kConflict), unless there is one that lives at
  /// `now` or `most` live at its number already. A request that was made by the same message is kNew again: its answer
  /// may be lost.
  [[nodiscard]] virtual Task<Result<PairingAsked>> ask(AccessRow request, std::size_t most, TimePoint now) = 0;

  /// Decides pending requests, by id, in one transaction: keep their number small, or the writer is held up. `standing`
  /// kUnknown rejects: the row goes, and the sender may ask again. A request that has expired by `now` is not there. An
  /// approval releases what was held. Each has its own row in the log, `audit` with the sender as target and at the end
  /// of what was done.
  [[nodiscard]] virtual Task<Result<AccessDecisions>> decide(TenantId tenant, std::vector<std::int64_t> ids,
                                                             Standing standing, TimePoint now, AuditRow audit) = 0;
  /// The live request with this code. kNotFound.
  [[nodiscard]] virtual Task<Result<AccessRow>> pending_by_code(TenantId tenant, std::string code, TimePoint now) = 0;

  /// Sets where a sender stands, whatever was there; kUnknown takes the row away. An allowance releases what was held.
  [[nodiscard]] virtual Task<Result<AccessDecided>> put(AccessRow row, AuditRow audit) = 0;

  /// Takes back what was decided about a sender, or turns a request away; that they opted out stays. kNotFound.
  [[nodiscard]] virtual Task<Result<AccessRow>> remove(TenantId tenant, std::int64_t id, AuditRow audit) = 0;

  /// Notes that somebody wants nothing any more (`at` 0: that they do again), at every number of the tenant.
  [[nodiscard]] virtual Task<Result<void>> set_opted_out(TenantId tenant, std::string address, std::string name,
                                                         TimePoint at) = 0;

  /// Newest first.
  [[nodiscard]] virtual Task<Result<Page<AccessRow>>> list(TenantId tenant, AccessFilter filter) = 0;
};

}  // namespace claw
