#include "ledger/sqlite/tally.hpp"

namespace claw::sqlite {
namespace {

std::int64_t step_of(TimePoint at, std::chrono::milliseconds step) {
  return to_ms(at) / step.count();
}

/// How long the turn's message waited for this, its first part.
void answered(Database& db, const Outgoing& message, TimePoint at) {
  std::int64_t asked_ms = 0;
  {
    auto row = db.query("SELECT created_ms FROM messages WHERE id = $1", message.turn);
    if (!row.next()) return;
    asked_ms = row->integer(0);
  }
  db.run(
      "INSERT INTO answer_times (tenant, span, bucket, answers) VALUES ($1, $2, $3, 1) "
      "ON CONFLICT DO UPDATE SET answers = answers + 1",
      message.tenant, step_of(at, kAnswerTimeStep), AnswerTimes::bucket_of(at - from_ms(asked_ms)));
}

}  // namespace

Tally::Counts& Tally::minute(TenantId tenant, TimePoint at) {
  return minutes_[{tenant, step_of(at, kActivityStep)}];
}

void Tally::settled(Database& db, const Outgoing& message, MessageState now, bool accepted, TimePoint at) {
  const bool first = message.state < MessageState::kSent;
  if (first && accepted) went_out(message.tenant, at);
  if (now == MessageState::kFailed) return failed(message.tenant, at);
  if (first && message.turn && message.part == 0) answered(db, message, at);
}

void Tally::write(Database& db) const {
  for (const auto& [key, counts] : minutes_)
    db.run(
        "INSERT INTO activity (tenant, minute, came_in, went_out, failed) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT DO UPDATE SET came_in = came_in + excluded.came_in, went_out = went_out + excluded.went_out, "
        "failed = failed + excluded.failed",
        key.first, key.second, counts.in, counts.out, counts.failed);
  for (const auto& [tenant, added] : stored_)
    db.run(
        "INSERT INTO stored (tenant, conversations, messages, bytes) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT DO UPDATE SET conversations = conversations + excluded.conversations, "
        "messages = messages + excluded.messages, bytes = bytes + excluded.bytes",
        tenant, added.conversations, added.messages, added.bytes);
}

}  // namespace claw::sqlite
