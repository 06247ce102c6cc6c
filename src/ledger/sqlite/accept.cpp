#include "ledger/sqlite/accept.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/crypto.hpp"

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

/// As CLAW_TEXT_BYTES.
std::int64_t bytes_of(const whatsapp::AgentView& view, const std::string& raw) {
  return static_cast<std::int64_t>(view.text.size() + view.data.size() + raw.size()) + kRowBytes;
}

}  // namespace

void advance_by_status(Database& db, Outgoing& message, std::string_view status, std::string_view wamid,
                       std::string_view errors, TimePoint at, Tally& tally) {
  const auto state = state_named(status);
  // Every outbound state before kSent is lower, so that a status which overtakes the answer to the send settles it.
  if (!state || message.state >= *state) return;
  const auto [error_code, reason] = first_error(errors);
  db.run(
      "UPDATE messages SET state = $1, error_code = $2, reason = $3, "
      "wamid = CASE WHEN wamid = '' THEN $4 ELSE wamid END WHERE id = $5",
      *state, error_code, reason, wamid, message.id);
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

std::optional<std::string> Acceptor::mapped(TenantId tenant, std::string_view key) {
  auto row = db_.query("SELECT value FROM kv WHERE tenant = $1 AND key = $2", tenant, key);
  if (!row.next()) return std::nullopt;
  return row->text(0);
}

void Acceptor::map(TenantId tenant, std::string_view key, std::string_view public_id) {
  db_.run("INSERT INTO kv (tenant, key, value) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", tenant, key, public_id);
}

Acceptor::User Acceptor::user_named(TenantId tenant, const std::string& public_id, const whatsapp::Person& person) {
  {
    auto row =
        db_.query("SELECT id, phone, bsuid, name FROM users WHERE tenant = $1 AND public_id = $2", tenant, public_id);
    if (row.next()) {
      User user{UserId{row->integer(0)}, public_id, row->text(1), row->text(2), row->text(3)};
      const bool newer = (!person.phone.empty() && person.phone != user.phone) ||
                         (!person.bsuid.empty() && person.bsuid != user.bsuid) ||
                         (!person.name.empty() && person.name != row->view(3));
      if (!newer) return user;
      // The newest address is the one that reaches the person.
      if (!person.phone.empty()) user.phone = person.phone;
      if (!person.bsuid.empty()) user.bsuid = person.bsuid;
      if (!person.name.empty()) user.name = person.name;
      db_.run("UPDATE users SET phone = $1, bsuid = $2, name = CASE WHEN $3 = '' THEN name ELSE $3 END WHERE id = $4",
              user.phone, user.bsuid, person.name, user.id);
      return user;
    }
  }
  db_.run("INSERT INTO users (tenant, public_id, name, phone, bsuid, created_ms) VALUES ($1, $2, $3, $4, $5, $6)",
          tenant, public_id, person.name, person.phone, person.bsuid, to_ms(now_));
  return {UserId{db_.last_insert_id()}, public_id, person.phone, person.bsuid, person.name};
}

Acceptor::User Acceptor::find_or_make_user(TenantId tenant, const whatsapp::Person& person) {
  const std::string phone_key = person.phone.empty() ? "" : "wa:" + person.phone;
  const std::string bsuid_key = person.bsuid.empty() ? "" : "wa:" + person.bsuid;
  auto by_phone = phone_key.empty() ? std::nullopt : mapped(tenant, phone_key);
  auto by_bsuid = bsuid_key.empty() ? std::nullopt : mapped(tenant, bsuid_key);
  // Phone first; an identity that another person holds is never taken away (map() leaves what is there).
  const std::string public_id = by_phone            ? *by_phone
                                : by_bsuid          ? *by_bsuid
                                : phone_key.empty() ? person.bsuid
                                                    : person.phone;
  if (!phone_key.empty() && !by_phone) map(tenant, phone_key, public_id);
  if (!bsuid_key.empty() && !by_bsuid) map(tenant, bsuid_key, public_id);
  whatsapp::Person known = person;
  if (by_bsuid && *by_bsuid != public_id) known.bsuid.clear();
  return user_named(tenant, public_id, known);
}

Acceptor::Conversation Acceptor::find_or_make_conversation(TenantId tenant, UserId user,
                                                           std::string_view phone_number_id) {
  {
    auto row =
        db_.query("SELECT id, last_message FROM conversations WHERE tenant = $1 AND user = $2 AND phone_number_id = $3",
                  tenant, user, phone_number_id);
    if (row.next()) return {ConversationId{row->integer(0)}, MessageId{row->integer(1)}};
  }
  db_.run(
      "INSERT INTO conversations (tenant, user, phone_number_id, created_ms, last_message, last_inbound_ms) "
      "VALUES ($1, $2, $3, $4, 0, 0)",
      tenant, user, phone_number_id, to_ms(now_));
  return {ConversationId{db_.last_insert_id()}, {}};
}

void Acceptor::hold(ConversationId conversation, TimePoint until) {
  db_.run(
      "INSERT INTO conversation_sessions (conversation, epoch, first, agent, matched_by, paused_until_ms, paused_by) "
      "VALUES ($1, 0, 0, '', '', $2, $3) ON CONFLICT DO UPDATE SET paused_until_ms = excluded.paused_until_ms, "
      "paused_by = excluded.paused_by WHERE paused_until_ms < excluded.paused_until_ms",
      conversation, to_ms(until), kBusinessApp);
  if (db_.changes() > 0) accepted_.held.push_back(conversation);
}

void Acceptor::message(AcceptItem& item, whatsapp::Message& message) {
  const TenantId tenant = item.item.tenant;
  const bool echo = item.event.kind == whatsapp::ItemKind::kEcho;
  const User user = find_or_make_user(tenant, message.from);
  const Conversation conversation = find_or_make_conversation(tenant, user.id, item.event.phone_number_id);
  const bool waits = !echo && item.ignore_reason.empty();
  const MessageState state = echo ? MessageState::kSent : waits ? MessageState::kPending : MessageState::kIgnored;
  const std::int64_t received_ms = to_ms(item.item.received_at);
  const std::int64_t meta_ms = message.timestamp_s * 1000;
  db_.run(
      "INSERT INTO messages (tenant, conversation, direction, state, type, text, data, wamid, created_ms, meta_ms, "
      "previous, inbox, turn, part, attempts, due_ms, error_code, reason, agent, raw_bytes) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, 0, 0, 0, $13, $15, $14)",
      tenant, conversation.id, echo ? Direction::kOutbound : Direction::kInbound, state, message.type,
      message.view.text, message.view.data, message.id, received_ms, meta_ms, conversation.last, item.item.seq,
      echo ? std::string("written in the business app") : item.ignore_reason, item.item.raw.size(),
      echo ? kBusinessApp : std::string_view());
  const MessageId id{db_.last_insert_id()};
  echo ? tally_.went_out(tenant, item.item.received_at) : tally_.came_in(tenant, item.item.received_at);
  auto& stored = tally_.stored(tenant);
  stored.conversations += conversation.last ? 0 : 1;
  ++stored.messages;
  stored.bytes += bytes_of(message.view, item.item.raw);
  db_.run("UPDATE conversations SET last_message = $1, last_inbound_ms = max(last_inbound_ms, $2) WHERE id = $3", id,
          echo ? 0 : meta_ms, conversation.id);
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
                               0});
}

