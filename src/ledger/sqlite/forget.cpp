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
  return forgotten + static_cast<std::size_t>(db.changes());
}

/// Walks the inbox from where it stopped last time: nothing refers to the bytes of a status. The newest row stays, for
/// SQLite would give its number again, and what came under it would count as settled.
std::size_t forget_status_bytes(Database& db, TimePoint before, std::size_t limit) {
  std::int64_t from = 0;
  {
    auto mark = db.query("SELECT value FROM marks WHERE name = 'forgotten'");
    if (mark.next()) from = mark->integer(0);
  }
  std::int64_t last = from;
  std::size_t looked_at = 0;
  {
    auto rows = db.query(
        "SELECT seq, received_ms FROM inbox WHERE seq > $1 "
        "AND seq <= (SELECT value FROM marks WHERE name = 'settled') AND seq < (SELECT max(seq) FROM inbox) "
        "ORDER BY seq LIMIT $2",
        from, limit);
    while (rows.next() && rows->integer(1) < to_ms(before)) {
      last = rows->integer(0);
      ++looked_at;
    }
  }
  if (looked_at == 0) return 0;
  db.run("DELETE FROM inbox WHERE seq > $1 AND seq <= $2 AND kind = $3", from, last, whatsapp::ItemKind::kStatus);
  db.run("INSERT INTO marks (name, value) VALUES ('forgotten', $1) ON CONFLICT DO UPDATE SET value = excluded.value",
         last);
  return looked_at;
}

}  // namespace

Task<Result<std::size_t>> SqliteLedger::forget(TimePoint before, std::size_t limit, Fence fence) {
  return fenced<std::size_t>(fence, [before, limit](Database& db) -> Result<std::size_t> {
    const auto identities = forget_identities(db, before, limit);
    return identities >= limit ? identities : identities + forget_status_bytes(db, before, limit - identities);
  });
}

}  // namespace claw::sqlite
