#pragma once

#include <string>

#include "ledger/ledger.hpp"

namespace claw {

/// One change that somebody made, kept for good. Never holds a secret's value.
struct AuditRow {
  std::int64_t id = 0;
  TenantId tenant = {};  ///< 0: of the platform.
  TimePoint at = {};
  std::string who_kind = {};  ///< person, token, command_line, system
  std::int64_t who_id = 0;
  std::string who = {};     ///< E-mail, or the token's label.
  std::string from = {};    ///< Address; empty on this machine.
  std::string action = {};  ///< "secret.set"
  std::string target = {};  ///< What it was done to: a secret's name, a member's e-mail.
  std::string what = {};    ///< One line for people: "replaced WHATSAPP_APP_SECRET".
};

struct AuditFilter {
  std::size_t limit = 50;
  std::int64_t before = 0;
  std::string search = {};      ///< In who, action, target and what; ASCII letters in either case.
  bool of_all_tenants = false;  ///< The platform's and every tenant's.
};

/// Who changed what. Rows are written in the transaction of the change they tell of (sqlite/audit.hpp), so that there
/// is no change without its row and no row without its change.
class AuditLog {
 public:
  virtual ~AuditLog() = default;
  /// A change that was made elsewhere (at Meta): nothing of ours is in its transaction.
  [[nodiscard]] virtual Task<Result<void>> add(AuditRow row) = 0;
  /// Newest first; looks at kMaxWalk rows at most.
  [[nodiscard]] virtual Task<Result<Page<AuditRow>>> entries(TenantId tenant, AuditFilter filter) = 0;
};

}  // namespace claw
