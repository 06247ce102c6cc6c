#include "ledger/sqlite/number_figures.hpp"

#include "ledger/sqlite/walk.hpp"

namespace claw::sqlite {
namespace {

/// The first message, of whatever tenant, that was written at `since` or later: messages are appended in the order of
/// time. 0 where there is none.
std::int64_t first_since(Database& db, TimePoint since) {
  std::int64_t low = 0;
  std::int64_t high = 0;
  {
    auto row = db.query("SELECT max(id) FROM messages");
    if (row.next()) high = row->integer(0);
  }
  std::int64_t found = 0;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    // Rows may be gone: the next one there is speaks for those before it.
    auto row = db.query("SELECT id, created_ms FROM messages WHERE id > $1 ORDER BY id LIMIT 1", middle);
    if (!row.next()) {
      high = middle;
    } else if (row->integer(1) >= to_ms(since)) {
      found = row->integer(0);
      high = middle;
    } else {
      low = row->integer(0);
    }
  }
  return found;
}

}  // namespace

Task<Result<std::optional<TimePoint>>> SqliteNumberFigures::first_answer(TenantId tenant, std::string phone_number_id) {
  using Found = std::optional<TimePoint>;
  return store_.read<Found>([tenant, number = std::move(phone_number_id)](Database& db) -> Result<Found> {
    const Walk walk = walk_messages(db, tenant, 0);
    // sent, delivered, read, played
    auto row = db.query(
        "SELECT m.created_ms FROM messages m JOIN conversations c ON c.id = m.conversation "
        "WHERE m.tenant = $1 AND m.id >= $2 AND m.direction = 1 AND m.turn > 0 AND m.state BETWEEN 13 AND 16 "
        "AND c.phone_number_id = $3 ORDER BY m.id LIMIT 1",
        tenant, walk.from, number);
    return row.next() ? Found(from_ms(row->integer(0))) : Found();
  });
}

Task<Result<std::optional<std::int64_t>>> SqliteNumberFigures::people_since(TenantId tenant,
                                                                            std::string phone_number_id,
                                                                            TimePoint since) {
  using Found = std::optional<std::int64_t>;
  return store_.read<Found>([tenant, number = std::move(phone_number_id), since](Database& db) -> Result<Found> {
    const std::int64_t first = first_since(db, since);
    if (first == 0) return 0;
    auto row = db.query(
        "SELECT count(*), total(last_message >= $3) FROM (SELECT last_message FROM conversations "
        "WHERE tenant = $1 AND phone_number_id = $2 LIMIT $4)",
        tenant, number, first, kMaxPeople + 1);
    if (!row.next() || row->integer(0) > kMaxPeople) return Found();
    return row->integer(1);
  });
}

}  // namespace claw::sqlite
