#include <algorithm>
#include <tuple>

#include "ledger/sqlite/sqlite_ledger.hpp"

namespace claw::sqlite {
namespace {

#define CLAW_MESSAGE_COLUMNS                                                                                     \
  "SELECT m.id, m.direction, m.state, u.public_id, u.name, c.phone_number_id, m.type, m.text, m.data, m.wamid, " \
  "m.created_ms, m.meta_ms, m.turn, m.part, m.attempts, m.due_ms, m.error_code, m.reason, m.agent, m.inbox, "    \
  "m.previous, m.usage "                                                                                         \
  "FROM messages m JOIN conversations c ON c.id = m.conversation JOIN users u ON u.id = c.user "

constexpr int kInboxColumn = 19;
constexpr int kPreviousColumn = 20;
constexpr int kUsageColumn = 21;

MessageRecord record_at(const Statement& row) {
  MessageRecord record;
  record.id = MessageId{row.integer(0)};
  record.direction = static_cast<Direction>(row.integer(1));
  record.state = static_cast<MessageState>(row.integer(2));
  record.user = row.text(3);
  record.user_name = row.text(4);
  record.phone_number_id = row.text(5);
  record.type = row.text(6);
  record.view = {row.text(7), row.text(8)};
  record.wamid = row.text(9);
  record.created_at = from_ms(row.integer(10));
  record.meta_time = from_ms(row.integer(11));
  record.turn = MessageId{row.integer(12)};
  record.part = static_cast<int>(row.integer(13));
  record.attempts = static_cast<int>(row.integer(14));
  record.due = from_ms(row.integer(15));
  record.error_code = row.integer(16);
  record.reason = row.text(17);
  record.agent = row.text(18);
  record.usage = row.text(kUsageColumn);
  return record;
}

/// Tenant and time must agree too: an inbox that was put back from an older copy gives its numbers again.
std::string raw_of(Database& db, std::int64_t seq, TenantId tenant, TimePoint received_at) {
  if (seq == 0) return {};
  auto row = db.query("SELECT raw FROM inbox WHERE seq = $1 AND tenant = $2 AND received_ms = $3", seq, tenant,
                      to_ms(received_at));
  return row.next() ? row->text(0) : std::string();
}

bool wanted(const MessageRecord& record, const MessageFilter& filter) {
  return (!filter.before || record.id < filter.before) && (!filter.direction || record.direction == *filter.direction);
}

/// A person's messages hang together by `previous`, one list for each number: the newest head is taken until enough.
std::vector<MessageRecord> of_user(Database& db, TenantId tenant, const MessageFilter& filter) {
  std::vector<MessageId> heads;
  {
    auto rows = db.query(
        "SELECT c.last_message FROM conversations c JOIN users u ON u.id = c.user "
        "WHERE u.tenant = $1 AND u.public_id = $2 AND c.tenant = $1 AND c.last_message > 0",
        tenant, filter.user);
    while (rows.next()) heads.push_back(MessageId{rows->integer(0)});
  }
  std::vector<MessageRecord> found;
  std::size_t bytes = 0;
  while (!heads.empty() && found.size() < filter.limit && bytes < kMaxPageBytes) {
    const auto newest = std::ranges::max_element(heads);
    auto row = db.query(CLAW_MESSAGE_COLUMNS "WHERE m.id = $1", *newest);
    if (!row.next()) {
      heads.erase(newest);
      continue;
    }
    auto record = record_at(*row.operator->());
    *newest = MessageId{row->integer(kPreviousColumn)};
    if (!*newest) heads.erase(newest);
    if (!wanted(record, filter)) continue;
    bytes += weight_of(record);
    found.push_back(std::move(record));
  }
  return found;
}

std::vector<StatusRecord> statuses_of(Database& db, MessageId message) {
  std::vector<StatusRecord> found;
  auto rows = db.query(
      "SELECT status, meta_ms, received_ms, participant, errors, pricing FROM statuses WHERE message = $1 "
      "AND message > 0 "
      "ORDER BY meta_ms, id",
      message);
  while (rows.next())
    found.push_back({rows->text(0), from_ms(rows->integer(1)), from_ms(rows->integer(2)), rows->text(3), rows->text(4),
                     rows->text(5)});
  return found;
}

}  // namespace

Task<Result<std::vector<MessageRecord>>> SqliteLedger::messages(TenantId tenant, MessageFilter filter) {
  using Records = std::vector<MessageRecord>;
  return store_.read<Records>([tenant, filter = std::move(filter)](Database& db) -> Result<Records> {
    if (!filter.user.empty()) return of_user(db, tenant, filter);
    Records found;
    const std::int64_t before = filter.before ? filter.before.value : INT64_MAX;
    const std::int64_t direction = filter.direction ? static_cast<std::int64_t>(*filter.direction) : -1;
    auto rows =
        db.query(CLAW_MESSAGE_COLUMNS
                 "WHERE m.tenant = $1 AND m.id < $2 AND ($3 < 0 OR m.direction = $3) ORDER BY m.id DESC LIMIT $4",
                 tenant, before, direction, filter.limit);
    for (std::size_t bytes = 0; bytes < kMaxPageBytes && rows.next(); bytes += weight_of(found.back()))
      found.push_back(record_at(*rows.operator->()));
    return found;
  });
}

Task<Result<std::vector<HistoryEntry>>> SqliteLedger::history(ConversationId conversation, MessageId message,
                                                              std::size_t limit) {
  using Entries = std::vector<HistoryEntry>;
  return store_.read<Entries>([conversation, message, limit](Database& db) -> Result<Entries> {
    std::int64_t next = 0;
    {
      auto row = db.query("SELECT last_message FROM conversations WHERE id = $1", conversation);
      if (row.next()) next = row->integer(0);
    }
    // A reply stands in the list where it was written, which may be behind later messages; its turn says where it
    // belongs.
    struct Said {
      std::int64_t turn, direction, part;
      std::string text;
    };
    std::vector<Said> found;
    while (next > 0 && found.size() < limit) {
      auto row = db.query("SELECT id, direction, state, turn, part, text, previous FROM messages WHERE id = $1", next);
      if (!row.next()) break;
      const auto direction = row->integer(1);
      const auto turn = direction == 1 && row->integer(3) > 0 ? row->integer(3) : row->integer(0);
      next = row->integer(6);
      const auto state = static_cast<MessageState>(row->integer(2));
      const bool had_a_turn = direction == 1 || (state != MessageState::kIgnored && state != MessageState::kPending);
      if (turn < message.value && had_a_turn) found.push_back({turn, direction, row->integer(4), row->text(5)});
    }
    std::ranges::sort(found, {}, [](const Said& said) { return std::tuple(said.turn, said.direction, said.part); });
    Entries entries;
    for (auto& said : found) entries.push_back({static_cast<Direction>(said.direction), std::move(said.text)});
    return entries;
  });
}

Task<Result<MessageRecord>> SqliteLedger::message(TenantId tenant, MessageId id) {
  return store_.read<MessageRecord>([tenant, id](Database& db) -> Result<MessageRecord> {
    MessageRecord record;
    std::int64_t inbox = 0;
    {
      auto row = db.query(CLAW_MESSAGE_COLUMNS "WHERE m.id = $1 AND m.tenant = $2", id, tenant);
      if (!row.next()) return fail(ErrorKind::kNotFound, "there is no such message");
      record = record_at(*row.operator->());
      inbox = row->integer(kInboxColumn);
    }
    record.raw = raw_of(db, inbox, tenant, record.created_at);
    record.statuses = statuses_of(db, id);
    return record;
  });
}

Task<Result<std::vector<EventRecord>>> SqliteLedger::events(TenantId tenant, EventFilter filter) {
  using Records = std::vector<EventRecord>;
  return store_.read<Records>([tenant, filter = std::move(filter)](Database& db) -> Result<Records> {
    Records found;
    const std::int64_t before = filter.before > 0 ? filter.before : INT64_MAX;
    auto rows = db.query(
        "SELECT e.id, e.kind, e.field, e.event, e.waba_id, e.phone_number_id, e.text, e.data, e.received_ms, "
        "e.meta_ms, "
        "i.raw FROM events e "
        "LEFT JOIN inbox i ON i.seq = e.inbox AND i.tenant = e.tenant AND i.received_ms = e.received_ms "
        "WHERE e.tenant = $1 AND e.id < $2 AND ($3 = '' OR e.kind = $3) ORDER BY e.id DESC LIMIT $4",
        tenant, before, filter.kind, filter.limit);
    for (std::size_t bytes = 0; bytes < kMaxPageBytes && rows.next(); bytes += weight_of(found.back()))
      found.push_back({rows->integer(0),
                       rows->text(1),
                       rows->text(2),
                       rows->text(3),
                       rows->text(4),
                       rows->text(5),
                       {rows->text(6), rows->text(7)},
                       from_ms(rows->integer(8)),
                       from_ms(rows->integer(9)),
                       rows->text(10)});
    return found;
  });
}

}  // namespace claw::sqlite
