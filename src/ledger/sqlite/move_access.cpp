#include "ledger/sqlite/move_access.hpp"

#include <vector>

#include "ledger/access_store.hpp"

namespace claw::sqlite {
namespace {

/// What of a row outweighs another's.
int weight_of(Standing standing) {
  switch (standing) {
    case Standing::kUnknown:
      return 0;
    case Standing::kPending:
      return 1;
    case Standing::kAllowed:
      return 2;
    case Standing::kBlocked:
      return 3;
  }
  return 0;
}

std::vector<AccessRow> rows_of(Database& db, TenantId tenant, const std::string& address) {
  std::vector<AccessRow> found;
  auto rows = db.query(
      "SELECT id, number, standing, name, decided_by, since_ms, opted_out_ms, code, expires_ms, asked_by FROM access "
      "WHERE tenant = $1 AND address = $2",
      tenant, address);
  while (rows.next())
    found.push_back({rows->integer(0), tenant, rows->text(1), address, static_cast<Standing>(rows->integer(2)),
                     rows->text(3), rows->text(4), from_ms(rows->integer(5)), from_ms(rows->integer(6)), rows->text(7),
                     from_ms(rows->integer(8)), MessageId{rows->integer(9)}});
  return found;
}

void combine(Database& db, const AccessRow& row, const std::string& to) {
  // First, for a code is there once.
  db.run("DELETE FROM access WHERE id = $1", row.id);
  db.run("UPDATE access SET opted_out_ms = max(opted_out_ms, $4) WHERE tenant = $1 AND number = $2 AND address = $3",
         row.tenant, row.number, to, to_ms(row.opted_out));
  db.run(
      "UPDATE access SET standing = $4, decided_by = $5, since_ms = $6, code = $7, expires_ms = $8, asked_by = $9 "
      "WHERE tenant = $1 AND number = $2 AND address = $3 "
      "AND CASE standing WHEN 3 THEN 3 WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE 0 END < $10",
      row.tenant, row.number, to, row.standing, row.by, to_ms(row.since), row.code, to_ms(row.expires), row.asked_by,
      weight_of(row.standing));
}

}  // namespace

bool move_access(Database& db, TenantId tenant, const std::string& from, const std::string& to) {
  if (from.empty() || to.empty() || from == to) return false;
  const auto rows = rows_of(db, tenant, from);
  for (const auto& row : rows) {
    db.run(
        "UPDATE access SET address = $1 WHERE id = $2 AND NOT EXISTS "
        "(SELECT 1 FROM access WHERE tenant = $3 AND number = $4 AND address = $1)",
        to, row.id, tenant, row.number);
    if (db.changes() == 0) combine(db, row, to);
  }
  return !rows.empty();
}

}  // namespace claw::sqlite
