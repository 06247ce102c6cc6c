#include "agent/chat_protocol.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/json_members.hpp"

namespace claw {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxErrorBytes = 200;
/// Of one answer; what a model wants beyond them is not done.
constexpr std::size_t kMaxToolCalls = 16;

std::string_view role_name(ChatMessage::Role role) {
  switch (role) {
    case ChatMessage::Role::kSystem:
      return "system";
    case ChatMessage::Role::kUser:
      return "user";
    case ChatMessage::Role::kAssistant:
      return "assistant";
    case ChatMessage::Role::kTool:
      return "tool";
  }
  return "user";
}

const json::object* object_in(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value ? value->if_object() : nullptr;
}

const json::object* first_choice(const json::object& from) {
  const auto* choices = from.if_contains("choices");
  if (!choices || !choices->is_array() || choices->get_array().empty()) return nullptr;
  return choices->get_array().front().if_object();
}

/// Tool calls of a whole answer, or what a piece of a stream adds to them: there `index` says to which.
void read_calls(const json::object& from, std::vector<ChatToolCall>& calls) {
  const auto* list = from.if_contains("tool_calls");
  if (!list || !list->is_array()) return;
  for (std::size_t i = 0; i < list->get_array().size(); ++i) {
    const auto* piece = list->get_array()[i].if_object();
    if (!piece) continue;
    const auto* given = piece->if_contains("index");
    const auto index = given && given->is_int64() ? static_cast<std::size_t>(given->get_int64()) : i;
    if (index >= kMaxToolCalls) continue;
    if (calls.size() <= index) calls.resize(index + 1);
    auto& call = calls[index];
    if (auto id = text_member(*piece, "id"); !id.empty()) call.id = std::move(id);
    const auto* function = object_in(*piece, "function");
    if (!function) continue;
    if (auto name = text_member(*function, "name"); !name.empty()) call.name = std::move(name);
    call.arguments += text_member(*function, "arguments");
  }
}

json::object message_json(const ChatMessage& message) {
  json::object shown{{"role", role_name(message.role)}};
  if (message.pictures.empty()) {
    shown["content"] = message.text;
  } else {
    json::array parts;
    if (!message.text.empty()) parts.push_back({{"type", "text"}, {"text", message.text}});
    for (const auto& picture : message.pictures)
      parts.push_back(
          {{"type", "image_url"},
           {"image_url", {{"url", fmt::format("data:{};base64,{}", picture.mime_type, to_base64(picture.bytes))}}}});
    shown["content"] = std::move(parts);
  }
  if (!message.call.empty()) shown["tool_call_id"] = message.call;
  if (message.calls.empty()) return shown;
  json::array calls;
  for (const auto& call : message.calls)
    calls.push_back(
        {{"id", call.id}, {"type", "function"}, {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
  shown["tool_calls"] = std::move(calls);
  return shown;
}

void read_usage(const json::object& from, ChatAnswer& answer) {
  if (auto model = text_member(from, "model"); !model.empty()) answer.model = std::move(model);
  const auto* usage = object_in(from, "usage");
  if (!usage) return;
  answer.prompt_tokens = integer_member(*usage, "prompt_tokens");
  answer.completion_tokens = integer_member(*usage, "completion_tokens");
}

std::string error_of(const json::object& from) {
  const auto* error = from.if_contains("error");
  if (!error || error->is_null()) return {};
  if (error->is_string()) return std::string(error->get_string());
  if (error->is_object())
    if (auto message = text_member(error->get_object(), "message"); !message.empty()) return message;
  return "it gave no reason";
}

Result<ChatAnswer> parse_object(std::string_view body) {
  boost::system::error_code fault;
  const auto value = json::parse(body, fault);
  if (fault || !value.is_object()) return fail(ErrorKind::kInvalid, "the model's answer is no JSON object");
  const auto& root = value.get_object();
  if (const auto error = error_of(root); !error.empty()) return fail(ErrorKind::kInvalid, error);
  const auto* choice = first_choice(root);
  const auto* message = choice ? object_in(*choice, "message") : nullptr;
  if (!message) return fail(ErrorKind::kInvalid, "the model's answer has no choices[0].message");
  ChatAnswer answer;
  answer.text = text_member(*message, "content");
  read_calls(*message, answer.calls);
  read_usage(root, answer);
  return answer;
}

/// Takes the next line off; without its end.
std::string_view next_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  auto line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// Each event of this protocol is one `data:` line.
Result<ChatAnswer> parse_events(std::string_view body) {
  ChatAnswer answer;
  bool ended = false;
  bool error_event = false;
  while (!body.empty()) {
    auto line = next_line(body);
    if (line.starts_with("event:")) error_event = line.find("error") != std::string_view::npos;
    if (!line.starts_with("data:")) continue;
    line.remove_prefix(5);
    while (line.starts_with(' ')) line.remove_prefix(1);
    if (line == "[DONE]") {
      ended = true;
      break;
    }
    boost::system::error_code fault;
    const auto value = json::parse(line, fault);
    if (fault || !value.is_object())
      return fail(ErrorKind::kInvalid, "the model's stream holds what is no JSON object");
    const auto& chunk = value.get_object();
    if (const auto error = error_of(chunk); !error.empty()) return fail(ErrorKind::kInvalid, error);
    if (error_event) return fail(ErrorKind::kInvalid, chat_error_text(line));
    read_usage(chunk, answer);
    const auto* choice = first_choice(chunk);
    if (!choice) continue;
    if (const auto* delta = object_in(*choice, "delta")) {
      answer.text += text_member(*delta, "content");
      read_calls(*delta, answer.calls);
    }
    ended = ended || !text_member(*choice, "finish_reason").empty();
  }
  if (!ended) return fail(ErrorKind::kInvalid, "the model's stream ended in the middle");
  return answer;
}

}  // namespace

std::string chat_request_json(std::string_view model, const std::vector<ChatMessage>& messages, std::string_view user,
                              bool stream, std::string_view tools) {
  json::array list;
  for (const auto& message : messages) list.push_back(message_json(message));
  json::object body{{"model", model}, {"messages", std::move(list)}, {"user", user}, {"stream", stream}};
  if (!tools.empty()) body["tools"] = json::parse(tools);
  if (stream) body["stream_options"] = {{"include_usage", true}};
  return json::serialize(body);
}

Result<ChatAnswer> parse_chat_answer(std::string_view content_type, std::string_view body) {
  return content_type.starts_with("text/event-stream") ? parse_events(body) : parse_object(body);
}

std::string chat_error_text(std::string_view body) {
  boost::system::error_code fault;
  const auto value = json::parse(body, fault);
  if (!fault && value.is_object())
    if (auto error = error_of(value.get_object()); !error.empty()) return error.substr(0, kMaxErrorBytes);
  std::string text(body.substr(0, kMaxErrorBytes));
  std::ranges::replace_if(text, [](unsigned char c) { return c < 32 || c > 126; }, ' ');
  return text.empty() ? "it gave no reason" : text;
}

std::vector<ChatMessage> within_window(std::vector<ChatMessage> messages, std::size_t max_turns,
                                       std::size_t max_tokens) {
  constexpr std::size_t kBytesPerToken = 4;
  const std::size_t first = !messages.empty() && messages.front().role == ChatMessage::Role::kSystem ? 1 : 0;
  std::size_t tokens = 0;
  std::size_t turns = 0;
  for (std::size_t i = 0; i < first; ++i) tokens += messages[i].text.size() / kBytesPerToken;
  std::size_t keep_from = messages.size();
  while (keep_from > first) {
    const auto& message = messages[keep_from - 1];
    tokens += message.text.size() / kBytesPerToken;
    turns += message.role == ChatMessage::Role::kUser;
    if (keep_from < messages.size() && (tokens > max_tokens || turns > max_turns)) break;
    --keep_from;
  }
  // An answer without its question would puzzle the model.
  while (keep_from + 1 < messages.size() && messages[keep_from].role == ChatMessage::Role::kAssistant) ++keep_from;
  messages.erase(messages.begin() + static_cast<std::ptrdiff_t>(first),
                 messages.begin() + static_cast<std::ptrdiff_t>(keep_from));
  return messages;
}

}  // namespace claw
