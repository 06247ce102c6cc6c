#pragma once

#include <span>

#include "base/result.hpp"
#include "ledger/sqlite/database.hpp"

namespace claw::sqlite {

/// The tables of a file as the steps that made them: step n stands at index n-1, and one that was released is never
/// changed.
using Schema = std::span<const char* const>;

/// The ledger's own.
[[nodiscard]] Schema ledger_schema();

/// Brings the tables to the newest form, one numbered step after the other, each in a transaction of its own.
///
/// Fails with kFatal if the file was written by a newer version than this one; nothing is changed then.
[[nodiscard]] Result<void> migrate(Database& db, Schema schema);

}  // namespace claw::sqlite