Outgoing Acceptor::outgoing_of(TenantId tenant, const whatsapp::Status& status) {
  const auto read = [tenant](Database::Query row) {
    if (!row.next()) return Outgoing{};
    return Outgoing{MessageId{row->integer(0)}, tenant, static_cast<MessageState>(row->integer(1)),
                    MessageId{row->integer(2)}, static_cast<int>(row->integer(3))};
  };
  if (const auto ours = parse_callback_data(status.callback_data)) {
    const auto found =
        read(db_.query("SELECT id, state, turn, part FROM messages WHERE id = $1 AND tenant = $2 AND direction = 1",
                       ours->message, tenant));
    if (found.id) return found;
  }
  return read(
      db_.query("SELECT id, state, turn, part FROM messages WHERE tenant = $1 AND wamid = $2 AND direction = 1 "
                "AND wamid <> ''",
                tenant, status.id));
}

void Acceptor::status(AcceptItem& item, const whatsapp::Status& status) {
  const TenantId tenant = item.item.tenant;
  Outgoing message = outgoing_of(tenant, status);
  const std::string errors = errors_json(status.errors);
  db_.run(
      "INSERT INTO statuses (tenant, message, wamid, status, participant, meta_ms, received_ms, errors, pricing) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      tenant, message.id, status.id, status.status, status.participant, status.timestamp_s * 1000,
      to_ms(item.item.received_at), errors, status.pricing);
  tally_.stored(tenant).bytes += kRowBytes;
  ++accepted_.statuses;
  if (message.id)
    return advance_by_status(db_, message, status.status, status.id, errors, item.item.received_at, tally_);
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

Accepted Acceptor::finish() {
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
    if (!message->from.phone.empty() || !message->from.bsuid.empty()) return this->message(item, *message);
    return event(item, "message", message->view, message->type);  // nobody to answer: kept and shown
  }
  if (const auto* status = std::get_if<whatsapp::Status>(&what)) return this->status(item, *status);
  if (const auto* call = std::get_if<whatsapp::Call>(&what)) return event(item, "call", call->view, call->event);
  const auto& change = std::get<whatsapp::Change>(what);
  event(item, item.event.kind == whatsapp::ItemKind::kUnparsed ? "unparsed" : "change", change.view, change.event);
}

}  // namespace claw::sqlite
