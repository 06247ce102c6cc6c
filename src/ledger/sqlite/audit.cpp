#include "ledger/sqlite/audit.hpp"

#include "ledger/sqlite/walk.hpp"

namespace claw::sqlite {
namespace {

AuditRow row_at(const Statement& row) {
  return {row.integer(0),
          TenantId{row.integer(1)},
          from_ms(row.integer(2)),
          row.text(3),
          row.integer(4),
          row.text(5),
          row.text(6),
          row.text(7),
          row.text(8),
          row.text(9)};
}

/// A LIKE pattern for words anywhere, which stand for themselves.
std::string anywhere(const std::string& words) {
  std::string pattern = "%";
  for (const char c : words) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + '%';
}

Walk walk_audit(Database& db, TenantId tenant, const AuditFilter& filter) {
  Walk walk = walk_all(filter.before);
  auto row = db.query("SELECT id FROM audit WHERE (tenant = $1 OR $4) AND id < $2 ORDER BY id DESC LIMIT 1 OFFSET $3",
                      tenant, walk.before, kMaxWalk - 1, filter.of_all_tenants);
  if (!row.next()) return walk;
  walk.from = row->integer(0);
  walk.more = true;
  return walk;
}

}  // namespace

void write_audit(Database& db, const AuditRow& row) {
  db.run(
      "INSERT INTO audit (tenant, at_ms, who_kind, who_id, who, from_address, action, target, what) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      row.tenant, to_ms(row.at), row.who_kind, row.who_id, row.who, row.from, row.action, row.target, row.what);
}

Task<Result<void>> SqliteAuditLog::add(AuditRow row) {
  return store_.write<void>([row = std::move(row)](Database& db) -> Result<void> {
    write_audit(db, row);
    return {};
  });
}

Task<Result<Page<AuditRow>>> SqliteAuditLog::entries(TenantId tenant, AuditFilter filter) {
  return store_.read<Page<AuditRow>>([tenant, filter = std::move(filter)](Database& db) -> Result<Page<AuditRow>> {
    const Walk walk = walk_audit(db, tenant, filter);
    const std::string searched = anywhere(filter.search);
    auto rows = db.query(
        "SELECT id, tenant, at_ms, who_kind, who_id, who, from_address, action, target, what FROM audit "
        "WHERE (tenant = $1 OR $2) AND id >= $3 AND id < $4 AND ($5 = '%%' OR who LIKE $5 ESCAPE '\\' "
        "OR action LIKE $5 ESCAPE '\\' OR target LIKE $5 ESCAPE '\\' OR what LIKE $5 ESCAPE '\\') ORDER BY id DESC",
        tenant, filter.of_all_tenants, walk.from, walk.before, searched);
    return fill_page<AuditRow>(std::move(rows), filter.limit, walk, row_at, [](const AuditRow& row) { return row.id; });
  });
}

}  // namespace claw::sqlite
