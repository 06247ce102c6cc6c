#include "events/event_body.hpp"

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "whatsapp/errors.hpp"

namespace claw {
namespace {

namespace json = boost::json;

json::value time_of(TimePoint time) {
  if (to_ms(time) == 0) return nullptr;
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  return json::value(json::string(fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", second, (time - second).count())));
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object object_in(const std::string& text) {
  boost::system::error_code fault;
  auto value = json::parse(text, fault);
  return fault || !value.is_object() ? json::object() : value.get_object();
}

std::string text_of(const json::object& in, std::string_view name) {
  const auto* value = in.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_of(const json::object& in, std::string_view name) {
  const auto* value = in.if_contains(name);
  return value && value->is_int64() ? value->get_int64() : 0;
}

/// The state by which the event is called: the message may be further by now.
std::string_view state_of(EventKind kind) {
  switch (kind) {
    case EventKind::kMessageAnswered:
      return "answered";
    case EventKind::kMessageAgentFailed:
      return "agent_failed";
    case EventKind::kMessageSent:
      return "sent";
    case EventKind::kMessageDelivered:
      return "delivered";
    case EventKind::kMessageRead:
      return "read";
    case EventKind::kMessagePlayed:
      return "played";
    case EventKind::kMessageFailed:
      return "failed";
    case EventKind::kMessageUnknown:
      return "unknown";
    default:
      return "received";
  }
}

json::object message_data(const SinkEvent& event, const MessageRecord& message, const PublicIds& ids) {
  const bool inbound = message.direction == Direction::kInbound;
  json::object data{{"id", ids.name('m', message.id.value)},
                    {"conversation", ids.name('c', message.conversation.value)},
                    {"user", message.user},
                    {"user_name", text_or_null(message.user_name)},
                    {"phone_number_id", message.phone_number_id},
                    {"direction", inbound ? "inbound" : "outbound"},
                    {"state", state_of(event.kind)},
                    {"type", message.type},
                    {"text", message.view.text},
                    {"data", object_in(message.view.data)},
                    {"wamid", text_or_null(message.wamid)},
                    {"agent", text_or_null(message.agent)},
                    {"created_at", time_of(message.created_at)}};
  if (!inbound) data["answers"] = message.turn ? json::value(ids.name('m', message.turn.value)) : json::value(nullptr);
  const auto then = object_in(event.detail);
  if (auto reason = text_of(then, "reason"); !reason.empty()) data["reason"] = std::move(reason);
  if (const auto code = number_of(then, "code"); code != 0) {
    const auto& known = whatsapp::error_info(code);
    data["error"] = {{"code", code}, {"name", known.name}, {"advice", known.advice}};
  }
  return data;
}

json::object conversation_data(const SinkEvent& event, const EventFacts& facts, const PublicIds& ids) {
  const auto then = object_in(event.detail);
  json::object data{{"conversation", ids.name('c', event.subject)}, {"by", text_or_null(text_of(then, "by"))}};
  if (facts.conversation) {
    data["user"] = facts.conversation->user;
    data["user_name"] = text_or_null(facts.conversation->user_name);
    data["phone_number_id"] = facts.conversation->phone_number_id;
  }
  if (event.kind == EventKind::kConversationTakenOver)
    data["held_until"] = time_of(from_ms(number_of(then, "held_until_ms")));
  return data;
}

/// What stood in the access list at that moment; empty texts are null.
json::object user_data(const SinkEvent& event) {
  json::object data = object_in(event.detail);
  for (auto& member : data)
    if (member.value().is_string() && member.value().get_string().empty()) member.value() = nullptr;
  return data;
}

json::object account_data(const EventRecord& told, const PublicIds& ids) {
  return {{"id", ids.name('e', told.id)},
          {"field", text_or_null(told.field)},
          {"event", text_or_null(told.event)},
          {"waba_id", text_or_null(told.waba_id)},
          {"phone_number_id", text_or_null(told.phone_number_id)},
          {"text", told.view.text},
          {"data", object_in(told.view.data)}};
}

json::object data_of(const SinkEvent& event, const EventFacts& facts, const PublicIds& ids) {
  if (facts.message) return message_data(event, *facts.message, ids);
  if (facts.told) return account_data(*facts.told, ids);
  if (event.kind == EventKind::kConversationTakenOver || event.kind == EventKind::kConversationHandedBack)
    return conversation_data(event, facts, ids);
  return user_data(event);
}

std::string body_of(std::string_view type, TimePoint at, json::object data) {
  return json::serialize(json::object{{"type", type}, {"timestamp", time_of(at)}, {"data", std::move(data)}});
}

json::array* array_in(json::value& of, std::string_view name) {
  auto* object = of.if_object();
  auto* member = object ? object->if_contains(name) : nullptr;
  return member ? member->if_array() : nullptr;
}

/// In the statuses of a change the bot's own data takes the place of ours.
void give_back(json::value& change, std::string_view own_callback_data) {
  auto* const object = change.if_object();
  auto* const value = object ? object->if_contains("value") : nullptr;
  auto* const statuses = value ? array_in(*value, "statuses") : nullptr;
  if (!statuses) return;
  for (auto& status : *statuses) {
    if (!status.is_object()) continue;
    status.get_object().erase("biz_opaque_callback_data");
    if (!own_callback_data.empty()) status.get_object()["biz_opaque_callback_data"] = own_callback_data;
  }
}

}  // namespace

std::string event_body(const SinkEvent& event, const EventFacts& facts, const PublicIds& ids) {
  return body_of(to_string(event.kind), event.at, data_of(event, facts, ids));
}

std::string test_event_body(std::string_view sink, TimePoint at) {
  return body_of("webhook.test", at, {{"webhook", sink}, {"text", "A test: nothing happened."}});
}

std::string bot_status_body(std::string raw, std::string_view own_callback_data) {
  boost::system::error_code fault;
  json::value body = json::parse(raw, fault);
  auto* const entries = fault ? nullptr : array_in(body, "entry");
  if (!entries) return raw;
  for (auto& entry : *entries)
    if (auto* const changes = array_in(entry, "changes"))
      for (auto& change : *changes) give_back(change, own_callback_data);
  return json::serialize(body);
}

}  // namespace claw
