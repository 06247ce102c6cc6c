#pragma once

#include <string>

#include "base/ids.hpp"
#include "ledger/sqlite/database.hpp"

namespace claw::sqlite {

/// The access rows of an address become those of another, at each number. Where there is one already, the stricter
/// stays: blocked before allowed before pending; whoever opted out by one of them has opted out. True if there was one.
/// REQUIRES: inside a transaction.
bool move_access(Database& db, TenantId tenant, const std::string& from, const std::string& to);

}  // namespace claw::sqlite
