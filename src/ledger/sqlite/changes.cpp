#include <algorithm>

#include "ledger/sqlite/sqlite_ledger.hpp"

namespace claw::sqlite {
namespace {

#define CLAW_CHANGED_MESSAGE                                                                             \
  "SELECT m.tenant, m.id, m.conversation, u.public_id, c.phone_number_id, m.direction, m.state, m.type " \
  "FROM messages m CROSS JOIN conversations c ON c.id = m.conversation CROSS JOIN users u ON u.id = c.user "

void read_messages(Database::Query rows, std::vector<ChangedMessage>& into) {
  while (rows.next())
    into.push_back({TenantId{rows->integer(0)}, MessageId{rows->integer(1)}, ConversationId{rows->integer(2)},
                    rows->text(3), rows->text(4), static_cast<Direction>(rows->integer(5)),
                    static_cast<MessageState>(rows->integer(6)), rows->text(7)});
}

std::int64_t newest(Database& db, const char* sql) {
  auto row = db.query(sql);
  return row.next() ? row->integer(0) : 0;
}

void read_statuses(Database& db, std::size_t limit, Changes& found) {
  auto rows = db.query("SELECT tenant, id, message, wamid, status FROM statuses WHERE id > $1 ORDER BY id LIMIT $2",
                       found.marks.status, limit);
  while (rows.next()) {
    found.statuses.push_back(
        {TenantId{rows->integer(0)}, rows->integer(1), MessageId{rows->integer(2)}, rows->text(3), rows->text(4)});
    found.marks.status = rows->integer(1);
  }
}

void read_events(Database& db, std::size_t limit, Changes& found) {
  auto rows = db.query("SELECT tenant, id, kind, event FROM events WHERE id > $1 ORDER BY id LIMIT $2",
                       found.marks.event, limit);
  while (rows.next()) {
    found.events.push_back({TenantId{rows->integer(0)}, rows->integer(1), rows->text(2), rows->text(3)});
    found.marks.event = rows->integer(1);
  }
}

}  // namespace

Task<Result<ChangeMarks>> SqliteLedger::change_marks() {
  return store_.read<ChangeMarks>([](Database& db) -> Result<ChangeMarks> {
    return ChangeMarks{MessageId{newest(db, "SELECT max(id) FROM messages")},
                       newest(db, "SELECT max(id) FROM statuses"), newest(db, "SELECT max(id) FROM events")};
  });
}

Task<Result<Changes>> SqliteLedger::changes(ChangeMarks since, std::vector<MessageId> touched, std::size_t limit) {
  return store_.read<Changes>([since, touched = std::move(touched), limit](Database& db) mutable -> Result<Changes> {
    Changes found;
    found.marks = since;
    read_messages(db.query(CLAW_CHANGED_MESSAGE "WHERE m.id > $1 ORDER BY m.id LIMIT $2", since.message, limit),
                  found.messages);
    if (!found.messages.empty()) found.marks.message = found.messages.back().id;
    read_statuses(db, limit, found);
    read_events(db, limit, found);
    found.more = found.messages.size() == limit || found.statuses.size() == limit || found.events.size() == limit;
    for (const auto& status : found.statuses)
      if (status.message) touched.push_back(status.message);
    std::ranges::sort(touched);
    touched.erase(std::ranges::unique(touched).begin(), touched.end());
    // What is newer was read above, as it is now.
    for (const auto message : touched)
      if (message <= since.message)
        read_messages(db.query(CLAW_CHANGED_MESSAGE "WHERE m.id = $1", message), found.messages);
    return found;
  });
}

}  // namespace claw::sqlite
