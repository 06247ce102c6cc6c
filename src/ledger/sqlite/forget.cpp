#include "ledger/sqlite/sqlite_ledger.hpp"

namespace claw::sqlite {
namespace {

/// Both by Meta's time, in which the rows stand side by side, and by ours: an item with an old time may have come just
/// now. Items without a time of Meta's are known by ours alone.
std::size_t forget_identities(Database& db, TimePoint before, std::size_t limit) {
  const std::int64_t before_s = to_ms(before) / 1000;
  db.run(
      "DELETE FROM seen WHERE (meta_s, identity) IN "
      "(SELECT meta_s, identity FROM seen WHERE meta_s > 0 AND meta_s < $1 AND seen_ms < $2 LIMIT $3)",
      before_s, to_ms(before), limit);
  auto forgotten = static_cast<std::size_t>(db.changes());
  if (forgotten >= limit) return forgotten;
  db.run(
      "DELETE FROM seen WHERE (meta_s, identity) IN "
      "(SELECT meta_s, identity FROM seen WHERE meta_s = 0 AND seen_ms < $1 LIMIT $2)",
      to_ms(before), limit - forgotten);
  forgotten += static_cast<std::size_t>(db.changes());
  if (forgotten >= limit) return forgotten;
  db.run("DELETE FROM said_keys WHERE (tenant, key) IN (SELECT tenant, key FROM said_keys WHERE said_ms < $1 LIMIT $2)",
         to_ms(before), limit - forgotten);
  return forgotten + static_cast<std::size_t>(db.changes());
}

}  // namespace

Task<Result<std::size_t>> SqliteLedger::forget(TimePoint before, std::size_t limit, Fence fence) {
  return fenced<std::size_t>(
      fence, [before, limit](Database& db) -> Result<std::size_t> { return forget_identities(db, before, limit); });
}

}  // namespace claw::sqlite
