#include <array>

#include "ledger/sqlite/sqlite_ledger.hpp"
#include "ledger/sqlite/tally.hpp"

namespace claw::sqlite {
namespace {

/// A row that is old enough to go.
struct Old {
  std::int64_t id = 0;
  std::int64_t bytes = 0;
  // Of a message:
  std::int64_t previous = 0;
  ConversationId conversation;
  bool waits = false;
};

/// A query's first three columns are id, bytes and time, in order of the id: the walk ends at the first that is young.
std::vector<Old> read_old(Database::Query rows, TimePoint before, bool messages) {
  std::vector<Old> found;
  while (rows.next() && rows->integer(2) < to_ms(before)) {
    Old row;
    row.id = rows->integer(0);
    row.bytes = rows->integer(1);
    if (messages) {
      const auto state = static_cast<MessageState>(rows->integer(3));
      row.waits = state == MessageState::kPending || state == MessageState::kQueued || state == MessageState::kSending;
      row.previous = rows->integer(4);
      row.conversation = ConversationId{rows->integer(5)};
    }
    found.push_back(row);
  }
  return found;
}

bool is_there(Database& db, std::int64_t message) {
  if (message == 0) return false;
  auto row = db.query("SELECT 1 FROM messages WHERE id = $1", message);
  return row.next();
}

void expire_messages(Database& db, TenantId tenant, TimePoint before, std::size_t limit, Expiry& done, Stored& stored) {
  const auto old =
      read_old(db.query("SELECT id, " CLAW_TEXT_BYTES ", created_ms, state, previous, conversation FROM messages "
                        "WHERE tenant = $1 AND id >= $2 AND id < (SELECT max(id) FROM messages) ORDER BY id LIMIT $3",
                        tenant, done.from, limit),
               before, true);
  for (const auto& row : old) {
    done.from = MessageId{row.id + 1};
    // The oldest of a conversation go first: a list that begins later is whole, one with a hole is not.
    if (row.waits || is_there(db, row.previous)) continue;
    db.run("DELETE FROM messages WHERE id = $1", row.id);
    db.run("UPDATE conversations SET last_message = 0 WHERE id = $1 AND last_message = $2", row.conversation, row.id);
    stored.conversations -= db.changes();
    --stored.messages;
    stored.bytes -= row.bytes;
    ++done.deleted;
  }
  done.more = done.more || old.size() == limit;
}

void expire_rows(Database& db, Database::Query rows, const char* remove, TimePoint before, std::size_t limit,
                 Expiry& done, Stored& stored) {
  const auto old = read_old(std::move(rows), before, false);
  for (const auto& row : old) {
    db.run(remove, row.id);
    stored.bytes -= row.bytes;
  }
  done.deleted += old.size();
  done.more = done.more || old.size() == limit;
}

}  // namespace

Task<Result<Expiry>> SqliteLedger::expire(TenantId tenant, TimePoint before, MessageId from, std::size_t limit,
                                          Fence fence) {
  return fenced<Expiry>(fence, [=](Database& db) -> Result<Expiry> {
    Expiry done;
    done.from = from;
    Tally tally;
    auto& stored = tally.stored(tenant);
    expire_messages(db, tenant, before, limit, done, stored);
    expire_rows(db,
                db.query("SELECT id, $3, received_ms FROM statuses WHERE tenant = $1 "
                         "AND id < (SELECT max(id) FROM statuses) ORDER BY id LIMIT $2",
                         tenant, limit, kRowBytes),
                "DELETE FROM statuses WHERE id = $1", before, limit, done, stored);
    expire_rows(db,
                db.query("SELECT id, " CLAW_TEXT_BYTES ", received_ms FROM events WHERE tenant = $1 "
                         "AND id < (SELECT max(id) FROM events) ORDER BY id LIMIT $2",
                         tenant, limit),
                "DELETE FROM events WHERE id = $1", before, limit, done, stored);
    if (done.deleted > 0) tally.write(db);
    return done;
  });
}

}  // namespace claw::sqlite
