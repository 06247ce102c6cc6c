#include "api/json_view.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "whatsapp/errors.hpp"

namespace claw {
namespace {

namespace json = boost::json;

json::value parsed(const std::string& text) {
  boost::system::error_code fault;
  auto value = json::parse(text, fault);
  return fault ? json::value(nullptr) : value;
}

/// The raw webhook as JSON; bytes that are none as base64, so that nothing of them is lost.
void put_raw(json::object& into, const std::string& raw) {
  if (raw.empty()) {
    into["raw"] = nullptr;
    return;
  }
  boost::system::error_code fault;
  auto value = json::parse(raw, fault);
  if (!fault)
    into["raw"] = std::move(value);
  else
    into["raw_base64"] = to_base64(raw);
}

json::object of_status(const StatusRecord& status) {
  json::object entry{{"status", status.status},
                     {"at", time_json(status.at)},
                     {"received_at", time_json(status.received_at)},
                     {"errors", parsed(status.errors)},
                     {"pricing", status.pricing.empty() ? json::value(nullptr) : parsed(status.pricing)}};
  if (!status.participant.empty()) entry["participant"] = status.participant;
  return entry;
}

json::object user_in_short(const std::string& id, const std::string& name) {
  return {{"id", id}, {"name", text_or_null(name)}, {"kind", is_group(id) ? "group" : "person"}};
}

/// Null where it is closed.
json::value window_end(TimePoint until, TimePoint now) {
  return until > now ? time_json(until) : json::value(nullptr);
}

}  // namespace

json::value time_json(TimePoint time) {
  if (to_ms(time) == 0) return nullptr;
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  return json::value(json::string(fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", second, (time - second).count())));
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value error_json(std::int64_t code) {
  if (code == 0) return nullptr;
  const auto& known = whatsapp::error_info(code);
  return {{"code", code},
          {"name", known.name},
          {"retry", whatsapp::to_string(known.retry)},
          {"advice", known.advice},
          {"whose", whatsapp::to_string(whatsapp::whose_move(known))},
          {"link", whatsapp::kErrorPage}};
}

json::object message_json(const MessageRecord& record, const PublicIds& ids) {
  const bool inbound = record.direction == Direction::kInbound;
  // What belongs to no turn was said by a person, and their name stands where an agent's would.
  const bool by_hand = !inbound && !record.turn;
  json::object message{{"id", ids.name('m', record.id.value)},
                       {"direction", inbound ? "inbound" : "outbound"},
                       {"state", to_string(record.state)},
                       {"user", user_in_short(record.user, record.user_name)},
                       {"conversation", ids.name('c', record.conversation.value)},
                       {"phone_number_id", record.phone_number_id},
                       {"type", record.type},
                       {"text", record.view.text},
                       {"data", parsed(record.view.data)},
                       {"wamid", text_or_null(record.wamid)},
                       {"created_at", time_json(record.created_at)},
                       {"meta_time", time_json(record.meta_time)},
                       {"agent", by_hand ? json::value(nullptr) : text_or_null(record.agent)},
                       {"reason", text_or_null(record.reason)}};
  if (!record.usage.empty()) message["usage"] = parsed(record.usage);
  if (inbound) message["matched_by"] = text_or_null(record.matched_by);
  if (const auto& author = record.author)
    message["author"] = {{"address", author->phone.empty() ? author->bsuid : author->phone},
                         {"name", text_or_null(author->name)}};
  if (!inbound) {
    message["by"] = by_hand ? text_or_null(record.agent) : json::value(nullptr);
    message["answers"] = record.turn ? json::value(ids.name('m', record.turn.value)) : json::value(nullptr);
    message["part"] = record.part;
    message["attempts"] = record.attempts;
    if (record.instead_of) message["instead_of"] = record.instead_of->view.text;
    if (record.state == MessageState::kQueued) message["due_at"] = time_json(record.due);
  }
  if (record.error_code != 0) message["error"] = error_json(record.error_code);
  return message;
}

json::object delivery_json(const MessageRecord& record, const PublicIds& ids) {
  json::object message = message_json(record, ids);
  json::array statuses;
  for (const auto& status : record.statuses) statuses.push_back(of_status(status));
  message["statuses"] = std::move(statuses);
  return message;
}

json::object message_detail_json(const MessageRecord& record, const PublicIds& ids) {
  json::object message = delivery_json(record, ids);
  put_raw(message, record.raw);
  return message;
}

json::object status_json(const StatusEntry& entry, const PublicIds& ids) {
  json::object status{
      {"id", ids.name('s', entry.id)},
      {"message", entry.message ? json::value(ids.name('m', entry.message.value)) : json::value(nullptr)},
      {"wamid", entry.wamid}};
  for (auto& member : of_status(entry.status)) status.insert(std::move(member));
  return status;
}

json::object event_json(const EventRecord& record, const PublicIds& ids) {
  json::object event{{"id", ids.name('e', record.id)},
                     {"kind", record.kind},
                     {"field", text_or_null(record.field)},
                     {"event", text_or_null(record.event)},
                     {"waba_id", text_or_null(record.waba_id)},
                     {"phone_number_id", text_or_null(record.phone_number_id)},
                     {"text", record.view.text},
                     {"data", parsed(record.view.data)},
                     {"received_at", time_json(record.received_at)},
                     {"meta_time", time_json(record.meta_time)}};
  put_raw(event, record.raw);
  return event;
}

json::object conversation_json(const ConversationRecord& record, TimePoint now, const PublicIds& ids) {
  return {{"id", ids.name('c', record.id.value)},
          {"user", user_in_short(record.user, record.user_name)},
          {"phone_number_id", record.phone_number_id},
          {"created_at", time_json(record.created_at)},
          {"last_message",
           {{"id", ids.name('m', record.last.value)},
            {"direction", record.last_direction == Direction::kInbound ? "inbound" : "outbound"},
            {"state", to_string(record.last_state)},
            {"type", record.last_type},
            {"text", record.last_text},
            {"created_at", time_json(record.last_at)}}},
          {"last_inbound_at", time_json(record.last_inbound)},
          {"window_ends_at", window_end(record.window_until, now)},
          {"held_by", record.held_until > now ? text_or_null(record.held_by) : json::value(nullptr)},
          {"held_until", record.held_until > now ? time_json(record.held_until) : json::value(nullptr)}};
}

json::object conversation_detail_json(const ConversationRecord& record, const Tenant& tenant, TimePoint now,
                                      const PublicIds& ids) {
  auto conversation = conversation_json(record, now, ids);
  const auto& delivery = tenant.delivery;
  const bool by_template = delivery.outside_window == OutsideWindow::kTemplate;
  conversation["outside_window"] = {{"does", to_string(delivery.outside_window)},
                                    {"template", by_template ? json::value(delivery.template_name) : nullptr}};
  return conversation;
}

json::object user_json(const UserRecord& record) {
  return {{"id", record.id},
          {"kind", is_group(record.id) ? "group" : "person"},
          {"name", text_or_null(record.name)},
          {"phone", text_or_null(record.phone)},
          {"bsuid", text_or_null(record.bsuid)},
          {"created_at", time_json(record.created_at)}};
}

json::object user_detail_json(const UserRecord& record, TimePoint now, const PublicIds& ids) {
  json::object user = user_json(record);
  json::array conversations;
  for (const auto& conversation : record.conversations)
    conversations.push_back(conversation_json(conversation, now, ids));
  user["conversations"] = std::move(conversations);
  json::array addresses;
  for (const auto& address : record.addresses)
    addresses.push_back({{"address", address}, {"kind", whatsapp::is_bsuid(address) ? "bsuid" : "phone"}});
  user["addresses"] = std::move(addresses);
  user["also_known_as"] = json::array(record.also_known_as.begin(), record.also_known_as.end());
  return user;
}

}  // namespace claw
