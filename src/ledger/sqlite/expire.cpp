#include <array>
#include <optional>

#include <fmt/format.h>

#include "ledger/sqlite/sqlite_ledger.hpp"
#include "ledger/sqlite/tally.hpp"

namespace claw::sqlite {
namespace {

/// What waits for a person stays for so long, also where the tenant keeps messages for less: held until its sender is
/// let in, or parked until they write. It is longer than most approvals take, and still an end.
constexpr std::chrono::days kLongestWait{30};

/// A row that is old enough to go.
struct Old {
  std::int64_t id = 0;
  std::int64_t bytes = 0;
  // Of a message:
  std::int64_t previous = 0;
  ConversationId conversation;
  bool waits = false;
  bool waited_too_long = false;  ///< Parked, and not told of yet.
};

bool waits(MessageState state, TimePoint since, TimePoint now) {
  switch (state) {
    case MessageState::kPending:
    case MessageState::kQueued:
    case MessageState::kSending:
      return true;
    case MessageState::kHeld:
    case MessageState::kParked:
      return now - since < kLongestWait;
    default:
      return false;
  }
}

/// A query's first three columns are id, bytes and time, in order of the id: the walk ends at the first that is young.
std::vector<Old> read_old(Database::Query rows, TimePoint before, std::optional<TimePoint> now_of_messages) {
  std::vector<Old> found;
  while (rows.next() && rows->integer(2) < to_ms(before)) {
    Old row;
    row.id = rows->integer(0);
    row.bytes = rows->integer(1);
    if (now_of_messages) {
      const auto state = static_cast<MessageState>(rows->integer(3));
      row.waits = waits(state, from_ms(rows->integer(6)), *now_of_messages);
      row.waited_too_long = state == MessageState::kParked && !row.waits;
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

/// Returns whether anything was counted.
bool expire_messages(Database& db, TenantId tenant, TimePoint before, TimePoint now, std::size_t limit, Expiry& done,
                     Tally& tally) {
  const auto old =
      read_old(db.query("SELECT id, " CLAW_TEXT_BYTES
                        ", created_ms, state, previous, conversation, max(created_ms, requeued_ms) FROM messages "
                        "WHERE tenant = $1 AND id >= $2 AND id < (SELECT max(id) FROM messages) ORDER BY id LIMIT $3",
                        tenant, done.from, limit),
               before, now);
  auto& stored = tally.stored(tenant);
  bool counted = false;
  for (const auto& row : old) {
    done.from = MessageId{row.id + 1};
    if (row.waited_too_long) {
      // Whoever said it is told before it goes with the next sweep.
      db.run("UPDATE messages SET state = $1, reason = $2 WHERE id = $3", MessageState::kFailed,
             fmt::format("the person did not write within {} days, so it was never sent", kLongestWait.count()),
             row.id);
      tally.failed(tenant, now);
      counted = true;
      continue;
    }
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
  return counted || done.deleted > 0;
}

void expire_rows(Database& db, Database::Query rows, const char* remove, TimePoint before, std::size_t limit,
                 Expiry& done, Stored& stored) {
  const auto old = read_old(std::move(rows), before, std::nullopt);
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
  return fenced<Expiry>(fence, [=, now = clock_.now()](Database& db) -> Result<Expiry> {
    Expiry done;
    done.from = from;
    Tally tally;
    auto& stored = tally.stored(tenant);
    const bool counted = expire_messages(db, tenant, before, now, limit, done, tally);
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
    if (counted || done.deleted > 0) tally.write(db);
    return done;
  });
}

}  // namespace claw::sqlite
