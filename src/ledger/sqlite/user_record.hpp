#pragma once

#include "ledger/sqlite/identity.hpp"

namespace claw::sqlite {

/// All that Ledger::user() tells of a user. REQUIRES: `found` is as user_named() gave it.
[[nodiscard]] UserRecord user_record(Database& db, TenantId tenant, const User& found);

}  // namespace claw::sqlite
