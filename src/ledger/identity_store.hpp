#pragma once

#include <string>

#include "ledger/audit.hpp"
#include "ledger/ledger.hpp"

namespace claw {

/// A user after somebody changed who they are, and what became another by it: empty where nothing did.
struct Identified {
  UserRecord user;
  IdentityChange changed;
};

/// A group on one of the tenant's numbers.
struct GroupRecord {
  std::string id;    ///< At Meta.
  std::string name;  ///< Empty while nobody told it.
  std::string phone_number_id;
  ConversationId conversation;  ///< 0 while nobody has written there.
  TimePoint last_at;            ///< Of the last message; 0 as above.
};

struct GroupFilter {
  std::size_t limit = 50;
  std::string after = {};  ///< `next` of the page before.
  std::string id = {};     ///< Of this one only; empty: all.
};

/// Who is who, as far as a tenant's admin says it: addresses of users and users who are one person. The rest follows
/// from what Meta says (Ledger::accept), by the same rules.
///
/// Each change is explicit, the same again changes nothing, and no address is ever taken from another user. Writes are
/// durable when they return, with their audit row in the same transaction; where nothing changes there is no row. The
/// row's target is the user. Fails as Ledger does, with kInvalid for what a group has not. Safe to call from any
/// coroutine.
class IdentityStore {
 public:
  virtual ~IdentityStore() = default;

  /// The address (a phone's digits or a BSUID) is the user's too. kConflict where another has it: holder() says who.
  [[nodiscard]] virtual Task<Result<Identified>> link(TenantId tenant, std::string user, std::string address,
                                                      AuditRow audit) = 0;
  /// The address is not the user's any more: whoever writes from it is somebody new. kConflict for the last of theirs.
  [[nodiscard]] virtual Task<Result<Identified>> unlink(TenantId tenant, std::string user, std::string address,
                                                        AuditRow audit) = 0;
  /// `other` becomes `user`: addresses, history and access; see sqlite/identity.hpp. kConflict where they are one
  /// already.
  [[nodiscard]] virtual Task<Result<Identified>> merge(TenantId tenant, std::string user, std::string other,
                                                       AuditRow audit) = 0;
  /// Who has an address; empty: nobody.
  [[nodiscard]] virtual Task<Result<std::string>> holder(TenantId tenant, std::string address) = 0;

  /// In order of their ids, once for each number.
  [[nodiscard]] virtual Task<Result<Page<GroupRecord, std::string>>> groups(TenantId tenant, GroupFilter filter) = 0;
};

}  // namespace claw
