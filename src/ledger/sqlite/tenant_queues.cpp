#include "ledger/sqlite/tenant_queues.hpp"

#include <map>

namespace claw::sqlite {
namespace {

/// Seeks from tenant to tenant, so that one with very many costs no more than it may.
std::vector<TenantQueueRow> waiting_turns(Database& db) {
  std::vector<TenantQueueRow> found;
  for (std::int64_t after = -1;;) {
    {
      auto row = db.query("SELECT tenant FROM messages WHERE state = 0 AND tenant > $1 ORDER BY tenant LIMIT 1", after);
      if (!row.next()) return found;
      after = row->integer(0);
    }
    auto row = db.query(
        "SELECT waiting, (SELECT created_ms FROM messages WHERE id = oldest) FROM (SELECT count(*) AS waiting, min(id) "
        "AS oldest FROM (SELECT id FROM messages WHERE tenant = $1 AND state = 0 ORDER BY id LIMIT $2))",
        after, TenantQueues::kMaxTurns);
    if (row.next()) found.push_back({TenantId{after}, {row->integer(0), from_ms(row->integer(1))}, {}});
  }
}

void add_outbox(Database& db, std::map<std::int64_t, TenantQueueRow>& of_tenants) {
  auto rows = db.query(
      "SELECT tenant, count(*), min(created_ms) FROM (SELECT tenant, created_ms FROM messages "
      "WHERE state IN (10, 11) ORDER BY id LIMIT $1) GROUP BY tenant",
      TenantQueues::kMaxOutbox);
  while (rows.next()) {
    auto& of_tenant = of_tenants[rows->integer(0)];
    of_tenant.tenant = TenantId{rows->integer(0)};
    of_tenant.outbox = {rows->integer(1), from_ms(rows->integer(2))};
  }
}

}  // namespace

Task<Result<std::vector<TenantQueueRow>>> SqliteTenantQueues::waiting() {
  using Rows = std::vector<TenantQueueRow>;
  return store_.read<Rows>([](Database& db) -> Result<Rows> {
    std::map<std::int64_t, TenantQueueRow> of_tenants;
    for (auto& row : waiting_turns(db)) of_tenants[row.tenant.value] = row;
    add_outbox(db, of_tenants);
    Rows rows;
    for (auto& [tenant, row] : of_tenants) rows.push_back(row);
    return rows;
  });
}

}  // namespace claw::sqlite
