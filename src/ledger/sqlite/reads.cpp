#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "ledger/sqlite/author.hpp"
#include "ledger/sqlite/identity.hpp"
#include "ledger/sqlite/instead.hpp"
#include "ledger/sqlite/join_conversations.hpp"
#include "ledger/sqlite/sqlite_ledger.hpp"
#include "ledger/sqlite/walk.hpp"

namespace claw::sqlite {
namespace {

#define CLAW_MESSAGE_COLUMNS                                                                                     \
  "SELECT m.id, m.direction, m.state, u.public_id, u.name, c.phone_number_id, m.type, m.text, m.data, m.wamid, " \
  "m.created_ms, m.meta_ms, m.turn, m.part, m.attempts, m.due_ms, m.error_code, m.reason, m.agent, m.inbox, "    \
  "m.previous, m.usage, c.id, m.matched_by, m.instead_of, m.trace, " CLAW_AUTHOR_COLUMNS                         \
  " FROM messages m JOIN conversations c ON c.id = m.conversation JOIN users u ON u.id = c.user " CLAW_JOIN_AUTHOR

constexpr int kInboxColumn = 19;
constexpr int kPreviousColumn = 20;
constexpr int kUsageColumn = 21;
constexpr int kConversationColumn = 22;
constexpr int kMatchedByColumn = 23;
constexpr int kInsteadColumn = 24;
constexpr int kTraceColumn = 25;
constexpr int kAuthorColumn = 26;

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
  // Below 0 it groups messages that people wrote, by the first of them.
  record.turn = MessageId{std::abs(row.integer(12))};
  record.part = static_cast<int>(row.integer(13));
  if (record.direction == Direction::kOutbound) record.attempts = static_cast<int>(row.integer(14));
  record.due = from_ms(row.integer(15));
  record.error_code = row.integer(16);
  record.reason = row.text(17);
  record.agent = row.text(18);
  record.usage = row.text(kUsageColumn);
  record.matched_by = row.text(kMatchedByColumn);
  record.conversation = ConversationId{row.integer(kConversationColumn)};
  record.instead_of = read_instead_of(row.view(kInsteadColumn));
  record.trace = row.text(kTraceColumn);
  record.author = author_at(row, kAuthorColumn);
  return record;
}

/// Tenant and time must agree too: an inbox that was put back from an older copy gives its numbers again.
std::string raw_of(Database& db, std::int64_t seq, TenantId tenant, TimePoint received_at) {
  if (seq == 0) return {};
  auto row = db.query("SELECT raw FROM inbox WHERE seq = $1 AND tenant = $2 AND received_ms = $3", seq, tenant,
                      to_ms(received_at));
  return row.next() ? row->text(0) : std::string();
}

bool wanted(const Statement& row, const MessageFilter& filter) {
  return (!filter.direction || row.integer(1) == static_cast<std::int64_t>(*filter.direction)) &&
         (!filter.state || row.integer(2) == static_cast<std::int64_t>(*filter.state));
}

/// The next of a list that is older than `before`.
MessageId skip_to(Database& db, MessageId from, MessageId before) {
  while (from >= before) {
    auto row = db.query("SELECT previous FROM messages WHERE id = $1", from);
    from = MessageId{row.next() ? row->integer(0) : 0};
  }
  return from;
}

/// The newest message of each list older than `filter.before`: `rows` gives conversations with their last message.
std::vector<MessageId> heads_of(Database& db, Database::Query rows, const MessageFilter& filter) {
  std::vector<std::pair<std::int64_t, MessageId>> lists;
  while (rows.next()) lists.emplace_back(rows->integer(0), MessageId{rows->integer(1)});
  std::int64_t here = 0;
  MessageId previous;
  if (filter.before) {
    auto row = db.query("SELECT conversation, previous FROM messages WHERE id = $1", filter.before);
    if (row.next()) here = row->integer(0), previous = MessageId{row->integer(1)};
  }
  std::vector<MessageId> heads;
  for (const auto& [conversation, last] : lists) {
    // The cursor stands in one of the lists and knows what comes before it; the others are few and go from their end.
    MessageId head = last;
    if (filter.before) head = conversation == here ? previous : skip_to(db, last, filter.before);
    if (head) heads.push_back(head);
  }
  return heads;
}

/// The messages of a conversation hang together by `previous`: the newest head is taken until enough.
Page<MessageRecord> of_lists(Database& db, std::vector<MessageId> heads, const MessageFilter& filter) {
  Page<MessageRecord> page;
  std::size_t bytes = 0;
  for (std::int64_t walked = 0; !heads.empty(); ++walked) {
    const auto newest = std::ranges::max_element(heads);
    auto row = db.query(CLAW_MESSAGE_COLUMNS "WHERE m.id = $1", *newest);
    if (!row.next()) {
      heads.erase(newest);
      continue;
    }
    const MessageId id = *newest;
    *newest = MessageId{row->integer(kPreviousColumn)};
    if (!*newest) heads.erase(newest);
    if (wanted(*row.operator->(), filter)) {
      page.push_back(record_at(*row.operator->()));
      bytes += weight_of(page.back());
    }
    if (page.size() == filter.limit || bytes >= kMaxPageBytes || (walked + 1 == kMaxWalk && !heads.empty())) {
      page.next = id.value;
      break;
    }
  }
  return page;
}

Result<Page<MessageRecord>> of_conversation(Database& db, TenantId tenant, const MessageFilter& filter) {
  const ConversationId conversation = live_conversation(db, filter.conversation);
  {
    auto row = db.query("SELECT 1 FROM conversations WHERE id = $1 AND tenant = $2", conversation, tenant);
    if (!row.next()) return fail(ErrorKind::kNotFound, "there is no such conversation");
  }
  auto heads = heads_of(db, db.query("SELECT id, last_message FROM conversations WHERE id = $1", conversation), filter);
  return of_lists(db, std::move(heads), filter);
}

Page<MessageRecord> of_user(Database& db, TenantId tenant, const MessageFilter& filter) {
  const auto user = user_named(db, tenant, filter.user);
  auto heads = heads_of(
      db,
      db.query("SELECT id, last_message FROM conversations WHERE tenant = $1 AND user = $2 AND last_message > 0",
               tenant, user ? user->id : UserId{}),
      filter);
  return of_lists(db, std::move(heads), filter);
}

/// What went wrong has an index of its own: it is little among much.
Page<MessageRecord> in_trouble(Database& db, TenantId tenant, const MessageFilter& filter) {
  const Walk walk = walk_all(filter.before.value);
  // The bare conditions are there for the planner: it uses a partial index only where it finds the index's own.
  return fill_page<MessageRecord>(
      filter.state == MessageState::kAgentFailed
          ? db.query(CLAW_MESSAGE_COLUMNS
                     "WHERE m.tenant = $1 AND m.state = 4 AND m.id < $2 ORDER BY m.id DESC LIMIT $3",
                     tenant, walk.before, filter.limit)
          : db.query(CLAW_MESSAGE_COLUMNS "WHERE m.tenant = $1 AND m.state = $2 AND m.state IN (12, 17) AND m.id < $3 "
                                          "ORDER BY m.id DESC LIMIT $4",
                     tenant, *filter.state, walk.before, filter.limit),
      filter.limit, walk, record_at, [](const MessageRecord& record) { return record.id.value; });
}

Page<MessageRecord> of_tenant(Database& db, TenantId tenant, const MessageFilter& filter) {
  const bool all = !filter.direction && !filter.state;
  Walk walk = all ? walk_all(filter.before.value) : walk_messages(db, tenant, filter.before.value);
  const bool open = filter.state == MessageState::kPending || filter.state == MessageState::kQueued ||
                    filter.state == MessageState::kSending;
  if (open) walk = down_to_oldest_open(db, tenant, *filter.state, walk);
  const std::int64_t direction = filter.direction ? static_cast<std::int64_t>(*filter.direction) : -1;
  const std::int64_t state = filter.state ? static_cast<std::int64_t>(*filter.state) : -1;
  return fill_page<MessageRecord>(
      db.query(CLAW_MESSAGE_COLUMNS "WHERE m.tenant = $1 AND m.id < $2 AND m.id >= $3 AND ($4 < 0 OR m.direction = $4) "
                                    "AND ($5 < 0 OR m.state = $5) ORDER BY m.id DESC LIMIT $6",
               tenant, walk.before, walk.from, direction, state, filter.limit),
      filter.limit, walk, record_at, [](const MessageRecord& record) { return record.id.value; });
}

Result<Page<MessageRecord>> list_messages(Database& db, TenantId tenant, const MessageFilter& filter) {
  if (filter.conversation) return of_conversation(db, tenant, filter);
  if (!filter.user.empty()) return of_user(db, tenant, filter);
  if (filter.state == MessageState::kUnknown || filter.state == MessageState::kFailed ||
      filter.state == MessageState::kAgentFailed)
    return in_trouble(db, tenant, filter);
  return of_tenant(db, tenant, filter);
}

StatusRecord status_at(const Statement& row) {
  return {row.text(0), from_ms(row.integer(1)), from_ms(row.integer(2)), row.text(3), row.text(4), row.text(5)};
}

std::vector<StatusRecord> statuses_of(Database& db, MessageId message) {
  std::vector<StatusRecord> found;
  auto rows = db.query(
      "SELECT status, meta_ms, received_ms, participant, errors, pricing FROM statuses WHERE message = $1 "
      "AND message > 0 "
      "ORDER BY meta_ms, id",
      message);
  while (rows.next()) found.push_back(status_at(*rows.operator->()));
  return found;
}

EventRecord event_at(const Statement& row) {
  return {row.integer(0),
          row.text(1),
          row.text(2),
          row.text(3),
          row.text(4),
          row.text(5),
          {row.text(6), row.text(7)},
          from_ms(row.integer(8)),
          from_ms(row.integer(9)),
          row.text(10)};
}

}  // namespace

