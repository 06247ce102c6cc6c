#include "ledger/sqlite/sqlite_ledger.hpp"

#include <fmt/format.h>

#include "ledger/delivery_log.hpp"
#include "ledger/sqlite/accept.hpp"
#include "ledger/sqlite/author.hpp"
#include "ledger/sqlite/instead.hpp"

namespace claw::sqlite {
namespace {

#define CLAW_PENDING_COLUMNS                                                                                           \
  "SELECT m.id, m.tenant, m.conversation, c.phone_number_id, u.public_id, u.phone, u.bsuid, m.wamid, m.type, m.text, " \
  "m.data, u.name, m.created_ms, m.turn, m.attempts, m.trace, " CLAW_AUTHOR_COLUMNS                                    \
  " FROM messages m JOIN conversations c ON c.id = m.conversation JOIN users u ON u.id = c.user " CLAW_JOIN_AUTHOR
constexpr const char* kPendingRows =
    CLAW_PENDING_COLUMNS "WHERE m.tenant = $1 AND m.state = 0 AND m.id >= $2 ORDER BY m.id LIMIT $3";

#define CLAW_OUTBOUND_COLUMNS                                                                                          \
  "SELECT m.id, m.tenant, m.conversation, c.phone_number_id, u.phone, u.bsuid, m.type, m.text, m.data, "               \
  "m.attempts, m.due_ms, max(m.created_ms, m.requeued_ms), m.turn, u.public_id, c.window_until_ms, m.trace, t.trace, " \
  "t.wamid "                                                                                                           \
  "FROM messages m JOIN conversations c ON c.id = m.conversation JOIN users u ON u.id = c.user "                       \
  "LEFT JOIN messages t ON t.id = m.turn AND m.turn > 0 "
// `state IN (10, 11)` is there for the planner: it uses a partial index only where it finds the index's own condition.
constexpr const char* kQueuedColumns = CLAW_OUTBOUND_COLUMNS
    "WHERE m.state = 10 AND m.state IN (10, 11) AND m.id >= $1 AND c.phone_number_id = $2 "
    // As urgency_of() says.
    "AND (m.turn = 0 AND m.type = 'template') = $3 ORDER BY m.id LIMIT $4";

PendingMessage pending_at(const Statement& row) {
  return {MessageId{row.integer(0)},
          TenantId{row.integer(1)},
          ConversationId{row.integer(2)},
          row.text(3),
          row.text(4),
          row.text(5),
          row.text(6),
          row.text(7),
          row.text(8),
          {row.text(9), row.text(10)},
          row.text(11),
          from_ms(row.integer(12)),
          MessageId{-row.integer(13)},
          static_cast<std::size_t>(row.integer(14)),
          author_at(row, 16),
          {},
          row.text(15)};
}

/// Its own, else that of the message it answers; from the three columns that begin at `first`.
std::string outbound_trace(const Statement& row, int first) {
  if (const auto own = row.view(first); !own.empty()) return std::string(own);
  const auto wamid = row.view(first + 2);
  return wamid.empty() ? std::string() : trace_of_message(wamid, row.view(first + 1));
}

OutboundMessage outbound_at(const Statement& row) {
  return {MessageId{row.integer(0)},
          TenantId{row.integer(1)},
          ConversationId{row.integer(2)},
          row.text(3),
          row.text(4),
          row.text(5),
          {row.text(6), {row.text(7), row.text(8)}},
          static_cast<int>(row.integer(9)),
          from_ms(row.integer(10)),
          from_ms(row.integer(11)),
          MessageId{row.integer(12)},
          group_of(row.view(13)),
          from_ms(row.integer(14)),
          outbound_trace(row, 15)};
}

std::optional<Outgoing> outgoing_at(Database& db, MessageId message) {
  auto row = db.query("SELECT tenant, state, turn, part, wamid FROM messages WHERE id = $1", message);
  if (!row.next()) return std::nullopt;
  return Outgoing{message,
                  TenantId{row->integer(0)},
                  static_cast<MessageState>(row->integer(1)),
                  MessageId{row->integer(2)},
                  static_cast<int>(row->integer(3)),
                  row->text(4)};
}

/// Meta has named the message: statuses that came before it did are its own.
void join_early_statuses(Database& db, Outgoing& message, const std::string& wamid, TimePoint now, Tally& tally) {
  db.run("UPDATE messages SET wamid = $1 WHERE id = $2 AND wamid = ''", wamid, message.id);
  if (message.wamid.empty()) message.wamid = wamid;
  struct Early {
    std::int64_t id;
    std::string status, participant, errors;
  };
  std::vector<Early> early;
  {
    auto rows = db.query(
        "SELECT id, status, participant, errors FROM statuses WHERE tenant = $1 AND message = 0 AND wamid = $2 ORDER "
        "BY id",
        message.tenant, wamid);
    while (rows.next()) early.push_back({rows->integer(0), rows->text(1), rows->text(2), rows->text(3)});
  }
  for (const auto& status : early) {
    db.run("UPDATE statuses SET message = $1 WHERE id = $2", message.id, status.id);
    advance_by_status(db, message, status.status, status.participant, wamid, status.errors, now, tally);
  }
}

}  // namespace

PendingMessage pending_message(Database& db, MessageId id) {
  auto row = db.query(CLAW_PENDING_COLUMNS "WHERE m.id = $1", id);
  return row.next() ? pending_at(*row.operator->()) : PendingMessage{};
}

OutboundMessage outbound_message(Database& db, MessageId id) {
  auto row = db.query(CLAW_OUTBOUND_COLUMNS "WHERE m.id = $1", id);
  return row.next() ? outbound_at(*row.operator->()) : OutboundMessage{};
}

Task<Result<std::unique_ptr<SqliteLedger>>> SqliteLedger::open(Store& store, Clock& clock) {
  const auto epoch = co_await store.write<std::int64_t>([](Database& db) -> Result<std::int64_t> {
    db.run("UPDATE marks SET value = value + 1 WHERE name = 'epoch'");
    auto row = db.query("SELECT value FROM marks WHERE name = 'epoch'");
    if (!row.next()) return fail(ErrorKind::kFatal, "the ledger has no epoch");
    return row->integer(0);
  });
  if (!epoch) co_return std::unexpected(epoch.error());
  co_return std::unique_ptr<SqliteLedger>(new SqliteLedger(store, clock, Fence{*epoch}));
}

Task<Result<Accepted>> SqliteLedger::accept(std::vector<AcceptItem> items, Fence fence) {
  return fenced<Accepted>(fence, [items = std::move(items), now = clock_.now()](Database& db) mutable {
    Acceptor acceptor(db, now);
    for (auto& item : items) acceptor.accept(item);
    return Result<Accepted>(acceptor.finish());
  });
}

Task<Result<void>> SqliteLedger::begin_send(MessageId message, Fence fence, std::optional<whatsapp::Outgoing> instead) {
  return fenced<void>(fence, [message, instead = std::move(instead)](Database& db) -> Result<void> {
    db.run("UPDATE messages SET state = 11, attempts = attempts + 1 WHERE id = $1 AND state = 10", message);
    if (db.changes() == 0) return fail(ErrorKind::kConflict, "the message is not in the outbox any more");
    if (instead) say_instead(db, message, *instead);
    return {};
  });
}

Task<Result<void>> SqliteLedger::end_send(MessageId message, SendOutcome outcome, Fence fence) {
  return fenced<void>(fence, [message, outcome = std::move(outcome), now = clock_.now()](Database& db) -> Result<void> {
    auto outgoing = outgoing_at(db, message);
    if (!outgoing) return {};
    Tally tally;
    // Only from kSending: a status may have overtaken the answer, and then the answer has nothing to add but the wamid.
    if (outgoing->state == MessageState::kSending) {
      db.run("UPDATE messages SET state = $1, due_ms = $2, error_code = $3, reason = $4 WHERE id = $5", outcome.state,
             to_ms(outcome.due), outcome.error_code, outcome.reason, message);
      if (outcome.state >= MessageState::kSent)
        tally.settled(db, *outgoing, outcome.state, outcome.state != MessageState::kFailed, now);
      outgoing->state = outcome.state;
    } else if (outgoing->state == MessageState::kFailed && !outcome.wamid.empty() && !outgoing->wamid.empty() &&
               outgoing->wamid != outcome.wamid) {
      // While this send was under way an earlier one of the message was told to have failed.
      db.run("UPDATE messages SET state = $1, error_code = 0, reason = '', wamid = $2 WHERE id = $3", outcome.state,
             outcome.wamid, message);
      tally.settled(db, *outgoing, outcome.state, true, now);
      outgoing->state = outcome.state;
      outgoing->wamid = outcome.wamid;
    }
    if (!outcome.wamid.empty()) join_early_statuses(db, *outgoing, outcome.wamid, now, tally);
    tally.write(db);
    return {};
  });
}

Task<Result<void>> SqliteLedger::explain(std::vector<MessageId> messages, SendOutcome outcome, Fence fence) {
  return fenced<void>(
      fence,
      [messages = std::move(messages), outcome = std::move(outcome), now = clock_.now()](Database& db) -> Result<void> {
        Tally tally;
        for (const MessageId message : messages) {
          db.run("UPDATE messages SET state = $1, error_code = $2, reason = $3 WHERE id = $4 AND state = 10",
                 outcome.state, outcome.error_code, outcome.reason, message);
          if (db.changes() == 0 || outcome.state != MessageState::kFailed) continue;
          if (const auto failed = outgoing_at(db, message)) tally.failed(failed->tenant, now);
        }
        tally.write(db);
        return {};
      });
}

Task<Result<std::size_t>> SqliteLedger::recover(Fence fence) {
  return fenced<std::size_t>(fence, [now = to_ms(clock_.now())](Database& db) -> Result<std::size_t> {
    db.run(
        "UPDATE messages SET state = 12, due_ms = $1, reason = 'the process ended while the message was being sent' "
        "WHERE state = 11 AND state IN (10, 11)",
        now);
    return static_cast<std::size_t>(db.changes());
  });
}

Task<Result<std::vector<PendingMessage>>> SqliteLedger::pending(TenantId tenant, MessageId from, std::size_t limit) {
  return store_.read<std::vector<PendingMessage>>([tenant, from, limit](Database& db) {
    std::vector<PendingMessage> found;
    auto rows = db.query(kPendingRows, tenant, from, limit);
    while (rows.next()) found.push_back(pending_at(*rows.operator->()));
    return Result<std::vector<PendingMessage>>(std::move(found));
  });
}

Task<Result<std::vector<TenantId>>> SqliteLedger::tenants_with_pending() {
  return store_.read<std::vector<TenantId>>([](Database& db) {
    std::vector<TenantId> tenants;
    auto rows = db.query("SELECT DISTINCT tenant FROM messages WHERE state = 0");
    while (rows.next()) tenants.push_back(TenantId{rows->integer(0)});
    return Result<std::vector<TenantId>>(std::move(tenants));
  });
}

Task<Result<std::vector<std::string>>> SqliteLedger::numbers_with_queued() {
  return store_.read<std::vector<std::string>>([](Database& db) {
    std::vector<std::string> numbers;
    auto rows = db.query(
        "SELECT DISTINCT c.phone_number_id FROM messages m JOIN conversations c ON c.id = m.conversation "
        "WHERE m.state = 10 AND m.state IN (10, 11)");
    while (rows.next()) numbers.push_back(rows->text(0));
    return Result<std::vector<std::string>>(std::move(numbers));
  });
}

Task<Result<std::vector<OutboundMessage>>> SqliteLedger::queued(std::string phone_number_id, Urgency urgency,
                                                                MessageId from, std::size_t limit) {
  return store_.read<std::vector<OutboundMessage>>(
      [number = std::move(phone_number_id), urgency, from, limit](Database& db) {
        std::vector<OutboundMessage> found;
        auto rows = db.query(kQueuedColumns, from, number, urgency, limit);
        while (rows.next()) found.push_back(outbound_at(*rows.operator->()));
        return Result<std::vector<OutboundMessage>>(std::move(found));
      });
}

}  // namespace claw::sqlite
