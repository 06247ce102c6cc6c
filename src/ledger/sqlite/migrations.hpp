#pragma once

#include "base/result.hpp"
#include "ledger/sqlite/database.hpp"

namespace claw::sqlite {

/// Brings the tables to the newest form, one numbered step after the other, each in a transaction of its own.
///
/// Fails with kFatal if the file was written by a newer version than this one; nothing is changed then.
[[nodiscard]] Result<void> migrate(Database& db);

/// The number of the newest step.
[[nodiscard]] int newest_schema();

}  // namespace claw::sqlite
