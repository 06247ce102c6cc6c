#pragma once

#include "ledger/ledger.hpp"
#include "ledger/sqlite/database.hpp"

namespace claw::sqlite {

/// Who wrote `m` in a group, as they are known by now, also where they have become another: columns of a query that has
/// the join too.
#define CLAW_AUTHOR_COLUMNS "m.author, a.public_id, a.phone, a.bsuid, a.name"
#define CLAW_JOIN_AUTHOR                                   \
  "LEFT JOIN users w ON w.id = m.author AND m.author > 0 " \
  "LEFT JOIN users a ON a.id = CASE WHEN w.merged_into > 0 THEN w.merged_into ELSE w.id END "

/// From the columns, which begin at `first`; nothing where nobody is named.
[[nodiscard]] inline std::optional<Author> author_at(const Statement& row, int first) {
  if (row.integer(first) == 0) return std::nullopt;
  return Author{row.text(first + 1), row.text(first + 2), row.text(first + 3), row.text(first + 4)};
}

}  // namespace claw::sqlite
