#include <algorithm>

#include "ledger/sqlite/join_conversations.hpp"
#include "ledger/sqlite/sqlite_ledger.hpp"
#include "ledger/sqlite/user_record.hpp"
#include "ledger/sqlite/walk.hpp"

namespace claw::sqlite {
namespace {

using Users = Page<UserRecord, std::string>;
using Conversations = Page<ConversationRecord>;

#define CLAW_USER_COLUMNS "SELECT u.public_id, u.name, u.phone, u.bsuid, u.created_ms "
#define CLAW_CONVERSATION_COLUMNS                                                                             \
  "SELECT c.id, u.public_id, u.name, c.phone_number_id, c.created_ms, c.last_inbound_ms, m.id, m.direction, " \
  "m.state, m.type, substr(m.text, 1, $1), m.created_ms, "                                                    \
  "(SELECT s.paused_until_ms FROM conversation_sessions s WHERE s.conversation = c.id), "                     \
  "(SELECT s.paused_by FROM conversation_sessions s WHERE s.conversation = c.id), "                           \
  "c.window_until_ms "

UserRecord user_at(const Statement& row) {
  return {row.text(0), row.text(1), row.text(2), row.text(3), from_ms(row.integer(4)), {}};
}

ConversationRecord conversation_at(const Statement& row) {
  ConversationRecord record;
  record.id = ConversationId{row.integer(0)};
  record.user = row.text(1);
  record.user_name = row.text(2);
  record.phone_number_id = row.text(3);
  record.created_at = from_ms(row.integer(4));
  record.last_inbound = from_ms(row.integer(5));
  record.last = MessageId{row.integer(6)};
  record.last_direction = static_cast<Direction>(row.integer(7));
  record.last_state = static_cast<MessageState>(row.integer(8));
  record.last_type = row.text(9);
  record.last_text = row.text(10);
  record.last_at = from_ms(row.integer(11));
  record.held_until = from_ms(row.integer(12));
  record.held_by = row.text(13);
  record.window_until = from_ms(row.integer(14));
  return record;
}

void read_users(Database::Query rows, std::size_t limit, Users& page) {
  while (rows.next()) page.push_back(user_at(*rows.operator->()));
  if (page.size() == limit) page.next = page.back().id;
}

Users by_id(Database& db, TenantId tenant, const UserFilter& filter) {
  Users page;
  read_users(db.query(CLAW_USER_COLUMNS "FROM users u WHERE u.tenant = $1 AND u.public_id > $2 AND u.merged_into = 0 "
                                        "ORDER BY u.public_id LIMIT $3",
                      tenant, filter.after, filter.limit),
             filter.limit, page);
  return page;
}

/// A person of several addresses is found by the first that fits, so that nobody is shown twice: `$3` is where those
/// that fit begin.
#define CLAW_FIRST_THAT_FITS                                                                            \
  "AND NOT EXISTS (SELECT 1 FROM kv o WHERE o.tenant = k.tenant AND o.value = k.value AND o.key >= $3 " \
  "AND o.key < k.key AND o.key >= 'wa:' AND o.key < 'wa;') "

/// Through the keys that say who has an address: they are in order.
Users by_address(Database& db, TenantId tenant, const UserFilter& filter) {
  Users page;
  const std::string prefix = "wa:" + filter.phone;
  const KeyRange range(prefix, filter.after);
  std::int64_t walked = 0;
  std::string key;
  auto rows = db.query(CLAW_USER_COLUMNS
                       ", k.key FROM kv k LEFT JOIN users u ON u.tenant = k.tenant AND u.public_id = k.value "
                       "AND u.merged_into = 0 " CLAW_FIRST_THAT_FITS
                       "WHERE k.tenant = $1 AND k.key >= $2 AND k.key < $4 ORDER BY k.key",
                       tenant, range.from, prefix, range.end);
  while (page.size() < filter.limit && walked < kMaxWalk && rows.next()) {
    ++walked;
    key = rows->text(5);
    if (!rows->view(0).empty()) page.push_back(user_at(*rows.operator->()));
  }
  if (page.size() == filter.limit || walked == kMaxWalk) page.next = key;
  return page;
}

Result<Users> by_name(Database& db, TenantId tenant, const UserFilter& filter) {
  Users page;
  std::string from = filter.name;
  const std::string end = filter.name + '\xFF';
  if (!filter.after.empty()) {
    // They may have another name by now, and the search may begin behind it.
    auto row = db.query("SELECT max(name COLLATE NOCASE, $3) FROM users WHERE tenant = $1 AND public_id = $2", tenant,
                        filter.after, filter.name);
    if (!row.next()) return fail(ErrorKind::kInvalid, "after must be the next of an earlier answer");
    from = row->text(0);
  }
  read_users(db.query(CLAW_USER_COLUMNS
                      "FROM users u WHERE u.tenant = $1 AND u.name COLLATE NOCASE >= $2 AND u.name COLLATE NOCASE < $3 "
                      "AND (u.name COLLATE NOCASE > $2 OR u.public_id > $4) "
                      "ORDER BY u.name COLLATE NOCASE, u.public_id LIMIT $5",
                      tenant, from, end, filter.after, filter.limit),
             filter.limit, page);
  return page;
}

Conversations fill(Database::Query rows, const ConversationFilter& filter, const Walk& walk) {
  return fill_page<ConversationRecord>(std::move(rows), filter.limit, walk, conversation_at,
                                       [](const ConversationRecord& record) { return record.last.value; });
}

/// Newest messages first, and of them those that are the last of their conversation: an index on last_message would be
/// changed by every message, and this costs the writer nothing.
Conversations all_conversations(Database& db, TenantId tenant, const ConversationFilter& filter) {
  const Walk walk = walk_messages(db, tenant, filter.before.value);
  return fill(db.query(CLAW_CONVERSATION_COLUMNS
                       "FROM messages m CROSS JOIN conversations c ON c.id = m.conversation "
                       "CROSS JOIN users u ON u.id = c.user WHERE m.tenant = $2 AND m.id < $3 AND m.id >= $4 "
                       "AND c.last_message = m.id ORDER BY m.id DESC LIMIT $5",
                       kPreviewCharacters, tenant, walk.before, walk.from, filter.limit),
              filter, walk);
}

#define CLAW_OF_PEOPLE_FOUND                                             \
  "FROM found f CROSS JOIN users u ON u.id = f.id "                      \
  "CROSS JOIN conversations c ON c.tenant = u.tenant AND c.user = u.id " \
  "CROSS JOIN messages m ON m.id = c.last_message WHERE m.id < $5 ORDER BY m.id DESC LIMIT $6"

Conversations of_people_by_name(Database& db, TenantId tenant, const ConversationFilter& filter) {
  const std::string end = filter.name + '\xFF';
  const Walk walk = walk_all(filter.before.value);
  return fill(
      db.query(
          "WITH found AS (SELECT id FROM users WHERE tenant = $2 AND name COLLATE NOCASE >= $3 "
          "AND name COLLATE NOCASE < $4 ORDER BY name COLLATE NOCASE, public_id LIMIT $7) " CLAW_CONVERSATION_COLUMNS
              CLAW_OF_PEOPLE_FOUND,
          kPreviewCharacters, tenant, filter.name, end, walk.before, filter.limit, kMaxFound),
      filter, walk);
}

/// Someone may be found by their phone number and their BSUID.
Conversations of_people_by_address(Database& db, TenantId tenant, const ConversationFilter& filter) {
  const Walk walk = walk_all(filter.before.value);
  const KeyRange range("wa:" + filter.phone, "");
  return fill(
      db.query("WITH found AS (SELECT DISTINCT id FROM (SELECT u.id FROM kv k CROSS JOIN users u "
               "ON u.tenant = k.tenant AND u.public_id = k.value "
               "WHERE k.tenant = $2 AND k.key >= $3 AND k.key < $4 ORDER BY k.key LIMIT $7)) " CLAW_CONVERSATION_COLUMNS
                   CLAW_OF_PEOPLE_FOUND,
               kPreviewCharacters, tenant, range.from, range.end, walk.before, filter.limit, kMaxFound),
      filter, walk);
}

}  // namespace

Task<Result<Users>> SqliteLedger::users(TenantId tenant, UserFilter filter) {
  return store_.read<Users>([tenant, filter = std::move(filter)](Database& db) -> Result<Users> {
    if (!filter.phone.empty()) return by_address(db, tenant, filter);
    if (!filter.name.empty()) return by_name(db, tenant, filter);
    return by_id(db, tenant, filter);
  });
}

Task<Result<UserRecord>> SqliteLedger::user(TenantId tenant, std::string id) {
  return store_.read<UserRecord>([tenant, id = std::move(id)](Database& db) -> Result<UserRecord> {
    const auto found = user_named(db, tenant, id);
    if (!found) return fail(ErrorKind::kNotFound, "there is no such user");
    return user_record(db, tenant, *found);
  });
}

UserRecord user_record(Database& db, TenantId tenant, const User& found) {
  UserRecord user;
  {
    auto row = db.query(CLAW_USER_COLUMNS "FROM users u WHERE u.id = $1", found.id);
    if (row.next()) user = user_at(*row.operator->());
  }
  user.addresses = addresses_of(db, tenant, found.public_id);
  {
    auto rows =
        db.query("SELECT public_id FROM users WHERE merged_into = $1 AND merged_into > 0 ORDER BY id", found.id);
    while (rows.next()) user.also_known_as.push_back(rows->text(0));
  }
  auto rows = db.query(CLAW_CONVERSATION_COLUMNS
                       "FROM users u JOIN conversations c ON c.tenant = u.tenant AND c.user = u.id "
                       "JOIN messages m ON m.id = c.last_message "
                       "WHERE u.id = $2 ORDER BY c.last_message DESC LIMIT $3",
                       kPreviewCharacters, found.id, kMaxWalk);
  while (rows.next()) user.conversations.push_back(conversation_at(*rows.operator->()));
  return user;
}

Task<Result<Conversations>> SqliteLedger::conversations(TenantId tenant, ConversationFilter filter) {
  return store_.read<Conversations>([tenant, filter = std::move(filter)](Database& db) -> Result<Conversations> {
    if (!filter.phone.empty()) return of_people_by_address(db, tenant, filter);
    if (!filter.name.empty()) return of_people_by_name(db, tenant, filter);
    return all_conversations(db, tenant, filter);
  });
}

Task<Result<ConversationRecord>> SqliteLedger::conversation(TenantId tenant, ConversationId id) {
  return store_.read<ConversationRecord>([tenant, id](Database& db) -> Result<ConversationRecord> {
    auto row = db.query(CLAW_CONVERSATION_COLUMNS
                        "FROM conversations c JOIN users u ON u.id = c.user LEFT JOIN messages m ON m.id = "
                        "c.last_message WHERE c.id = $2 AND c.tenant = $3",
                        kPreviewCharacters, live_conversation(db, id), tenant);
    if (!row.next()) return fail(ErrorKind::kNotFound, "there is no such conversation");
    return conversation_at(*row.operator->());
  });
}

Task<Result<Waiting>> SqliteLedger::waiting(TenantId tenant) {
  return store_.read<Waiting>([tenant](Database& db) -> Result<Waiting> {
    Waiting found;
    const Walk newest = walk_messages(db, tenant, 0);
    const Walk turns = down_to_oldest_open(db, tenant, MessageState::kPending, newest);
    auto count = db.query("SELECT count(*) FROM messages WHERE tenant = $1 AND id >= $2 AND id < $3 AND state = 0",
                          tenant, turns.from, turns.before);
    if (count.next()) found.turns = count->integer(0);
    const Walk queued = down_to_oldest_open(db, tenant, MessageState::kQueued, newest);
    auto rows = db.query(
        "SELECT c.phone_number_id, count(*) FROM messages m CROSS JOIN conversations c ON c.id = m.conversation "
        "WHERE m.tenant = $1 AND m.id >= $2 AND m.id < $3 AND m.state = 10 GROUP BY c.phone_number_id",
        tenant, queued.from, queued.before);
    while (rows.next()) found.outbox[rows->text(0)] = rows->integer(1);
    return found;
  });
}

}  // namespace claw::sqlite
