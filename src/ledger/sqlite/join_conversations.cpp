#include "ledger/sqlite/join_conversations.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace claw::sqlite {
namespace {

struct Head {
  ConversationId id;
  std::string number;
  std::int64_t last = 0;
};

/// A message in the list of its conversation; 0: the list is over.
struct Link {
  std::int64_t id = 0;
  std::int64_t previous = 0;
};

std::vector<Head> conversations_of(Database& db, TenantId tenant, UserId user) {
  std::vector<Head> found;
  auto rows = db.query(
      "SELECT id, phone_number_id, last_message FROM conversations WHERE tenant = $1 AND user = $2 AND joined_into = 0",
      tenant, user);
  while (rows.next()) found.push_back({ConversationId{rows->integer(0)}, rows->text(1), rows->integer(2)});
  return found;
}

Link link_at(Database& db, std::int64_t id) {
  auto row = db.query("SELECT previous FROM messages WHERE id = $1", id);
  return row.next() ? Link{id, row->integer(0)} : Link{};
}

void put_before(Database& db, const Link& later, std::int64_t earlier) {
  if (later.id == 0 || later.previous == earlier) return;
  db.run("UPDATE messages SET previous = $1 WHERE id = $2", earlier, later.id);
}

/// From the newest back. The oldest entry of a list may name a message that retention has deleted: that is its end.
void interleave(Database& db, const Head& into, const Head& from) {
  Link theirs = link_at(db, into.last);
  Link moved = link_at(db, from.last);
  Link later;
  while (moved.id != 0) {
    const bool is_moved = moved.id > theirs.id;
    Link& next = is_moved ? moved : theirs;
    put_before(db, later, next.id);
    if (is_moved) db.run("UPDATE messages SET conversation = $1 WHERE id = $2", into.id, moved.id);
    later = next;
    next = link_at(db, next.previous);
  }
  // What is left of the other list hangs together already.
  if (theirs.id != 0) put_before(db, later, theirs.id);
}

void join_sessions(Database& db, const Head& into, const Head& from) {
  db.run(
      "INSERT INTO conversation_sessions (conversation, epoch, first, agent, matched_by, paused_until_ms, paused_by) "
      "SELECT $1, epoch, 0, '', '', paused_until_ms, paused_by FROM conversation_sessions WHERE conversation = $2 "
      "ON CONFLICT DO UPDATE SET epoch = max(epoch, excluded.epoch), "
      "paused_by = CASE WHEN excluded.paused_until_ms > paused_until_ms THEN excluded.paused_by ELSE paused_by END, "
      "paused_until_ms = max(paused_until_ms, excluded.paused_until_ms)",
      into.id, from.id);
  db.run("DELETE FROM conversation_sessions WHERE conversation = $1", from.id);
}

void join(Database& db, TenantId tenant, const Head& into, const Head& from, Tally& tally) {
  interleave(db, into, from);
  join_sessions(db, into, from);
  db.run(
      "UPDATE conversations SET last_message = $1, "
      "last_inbound_ms = max(last_inbound_ms, (SELECT f.last_inbound_ms FROM conversations f WHERE f.id = $3)), "
      "window_until_ms = max(window_until_ms, (SELECT f.window_until_ms FROM conversations f WHERE f.id = $3)), "
      "created_ms = min(created_ms, (SELECT f.created_ms FROM conversations f WHERE f.id = $3)) WHERE id = $2",
      std::max(into.last, from.last), into.id, from.id);
  db.run(
      "UPDATE conversations SET last_message = 0, last_inbound_ms = 0, window_until_ms = 0, joined_into = $1 WHERE id "
      "= $2",
      into.id, from.id);
  // Those with a message are counted.
  if (into.last > 0 && from.last > 0) --tally.stored(tenant).conversations;
}

}  // namespace

std::vector<IdentityChange::Joined> join_conversations(Database& db, TenantId tenant, UserId into, UserId from,
                                                       Tally& tally) {
  std::vector<IdentityChange::Joined> joined;
  const auto kept = conversations_of(db, tenant, into);
  for (const auto& other : conversations_of(db, tenant, from)) {
    const auto same = std::ranges::find(kept, other.number, &Head::number);
    if (same == kept.end()) {
      db.run("UPDATE conversations SET user = $1 WHERE id = $2", into, other.id);
    } else {
      join(db, tenant, *same, other, tally);
      joined.push_back({other.id, same->id});
    }
  }
  return joined;
}

ConversationId live_conversation(Database& db, ConversationId conversation) {
  for (;;) {
    auto row = db.query("SELECT joined_into FROM conversations WHERE id = $1 AND joined_into > 0", conversation);
    if (!row.next()) return conversation;
    conversation = ConversationId{row->integer(0)};
  }
}

}  // namespace claw::sqlite