Task<Result<Page<MessageRecord>>> SqliteLedger::messages(TenantId tenant, MessageFilter filter) {
  using Records = Page<MessageRecord>;
  return store_.read<Records>([tenant, filter = std::move(filter)](Database& db) -> Result<Records> {
    auto page = list_messages(db, tenant, filter);
    if (page && filter.with_statuses)
      for (auto& record : *page) record.statuses = statuses_of(db, record.id);
    return page;
  });
}

Task<Result<std::vector<HistoryEntry>>> SqliteLedger::history(ConversationId conversation, MessageId first,
                                                              MessageId message, std::size_t limit) {
  using Entries = std::vector<HistoryEntry>;
  return store_.read<Entries>([conversation, first, message, limit](Database& db) -> Result<Entries> {
    std::int64_t next = 0;
    {
      auto row = db.query("SELECT last_message FROM conversations WHERE id = $1", live_conversation(db, conversation));
      if (row.next()) next = row->integer(0);
    }
    // A reply stands in the list where it was written, which may be behind later messages; its turn says where it
    // belongs.
    struct Said {
      std::int64_t turn, direction, part, id;
      std::string text;
    };
    std::vector<Said> found;
    while (next >= std::max<std::int64_t>(first.value, 1) && found.size() < limit) {
      auto row = db.query("SELECT m.id, m.direction, m.state, m.turn, m.part, m.text, m.previous, " CLAW_AUTHOR_COLUMNS
                          " FROM messages m " CLAW_JOIN_AUTHOR "WHERE m.id = $1",
                          next);
      if (!row.next()) break;
      const auto direction = row->integer(1);
      // Of messages that were read together the first names the turn, negative; their reply comes after all of them.
      const bool of_turn = direction == 1 ? row->integer(3) > 0 : row->integer(3) < 0;
      const auto id = row->integer(0);
      const auto turn = of_turn ? std::abs(row->integer(3)) : id;
      next = row->integer(6);
      const auto state = static_cast<MessageState>(row->integer(2));
      const bool had_a_turn = direction == 1 || (state != MessageState::kIgnored && state != MessageState::kPending &&
                                                 state != MessageState::kHeld);
      if (turn >= first.value && turn < message.value && had_a_turn)
        found.push_back({turn, direction, direction == 1 ? row->integer(4) : 0, id,
                         text_of(row->text(5), author_at(*row.operator->(), 7))});
    }
    std::ranges::sort(found, {},
                      [](const Said& said) { return std::tuple(said.turn, said.direction, said.part, said.id); });
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

Task<Result<Page<EventRecord>>> SqliteLedger::events(TenantId tenant, EventFilter filter) {
  using Records = Page<EventRecord>;
  return store_.read<Records>([tenant, filter = std::move(filter)](Database& db) -> Result<Records> {
    const Walk walk = filter.kind.empty() ? walk_all(filter.before) : walk_events(db, tenant, filter.before);
    return fill_page<EventRecord>(
        db.query("SELECT e.id, e.kind, e.field, e.event, e.waba_id, e.phone_number_id, e.text, e.data, e.received_ms, "
                 "e.meta_ms, i.raw FROM events e "
                 "LEFT JOIN inbox i ON i.seq = e.inbox AND i.tenant = e.tenant AND i.received_ms = e.received_ms "
                 "WHERE e.tenant = $1 AND e.id < $2 AND e.id >= $3 AND ($4 = '' OR e.kind = $4) "
                 "ORDER BY e.id DESC LIMIT $5",
                 tenant, walk.before, walk.from, filter.kind, filter.limit),
        filter.limit, walk, event_at, [](const EventRecord& record) { return record.id; });
  });
}

Task<Result<Page<StatusEntry>>> SqliteLedger::statuses(TenantId tenant, StatusFilter filter) {
  using Entries = Page<StatusEntry>;
  return store_.read<Entries>([tenant, filter = std::move(filter)](Database& db) -> Result<Entries> {
    const Walk walk = filter.status.empty() ? walk_all(filter.before) : walk_statuses(db, tenant, filter.before);
    return fill_page<StatusEntry>(
        db.query("SELECT status, meta_ms, received_ms, participant, errors, pricing, id, message, wamid FROM statuses "
                 "WHERE tenant = $1 AND id < $2 AND id >= $3 AND ($4 = '' OR status = $4) ORDER BY id DESC LIMIT $5",
                 tenant, walk.before, walk.from, filter.status, filter.limit),
        filter.limit, walk,
        [](const Statement& row) {
          return StatusEntry{row.integer(6), MessageId{row.integer(7)}, row.text(8), status_at(row)};
        },
        [](const StatusEntry& entry) { return entry.id; });
  });
}

}  // namespace claw::sqlite
