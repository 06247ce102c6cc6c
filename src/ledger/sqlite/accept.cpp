#include "ledger/sqlite/accept.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "ledger/sqlite/conversation_row.hpp"
#include "ledger/sqlite/sqlite_ledger.hpp"
#include "whatsapp/service_window.hpp"

namespace claw::sqlite {
namespace {

std::string errors_json(const std::vector<whatsapp::StatusError>& errors) {
  boost::json::array array;
  for (const auto& error : errors)
    array.push_back(
        {{"code", error.code}, {"title", error.title}, {"message", error.message}, {"details", error.details}});
  return boost::json::serialize(array);
}

struct FirstError {
  std::int64_t code = 0;
  std::string reason;
};

FirstError first_error(std::string_view errors) {
  boost::system::error_code fault;
  const auto parsed = boost::json::parse(errors, fault);
  if (fault || !parsed.is_array() || parsed.get_array().empty()) return {};
  const auto& error = parsed.get_array().front().as_object();
  FirstError first{error.at("code").as_int64(), {}};
  for (const char* name : {"details", "title", "message"}) {
    first.reason = std::string(error.at(name).as_string());
    if (!first.reason.empty()) break;
  }
  return first;
}

std::optional<MessageState> state_named(std::string_view status) {
  if (status == "sent") return MessageState::kSent;
  if (status == "delivered") return MessageState::kDelivered;
  if (status == "read") return MessageState::kRead;
  if (status == "played") return MessageState::kPlayed;
  if (status == "failed") return MessageState::kFailed;
  return std::nullopt;
}

/// Whether a status says something new. It may be of an earlier send of the message, which was sent again since.
bool moves(const Outgoing& message, MessageState state, bool of_participant, std::string_view wamid) {
  const bool of_another = !message.wamid.empty() && message.wamid != wamid;
  if (state == MessageState::kFailed) {
    // What waits to be sent, or was sent again, did not fail by this; nor did a group's message by one of its members.
    const bool waits = message.state < MessageState::kSending;
    const bool reached = of_participant && message.state >= MessageState::kDelivered;
    return message.state < state && !waits && !of_another && !reached;
  }
  // Whoever has it by another send, or in a group where somebody else has not, has it.
  if (message.state == MessageState::kFailed)
    return message.wamid.empty() || of_another || (of_participant && state >= MessageState::kDelivered);
  // Every outbound state before kSent is lower, so that a status which overtakes the answer to the send settles it.
  return message.state < state;
}

bool has_person(const whatsapp::Message& message) {
  return !message.from.phone.empty() || !message.from.bsuid.empty();
}

/// As CLAW_TEXT_BYTES.
std::int64_t bytes_of(const whatsapp::AgentView& view, const std::string& raw) {
  return static_cast<std::int64_t>(view.text.size() + view.data.size() + raw.size()) + kRowBytes;
}

}  // namespace

void advance_by_status(Database& db, Outgoing& message, std::string_view status, std::string_view participant,
                       std::string_view wamid, std::string_view errors, TimePoint at, Tally& tally) {
  const auto state = state_named(status);
  if (!state || !moves(message, *state, !participant.empty(), wamid)) return;
  const auto [error_code, reason] = first_error(errors);
  const bool takes_over = message.wamid.empty() || message.state == MessageState::kFailed;
  db.run("UPDATE messages SET state = $1, error_code = $2, reason = $3, wamid = $4 WHERE id = $5", *state, error_code,
         reason, takes_over ? wamid : std::string_view(message.wamid), message.id);
  if (takes_over) message.wamid = wamid;
  // Meta has statuses of what it accepted only.
  tally.settled(db, message, *state, true, at);
  message.state = *state;
}

bool Acceptor::is_new(const AcceptItem& item) {
  const auto identity = hash128(fmt::format("{}/{}", item.item.tenant.value, item.event.dedupe_key));
  const Blob blob{std::string_view(reinterpret_cast<const char*>(identity.data()), identity.size())};
  db_.run("INSERT INTO seen (meta_s, identity, seen_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
          item.event.timestamp_s, blob, to_ms(now_));
  return db_.changes() == 1;
}

User Acceptor::person_of(const AcceptItem& item, const whatsapp::Message& message) {
  const TenantId tenant = item.item.tenant;
  const bool changed = !message.changed_to.phone.empty() || !message.changed_to.bsuid.empty();
  // Only WhatsApp itself writes system messages.
  if (changed && message.type == "system" && item.event.kind == whatsapp::ItemKind::kMessage)
    return identity_.moved_or_made(tenant, message.from, message.changed_to);
  return identity_.find_or_make(tenant, message.from);
}

void Acceptor::hold(ConversationId conversation, TimePoint until) {
  db_.run(
      "INSERT INTO conversation_sessions (conversation, epoch, first, agent, matched_by, paused_until_ms, paused_by) "
      "VALUES ($1, 0, 0, '', '', $2, $3) ON CONFLICT DO UPDATE SET paused_until_ms = excluded.paused_until_ms, "
      "paused_by = excluded.paused_by WHERE paused_until_ms < excluded.paused_until_ms",
      conversation, to_ms(until), kBusinessApp);
  if (db_.changes() > 0) accepted_.held.push_back(conversation);
}

void Acceptor::open_window(const AcceptItem& item, const whatsapp::Message& message, ConversationId conversation) {
  const auto until = whatsapp::window_after(from_ms(message.timestamp_s * 1000), message.view.data);
  db_.run("UPDATE conversations SET window_until_ms = max(window_until_ms, $1) WHERE id = $2", to_ms(until),
          conversation);
  if (item.releases && until <= now_) return;
  std::vector<MessageId> parked;
  {
    auto rows = db_.query("SELECT id FROM messages WHERE conversation = $1 AND state = 9 ORDER BY id", conversation);
    while (rows.next()) parked.push_back(MessageId{rows->integer(0)});
  }
  for (const MessageId id : parked) {
    if (!item.releases) {
      db_.run("UPDATE messages SET state = 17, reason = 'this person asked for no more messages' WHERE id = $1", id);
      tally_.failed(item.item.tenant, now_);
      continue;
    }
    db_.run("UPDATE messages SET state = 10, due_ms = $1, requeued_ms = $1, reason = '' WHERE id = $2", to_ms(now_),
            id);
    accepted_.released.push_back(outbound_message(db_, id));
  }
}

void Acceptor::message(AcceptItem& item, whatsapp::Message& message) {
  const TenantId tenant = item.item.tenant;
  const bool echo = item.event.kind == whatsapp::ItemKind::kEcho;
  std::optional<Author> author;
  UserId author_id;
  User user;
  if (message.group_id.empty()) {
    user = person_of(item, message);
  } else {
    user = identity_.find_or_make_group(tenant, message.group_id);
    if (has_person(message) && !echo) {
      User wrote = person_of(item, message);
      author_id = wrote.id;
      author = {std::move(wrote.public_id), std::move(wrote.phone), std::move(wrote.bsuid), std::move(wrote.name)};
    }
  }
  const auto conversation = conversation_with(db_, tenant, user.id, item.event.phone_number_id, now_);
  const bool waits = !echo && item.ignore_reason.empty();
  const MessageState state = echo ? MessageState::kSent : waits ? MessageState::kPending : MessageState::kIgnored;
  const std::int64_t received_ms = to_ms(item.item.received_at);
  const std::int64_t meta_ms = message.timestamp_s * 1000;
  db_.run(
      "INSERT INTO messages (tenant, conversation, direction, state, type, text, data, wamid, created_ms, meta_ms, "
      "previous, inbox, turn, part, attempts, due_ms, error_code, reason, agent, raw_bytes, author, trace) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, 0, 0, 0, $13, $15, $14, $16, $17)",
      tenant, conversation.id, echo ? Direction::kOutbound : Direction::kInbound, state, message.type,
      message.view.text, message.view.data, message.id, received_ms, meta_ms, conversation.last, item.item.seq,
      echo ? std::string("written in the business app") : item.ignore_reason, item.item.raw.size(),
      echo ? kBusinessApp : std::string_view(), author_id, item.item.trace);
  const MessageId id{db_.last_insert_id()};
  echo ? tally_.went_out(tenant, item.item.received_at) : tally_.came_in(tenant, item.item.received_at);
  auto& stored = tally_.stored(tenant);
  stored.conversations += conversation.last ? 0 : 1;
  ++stored.messages;
  stored.bytes += bytes_of(message.view, item.item.raw);
  db_.run("UPDATE conversations SET last_message = $1, last_inbound_ms = max(last_inbound_ms, $2) WHERE id = $3", id,
          echo ? 0 : meta_ms, conversation.id);
  // What WhatsApp itself says is not the person's word.
  if (!echo && message.type != "system") open_window(item, message, conversation.id);
  if (echo && item.held_until > TimePoint{}) hold(conversation.id, item.held_until);
  if (!waits) return;
  accepted_.pending.push_back({id,
                               tenant,
                               conversation.id,
                               std::move(item.event.phone_number_id),
                               user.public_id,
                               user.phone,
                               user.bsuid,
                               std::move(message.id),
                               std::move(message.type),
                               std::move(message.view),
                               user.name,
                               item.item.received_at,
                               {},
                               0,
                               std::move(author),
                               {},
                               std::move(item.item.trace)});
}

Outgoing Acceptor::outgoing_of(TenantId tenant, const whatsapp::Status& status) {
  const auto read = [tenant](Database::Query row) {
    if (!row.next()) return Outgoing{};
    return Outgoing{MessageId{row->integer(0)},
                    tenant,
                    static_cast<MessageState>(row->integer(1)),
                    MessageId{row->integer(2)},
                    static_cast<int>(row->integer(3)),
                    row->text(4)};
  };
  if (const auto ours = parse_callback_data(status.callback_data)) {
    const auto found =
        read(db_.query("SELECT id, state, turn, part, wamid FROM messages WHERE id = $1 AND tenant = $2 "
                       "AND direction = 1",
                       ours->message, tenant));
    if (found.id) return found;
  }
  return read(
      db_.query("SELECT id, state, turn, part, wamid FROM messages WHERE tenant = $1 AND wamid = $2 AND direction = 1 "
                "AND wamid <> ''",
                tenant, status.id));
}

void Acceptor::status(AcceptItem& item, const whatsapp::Status& status) {
  const TenantId tenant = item.item.tenant;
  Outgoing message = outgoing_of(tenant, status);
  const std::string errors = errors_json(status.errors);
  db_.run(
      "INSERT INTO statuses (tenant, message, wamid, status, participant, meta_ms, received_ms, errors, pricing, "
      "inbox) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      tenant, message.id, status.id, status.status, status.participant, status.timestamp_s * 1000,
      to_ms(item.item.received_at), errors, status.pricing, item.item.seq);
  tally_.stored(tenant).bytes += kRowBytes;
  ++accepted_.statuses;
  if (message.id)
    return advance_by_status(db_, message, status.status, status.participant, status.id, errors, item.item.received_at,
                             tally_);
  // Sent by another program through the same number, or its answer is still on the way: shown, and joined later.
  event(item, "status", {fmt::format("{}: {}", status.status, status.id), "{}"}, status.status);
}

void Acceptor::event(AcceptItem& item, const char* kind, const whatsapp::AgentView& view, std::string_view name) {
  db_.run(
      "INSERT INTO events (tenant, kind, field, event, waba_id, phone_number_id, text, data, received_ms, meta_ms, "
      "inbox, raw_bytes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
      item.item.tenant, std::string_view(kind), item.event.field, name, item.event.waba_id, item.event.phone_number_id,
      view.text, view.data, to_ms(item.item.received_at), item.event.timestamp_s * 1000, item.item.seq,
      item.item.raw.size());
  tally_.stored(item.item.tenant).bytes += bytes_of(view, item.item.raw);
  ++accepted_.events;
}

void Acceptor::name_groups(const AcceptItem& item, const whatsapp::Change& change) {
  if (item.event.phone_number_id.empty()) return;
  for (const auto& group : change.groups) {
    const User user = identity_.name_group(item.item.tenant, group.id, group.name);
    // So that it can be chosen before anybody has written in it.
    (void)conversation_with(db_, item.item.tenant, user.id, item.event.phone_number_id, now_);
  }
}

void Acceptor::read_again_who_changed() {
  accepted_.identities = identity_.take_changes();
  if (accepted_.identities.empty()) return;
  for (auto& pending : accepted_.pending) pending = pending_message(db_, pending.id);
}

Accepted Acceptor::finish() {
  read_again_who_changed();
  tally_.write(db_);
  return std::move(accepted_);
}

void Acceptor::accept(AcceptItem& item) {
  if (!is_new(item)) {
    ++accepted_.duplicates;
    return;
  }
  auto& what = item.event.what;
  if (item.foreign) {
    const whatsapp::AgentView view{
        fmt::format("Not processed: phone number id {} is not one of this tenant's", item.event.phone_number_id), "{}"};
    return event(item, "foreign", view, "");
  }
  if (auto* message = std::get_if<whatsapp::Message>(&what)) {
    if (has_person(*message) || !message->group_id.empty()) return this->message(item, *message);
    return event(item, "message", message->view, message->type);  // nobody to answer: kept and shown
  }
  if (const auto* status = std::get_if<whatsapp::Status>(&what)) return this->status(item, *status);
  if (const auto* call = std::get_if<whatsapp::Call>(&what)) return event(item, "call", call->view, call->event);
  const auto& change = std::get<whatsapp::Change>(what);
  if (change.field == "user_id_update") (void)identity_.moved(item.item.tenant, change.about, change.changed_to);
  name_groups(item, change);
  event(item, item.event.kind == whatsapp::ItemKind::kUnparsed ? "unparsed" : "change", change.view, change.event);
}

}  // namespace claw::sqlite
