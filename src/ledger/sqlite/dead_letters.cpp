#include "ledger/sqlite/instead.hpp"
#include "ledger/sqlite/sqlite_ledger.hpp"

namespace claw::sqlite {
namespace {

std::optional<MessageState> state_of(Database& db, TenantId tenant, MessageId message) {
  auto row = db.query("SELECT state FROM messages WHERE id = $1 AND tenant = $2", message, tenant);
  if (!row.next()) return std::nullopt;
  return static_cast<MessageState>(row->integer(0));
}

/// Its turn begins anew, and what it says stands behind the parts of the one that failed.
PendingMessage wait_for_a_turn(Database& db, MessageId message) {
  db.run(
      "UPDATE messages SET state = 0, reason = '', turn = 0, attempts = 0, part = (SELECT count(*) FROM messages r "
      "WHERE r.turn = $1 AND r.turn > 0) WHERE id = $1",
      message);
  return pending_message(db, message);
}

/// A new message to Meta, which will name it anew: what comes late of the one before finds it by its callback data.
OutboundMessage queue_anew(Database& db, MessageId message, std::int64_t now) {
  say_as_first(db, message);
  db.run(
      "UPDATE messages SET state = 10, attempts = 0, due_ms = $1, requeued_ms = $1, error_code = 0, reason = '', "
      "wamid = '' WHERE id = $2",
      now, message);
  return outbound_message(db, message);
}

}  // namespace

Task<Result<RunAgain>> SqliteLedger::rerun(TenantId tenant, MessageId message, Fence fence) {
  return fenced<RunAgain>(fence, [tenant, message, now = to_ms(clock_.now())](Database& db) -> Result<RunAgain> {
    const auto state = state_of(db, tenant, message);
    if (!state) return fail(ErrorKind::kNotFound, "there is no such message");
    RunAgain again;
    if (*state == MessageState::kAgentFailed)
      again.pending = wait_for_a_turn(db, message);
    else if (*state == MessageState::kFailed || *state == MessageState::kUnknown)
      again.queued = queue_anew(db, message, now);
    else
      return fail(ErrorKind::kConflict, std::string("it is no dead letter: it is ") + std::string(to_string(*state)));
    return again;
  });
}

Task<Result<OutboundMessage>> SqliteLedger::resend(TenantId tenant, MessageId message, Fence fence) {
  return fenced<OutboundMessage>(
      fence, [tenant, message, now = to_ms(clock_.now())](Database& db) -> Result<OutboundMessage> {
        const auto state = state_of(db, tenant, message);
        if (!state) return fail(ErrorKind::kNotFound, "there is no such message");
        if (*state != MessageState::kUnknown) return fail(ErrorKind::kConflict, "what became of it is known");
        db.run("UPDATE messages SET state = 10, due_ms = $1, wamid = '' WHERE id = $2", now, message);
        return outbound_message(db, message);
      });
}

Task<Result<void>> SqliteLedger::park(MessageId message, std::string reason, TimePoint seen, Fence fence) {
  return fenced<void>(fence, [message, reason = std::move(reason), seen](Database& db) -> Result<void> {
    const auto now = outbound_message(db, message);
    if (now.window_until > seen) return fail(ErrorKind::kStale, "the person has written meanwhile");
    db.run("UPDATE messages SET state = 9, error_code = 0, reason = $1 WHERE id = $2 AND state = 10", reason, message);
    if (db.changes() == 0) return fail(ErrorKind::kConflict, "the message is not in the outbox any more");
    return {};
  });
}

}  // namespace claw::sqlite
