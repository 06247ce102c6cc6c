#include "ledger/sqlite/walk.hpp"

#include <algorithm>

namespace claw::sqlite {
namespace {

Walk bounded(Database& db, const char* sql, TenantId tenant, std::int64_t before) {
  Walk walk = walk_all(before);
  auto row = db.query(sql, tenant, walk.before, kMaxWalk - 1);
  if (!row.next()) return walk;
  walk.from = row->integer(0);
  walk.more = true;
  return walk;
}

}  // namespace

Walk walk_all(std::int64_t before) {
  return {.from = 0, .before = before > 0 ? before : INT64_MAX, .more = false};
}

Walk walk_messages(Database& db, TenantId tenant, std::int64_t before) {
  return bounded(db, "SELECT id FROM messages WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT 1 OFFSET $3", tenant,
                 before);
}

Walk walk_statuses(Database& db, TenantId tenant, std::int64_t before) {
  return bounded(db, "SELECT id FROM statuses WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT 1 OFFSET $3", tenant,
                 before);
}

Walk walk_events(Database& db, TenantId tenant, std::int64_t before) {
  return bounded(db, "SELECT id FROM events WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT 1 OFFSET $3", tenant,
                 before);
}

Walk down_to_oldest_open(Database& db, TenantId tenant, MessageState state, Walk walk) {
  // The last condition is there for the planner: see kQueuedColumns.
  auto row = state == MessageState::kPending
                 ? db.query("SELECT min(id) FROM messages WHERE tenant = $1 AND state = 0", tenant)
                 : db.query("SELECT min(id) FROM messages WHERE state = $1 AND state IN (10, 11)", state);
  const std::int64_t oldest = row.next() ? row->integer(0) : 0;
  if (oldest == 0) return {.from = walk.before, .before = walk.before, .more = false};
  if (oldest >= walk.from) walk.more = false;
  walk.from = std::max(walk.from, oldest);
  return walk;
}

}  // namespace claw::sqlite
