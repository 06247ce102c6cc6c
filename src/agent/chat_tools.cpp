#include "agent/chat_tools.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/json_members.hpp"

namespace claw {
namespace {

namespace json = boost::json;

constexpr std::string_view kDefinitions = R"json([
{"type":"function","function":{"name":"send_buttons","description":"Ask with up to 3 buttons to tap. Titles have 20 characters at most.",
 "parameters":{"type":"object","properties":{"text":{"type":"string"},"buttons":{"type":"array","minItems":1,"maxItems":3,"items":{"type":"object",
 "properties":{"id":{"type":"string"},"title":{"type":"string"}},"required":["id","title"]}}},"required":["text","buttons"]}}},
{"type":"function","function":{"name":"send_list","description":"Offer up to 10 choices in a list. `button` opens it (20 characters); a row's title has 24 characters at most, its description 72.",
 "parameters":{"type":"object","properties":{"text":{"type":"string"},"button":{"type":"string"},"rows":{"type":"array","minItems":1,"maxItems":10,"items":{"type":"object",
 "properties":{"id":{"type":"string"},"title":{"type":"string"},"description":{"type":"string"}},"required":["id","title"]}}},"required":["text","button","rows"]}}},
{"type":"function","function":{"name":"send_media","description":"Send a picture, a video, an audio file or a document from a public https address.",
 "parameters":{"type":"object","properties":{"kind":{"type":"string","enum":["image","video","audio","document"]},"url":{"type":"string"},"caption":{"type":"string"},
 "filename":{"type":"string"}},"required":["kind","url"]}}},
{"type":"function","function":{"name":"send_location","description":"Send a place on the map.",
 "parameters":{"type":"object","properties":{"latitude":{"type":"number"},"longitude":{"type":"number"},"name":{"type":"string"},"address":{"type":"string"}},
 "required":["latitude","longitude"]}}},
{"type":"function","function":{"name":"react","description":"React with one emoji to the message you are answering.",
 "parameters":{"type":"object","properties":{"emoji":{"type":"string"}},"required":["emoji"]}}},
{"type":"function","function":{"name":"hand_off","description":"Let a person of the business go on with this conversation. Tell the customer so yourself.",
 "parameters":{"type":"object","properties":{"reason":{"type":"string"}},"required":["reason"]}}},
{"type":"function","function":{"name":"remember","description":"Keep something about this customer for later conversations.",
 "parameters":{"type":"object","properties":{"key":{"type":"string"},"value":{"type":"string"}},"required":["key","value"]}}},
{"type":"function","function":{"name":"recall","description":"Read what was remembered about this customer.",
 "parameters":{"type":"object","properties":{"key":{"type":"string"}},"required":["key"]}}}])json";

json::value member_of(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value ? *value : json::value();
}

json::object buttons_message(const json::object& asked) {
  json::array buttons;
  if (const auto* list = asked.if_contains("buttons"); list && list->is_array())
    for (const auto& each : list->get_array()) buttons.push_back({{"type", "reply"}, {"reply", each}});
  return {{"type", "interactive"},
          {"interactive",
           {{"type", "button"},
            {"body", {{"text", text_member(asked, "text")}}},
            {"action", {{"buttons", std::move(buttons)}}}}}};
}

json::object list_message(const json::object& asked) {
  return {
      {"type", "interactive"},
      {"interactive",
       {{"type", "list"},
        {"body", {{"text", text_member(asked, "text")}}},
        {"action", {{"button", text_member(asked, "button")}, {"sections", {{{"rows", member_of(asked, "rows")}}}}}}}}};
}

json::object media_message(const json::object& asked) {
  const auto kind = text_member(asked, "kind");
  json::object media{{"link", text_member(asked, "url")}};
  for (const auto* name : {"caption", "filename"}) {
    const bool fits = std::string_view(name) == "caption" ? kind != "audio" : kind == "document";
    if (auto text = text_member(asked, name); fits && !text.empty()) media[name] = std::move(text);
  }
  return {{"type", kind}, {kind, std::move(media)}};
}

json::object location_message(const json::object& asked) {
  return {{"type", "location"}, {"location", asked}};
}

json::object reaction_message(const json::object& asked, std::string_view wamid) {
  return {{"type", "reaction"}, {"reaction", {{"message_id", wamid}, {"emoji", text_member(asked, "emoji")}}}};
}

}  // namespace

std::string_view ChatTools::definitions() {
  return kDefinitions;
}

std::string ChatTools::key_of(std::string_view key) const {
  return fmt::format("memory:{}:{}", turn_.message.user, key);
}

Task<std::string> ChatTools::remember(std::string key, std::string value) {
  if (key.empty() || key.size() > 100) co_return "Not kept: the key must have 1 to 100 bytes.";
  if (value.size() > kMaxMemoryBytes)
    co_return fmt::format("Not kept: the value must have {} bytes at most.", kMaxMemoryBytes);
  const auto kept = co_await ledger_.kv_put(turn_.tenant->id, key_of(key), std::move(value));
  co_return kept ? "Kept." : "Not kept: " + kept.error().message;
}

Task<std::string> ChatTools::recall(std::string key) {
  auto value = co_await ledger_.kv_get(turn_.tenant->id, key_of(key));
  if (value) co_return std::move(*value);
  co_return value.error().kind == ErrorKind::kNotFound ? "Nothing is remembered under this key."
                                                       : value.error().message;
}

Task<std::string> ChatTools::use(const ChatToolCall& call) {
  boost::system::error_code fault;
  const auto value = json::parse(call.arguments.empty() ? "{}" : call.arguments, fault);
  if (fault || !value.is_object()) co_return "The arguments are no JSON object.";
  const auto& asked = value.get_object();
  json::object message;
  if (call.name == "remember") co_return co_await remember(text_member(asked, "key"), text_member(asked, "value"));
  if (call.name == "recall") co_return co_await recall(text_member(asked, "key"));
  if (call.name == "hand_off") {
    reply_.hand_off = text_member(asked, "reason");
    if (reply_.hand_off.empty()) reply_.hand_off = "the agent gave no reason";
    co_return "A person goes on after this turn.";
  }
  if (call.name == "send_buttons")
    message = buttons_message(asked);
  else if (call.name == "send_list")
    message = list_message(asked);
  else if (call.name == "send_media")
    message = media_message(asked);
  else if (call.name == "send_location")
    message = location_message(asked);
  else if (call.name == "react")
    message = reaction_message(asked, turn_.message.wamid);
  else
    co_return "There is no such tool.";
  auto read = whatsapp::read_outgoing(json::serialize(message));
  if (!read) co_return "Not sent: " + read.error().words();
  reply_.messages.push_back(std::move(*read));
  co_return "It will be sent.";
}

}  // namespace claw
