#include <algorithm>

#include <fmt/format.h>

#include "ledger/access_store.hpp"
#include "ledger/delivery_log.hpp"
#include "ledger/sqlite/conversation_row.hpp"
#include "ledger/sqlite/identity.hpp"
#include "ledger/sqlite/instead.hpp"
#include "ledger/sqlite/join_conversations.hpp"
#include "ledger/sqlite/sqlite_ledger.hpp"
#include "ledger/sqlite/tally.hpp"

namespace claw::sqlite {
namespace {

/// How far back the newest message that had a turn is looked for.
constexpr int kMaxLookBack = 50;

/// What an outbound message of a conversation has in common with the others, and the head of the list it joins.
struct Place {
  OutboundMessage whose;
  std::int64_t previous = 0;
};

std::optional<Place> place_of(Database& db, ConversationId conversation) {
  auto row = db.query(
      "SELECT c.tenant, c.id, c.phone_number_id, u.phone, u.bsuid, c.last_message, u.public_id, c.window_until_ms "
      "FROM conversations c "
      "JOIN users u ON u.id = c.user WHERE c.id = $1",
      live_conversation(db, conversation));
  if (!row.next()) return std::nullopt;
  Place place;
  place.whose.tenant = TenantId{row->integer(0)};
  place.whose.conversation = ConversationId{row->integer(1)};
  place.whose.phone_number_id = row->text(2);
  place.whose.phone = row->text(3);
  place.whose.bsuid = row->text(4);
  place.previous = row->integer(5);
  place.whose.group = group_of(row->view(6));
  place.whose.window_until = from_ms(row->integer(7));
  return place;
}

/// Appends a message to the outbox and to the list of its conversation.
OutboundMessage put(Database& db, Place& place, const whatsapp::Outgoing& said, std::string_view agent,
                    std::size_t part, std::int64_t now, Tally& tally, std::string_view trace = {}) {
  const bool first = place.previous == 0;
  db.run(
      "INSERT INTO messages (tenant, conversation, direction, state, type, text, data, wamid, created_ms, "
      "meta_ms, previous, inbox, turn, part, attempts, due_ms, error_code, reason, agent, trace) "
      "VALUES ($1, $2, 1, 10, $3, $4, $5, '', $6, 0, $7, 0, $8, $9, 0, $6, 0, '', $10, $11)",
      place.whose.tenant, place.whose.conversation, said.type, said.view.text, said.view.data, now, place.previous,
      place.whose.turn, part, agent, trace);
  place.previous = db.last_insert_id();
  auto& stored = tally.stored(place.whose.tenant);
  ++stored.messages;
  if (first) ++stored.conversations;
  stored.bytes += static_cast<std::int64_t>(said.view.text.size() + said.view.data.size()) + kRowBytes;
  OutboundMessage message = place.whose;
  message.id = MessageId{place.previous};
  message.message = said;
  message.due = from_ms(now);
  message.created = from_ms(now);
  return message;
}

void set_head(Database& db, const Place& place) {
  db.run("UPDATE conversations SET last_message = $1 WHERE id = $2", place.previous, place.whose.conversation);
}

void write_session(Database& db, ConversationId conversation, const SessionRecord& session) {
  db.run(
      "INSERT INTO conversation_sessions (conversation, epoch, first, agent, matched_by, paused_until_ms, paused_by) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO UPDATE SET epoch = max(epoch, excluded.epoch), first = "
      "excluded.first, "
      "agent = excluded.agent, matched_by = excluded.matched_by, paused_until_ms = excluded.paused_until_ms, "
      "paused_by = excluded.paused_by",
      conversation, session.epoch, session.first, session.agent, session.matched_by, to_ms(session.paused_until),
      session.paused_by);
}

/// Whether an approval has overtaken the decision to hold the message.
bool let_in_meanwhile(Database& db, MessageId message) {
  const PendingMessage held = pending_message(db, message);
  return std::ranges::any_of(access_addresses(held.user, held.phone, held.bsuid), [&](const std::string& address) {
    auto row =
        db.query("SELECT 1 FROM access WHERE tenant = $1 AND number IN ('', $2) AND address = $3 AND standing = $4",
                 held.tenant, held.phone_number_id, address, Standing::kAllowed);
    return row.next();
  });
}

/// When the newest message of this session came in that had a turn; a command is none.
TimePoint last_turn_of(Database& db, ConversationId conversation, MessageId first) {
  std::int64_t id = 0;
  {
    auto row = db.query("SELECT last_message FROM conversations WHERE id = $1", conversation);
    if (row.next()) id = row->integer(0);
  }
  for (int i = 0; i < kMaxLookBack && id >= std::max<std::int64_t>(first.value, 1); ++i) {
    auto row = db.query("SELECT previous, direction, state, created_ms, matched_by FROM messages WHERE id = $1", id);
    if (!row.next()) break;
    const auto state = static_cast<MessageState>(row->integer(2));
    const bool had_a_turn =
        state == MessageState::kAnswered || state == MessageState::kNoReply || state == MessageState::kAgentFailed;
    if (row->integer(1) == 0 && had_a_turn && row->view(4) != "command") return from_ms(row->integer(3));
    id = row->integer(0);
  }
  return {};
}

/// What was said with this key, as it was to be said; nothing where nothing was. kConflict: in another conversation.
Result<std::optional<OutboundMessage>> said_before(Database& db, const Place& place, const std::string& key) {
  std::optional<OutboundMessage> said;
  if (key.empty()) return said;
  auto row = db.query(
      "SELECT m.id, m.conversation, m.type, m.text, m.data, m.instead_of FROM said_keys s JOIN messages m "
      "ON m.id = s.message WHERE s.tenant = $1 AND s.key = $2",
      place.whose.tenant, key);
  if (!row.next()) return said;
  if (row->integer(1) != place.whose.conversation.value)
    return fail(ErrorKind::kConflict, "this key was used for something else that was said");
  said = place.whose;
  said->id = MessageId{row->integer(0)};
  said->message = {row->text(2), {row->text(3), row->text(4)}};
  if (auto first = read_instead_of(row->view(5))) said->message = std::move(*first);
  return said;
}

SessionRecord session_of(Database& db, ConversationId conversation) {
  SessionRecord session;
  auto row = db.query(
      "SELECT epoch, first, agent, matched_by, paused_until_ms, paused_by FROM conversation_sessions "
      "WHERE conversation = $1",
      conversation);
  if (row.next())
    session = {row->integer(0),
               MessageId{row->integer(1)},
               row->text(2),
               row->text(3),
               from_ms(row->integer(4)),
               row->text(5),
               {}};
  return session;
}

}  // namespace

Task<Result<std::vector<OutboundMessage>>> SqliteLedger::complete_turn(MessageId message, TurnOutcome outcome,
                                                                       Fence fence) {
  using Parts = std::vector<OutboundMessage>;
  return fenced<Parts>(
      fence, [message, outcome = std::move(outcome), now = to_ms(clock_.now())](Database& db) -> Result<Parts> {
        if (outcome.state == MessageState::kHeld && let_in_meanwhile(db, message))
          return fail(ErrorKind::kStale, "the sender was let in meanwhile");
        db.run(
            "UPDATE messages SET state = $1, reason = $2, agent = $3, usage = $4, matched_by = $5 "
            "WHERE id = $6 AND state = 0",
            outcome.state, outcome.reason, outcome.agent, outcome.usage, outcome.matched_by, message);
        if (db.changes() == 0) return fail(ErrorKind::kConflict, "the turn has ended already");
        for (const MessageId other : outcome.also)
          db.run("UPDATE messages SET state = $1, reason = $2, agent = $3, matched_by = $4 WHERE id = $5 AND state = 0",
                 outcome.state, outcome.reason, outcome.agent, outcome.matched_by, other);
        if (outcome.view) write_view(db, message, *outcome.view);
        if (outcome.parts.empty() && !outcome.session) return Parts{};
        ConversationId conversation;
        std::size_t first_part = 0;
        std::string trace;
        {
          auto row = db.query("SELECT conversation, part, wamid, trace FROM messages WHERE id = $1", message);
          if (!row.next()) return fail(ErrorKind::kNotFound, "there is no such message");
          conversation = ConversationId{row->integer(0)};
          first_part = static_cast<std::size_t>(row->integer(1));
          if (!outcome.parts.empty()) trace = trace_of_message(row->view(2), row->view(3));
        }
        // Begun in a conversation that was joined to another meanwhile: the other's session goes on.
        if (outcome.session && (!outcome.conversation || outcome.conversation == conversation)) {
          SessionRecord session = *outcome.session;
          if (!outcome.changes_pause) {
            const auto now_stored = session_of(db, conversation);
            session.paused_until = now_stored.paused_until;
            session.paused_by = now_stored.paused_by;
          }
          write_session(db, conversation, session);
        }
        if (outcome.parts.empty()) return Parts{};
        auto place = place_of(db, conversation);
        if (!place) return fail(ErrorKind::kNotFound, "there is no such conversation");
        place->whose.turn = message;
        place->whose.trace = std::move(trace);
        Parts parts;
        Tally tally;
        for (std::size_t part = 0; part < outcome.parts.size(); ++part)
          parts.push_back(put(db, *place, outcome.parts[part], outcome.agent, first_part + part, now, tally));
        set_head(db, *place);
        tally.write(db);
        return parts;
      });
}

Task<Result<void>> SqliteLedger::begin_turn(std::vector<MessageId> messages, Fence fence) {
  return fenced<void>(fence, [messages = std::move(messages)](Database& db) -> Result<void> {
    // A positive turn is a reply's; of what people wrote nothing is tried, so that `attempts` is free to tell how many
    // belong together.
    for (const MessageId message : messages)
      db.run("UPDATE messages SET turn = $1, attempts = $2 WHERE id = $3 AND state = 0", -messages.front().value,
             messages.size(), message);
    return {};
  });
}

Task<Result<SessionRecord>> SqliteLedger::session(ConversationId conversation) {
  return store_.read<SessionRecord>([asked = conversation](Database& db) -> Result<SessionRecord> {
    const ConversationId conversation = live_conversation(db, asked);
    SessionRecord session = session_of(db, conversation);
    session.last_turn = last_turn_of(db, conversation, session.first);
    return session;
  });
}

Task<Result<void>> SqliteLedger::pause(TenantId tenant, ConversationId conversation, TimePoint until, std::string by,
                                       Fence fence) {
  return fenced<void>(fence, [tenant, conversation, until, by = std::move(by)](Database& db) -> Result<void> {
    const auto place = place_of(db, conversation);
    if (!place || place->whose.tenant != tenant) return fail(ErrorKind::kNotFound, "there is no such conversation");
    SessionRecord session = session_of(db, place->whose.conversation);
    session.paused_until = until;
    session.paused_by = by;
    write_session(db, place->whose.conversation, session);
    return {};
  });
}

Task<Result<Said>> SqliteLedger::say(TenantId tenant, ConversationId conversation, Saying saying, Fence fence) {
  return fenced<Said>(
      fence,
      [tenant, conversation, saying = std::move(saying), now = to_ms(clock_.now())](Database& db) -> Result<Said> {
        auto place = place_of(db, conversation);
        if (!place || place->whose.tenant != tenant) return fail(ErrorKind::kNotFound, "there is no such conversation");
        auto before = said_before(db, *place, saying.key);
        if (!before) return std::unexpected(before.error());
        if (*before) {
          if ((*before)->message != saying.message)
            return fail(ErrorKind::kConflict, "this key was used for something else that was said");
          return Said{std::move(**before), true};
        }
        Tally tally;
        auto message = put(db, *place, saying.message, saying.by, 0, now, tally, saying.trace);
        message.trace = saying.trace;
        set_head(db, *place);
        tally.write(db);
        if (!saying.key.empty())
          db.run("INSERT OR REPLACE INTO said_keys (tenant, key, message, said_ms) VALUES ($1, $2, $3, $4)", tenant,
                 saying.key, message.id, now);
        return Said{std::move(message), false};
      });
}

Task<Result<std::optional<OutboundMessage>>> SqliteLedger::said(TenantId tenant, ConversationId conversation,
                                                                std::string key) {
  using Found = std::optional<OutboundMessage>;
  return store_.read<Found>([tenant, conversation, key = std::move(key)](Database& db) -> Result<Found> {
    const auto place = place_of(db, conversation);
    if (!place || place->whose.tenant != tenant) return fail(ErrorKind::kNotFound, "there is no such conversation");
    return said_before(db, *place, key);
  });
}

Task<Result<ConversationId>> SqliteLedger::open_conversation(TenantId tenant, std::string phone_number_id,
                                                             whatsapp::Recipient who, Fence fence) {
  return fenced<ConversationId>(fence,
                                [tenant, number = std::move(phone_number_id), who = std::move(who),
                                 now = clock_.now()](Database& db) -> Result<ConversationId> {
                                  Tally tally;
                                  Identity identity(db, now, tally);
                                  std::optional<User> user;
                                  if (!who.group.empty()) {
                                    user = user_named(db, tenant, fmt::format("{}{}", kGroupUser, who.group));
                                    if (!user) return fail(ErrorKind::kNotFound, "nothing was heard of such a group");
                                  } else if (who.phone.empty() && who.bsuid.empty()) {
                                    return fail(ErrorKind::kInvalid, "nobody is named");
                                  } else {
                                    // One address alone: that it is whose it is changes nothing in who is who.
                                    whatsapp::Person person;
                                    (who.phone.empty() ? person.bsuid : person.phone) =
                                        who.phone.empty() ? who.bsuid : who.phone;
                                    user = identity.find_or_make(tenant, person);
                                  }
                                  const auto row = conversation_with(db, tenant, user->id, number, now);
                                  tally.write(db);
                                  return row.id;
                                });
}

}  // namespace claw::sqlite
