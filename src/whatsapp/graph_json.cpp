#include "whatsapp/graph_json.hpp"

#include <fmt/format.h>

#include "whatsapp/json.hpp"
#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

bool is_success(int http_status) {
  return http_status >= 200 && http_status < 300;
}

void read_error(const json::object& error, GraphError& out) {
  out.has_error_object = true;
  out.code = number_at(error, "code").value_or(0);
  out.subcode = number_at(error, "error_subcode").value_or(0);
  out.message = text_at(error, "message");
  out.fbtrace_id = text_at(error, "fbtrace_id");
  out.is_transient = is_true(error, "is_transient");
  // error_data is an object in messaging answers and a plain string in some others.
  const auto* data = find(error, "error_data");
  const auto* object = data ? data->if_object() : nullptr;
  out.details = object ? text_at(*object, "details") : text_of(data);
  if (out.details.empty()) out.details = text_at(error, "error_user_msg");
}

GraphError error_of(int http_status, const json::object* answer, std::string_view without_error_object) {
  GraphError out;
  out.http_status = http_status;
  if (const auto* error = answer ? find_object(*answer, "error") : nullptr) {
    read_error(*error, out);
  } else {
    out.message = fmt::format("HTTP {}: {}", http_status, without_error_object);
  }
  return out;
}

/// Runs `read` on the answer's object (null if it is none): what both parsers have in common.
template <class T, class Read>
std::expected<T, GraphError> parse_answer(int http_status, std::string_view body, Read read) {
  const auto parsed = parse_json(body);
  const auto* answer = parsed ? parsed->if_object() : nullptr;
  if (!answer) return std::unexpected(error_of(http_status, nullptr, body.empty() ? "empty body" : "no JSON object"));
  return read(*answer);
}

}  // namespace

std::string text_message_json(const Recipient& to, std::string_view text, std::string_view callback_data,
                              std::string_view reply_to) {
  json::object message{{"messaging_product", "whatsapp"}, {"recipient_type", "individual"}};
  if (!to.phone.empty()) {
    message["to"] = valid_utf8(to.phone);
  } else {
    message["recipient"] = valid_utf8(to.bsuid);
  }
  if (!reply_to.empty()) message["context"] = {{"message_id", valid_utf8(reply_to)}};
  message["type"] = "text";
  message["text"] = {{"body", valid_utf8(text)}};
  if (!callback_data.empty()) message["biz_opaque_callback_data"] = valid_utf8(callback_data);
  return write_json(message);
}

std::string read_json(std::string_view wamid, bool typing) {
  json::object message{{"messaging_product", "whatsapp"}, {"status", "read"}, {"message_id", valid_utf8(wamid)}};
  if (typing) message["typing_indicator"] = {{"type", "text"}};
  return write_json(message);
}

std::expected<SendAnswer, GraphError> parse_send_answer(int http_status, std::string_view body) {
  return parse_answer<SendAnswer>(
      http_status, body, [&](const json::object& answer) -> std::expected<SendAnswer, GraphError> {
        const auto first = [&](std::string_view array) -> const json::object* {
          const auto* found = find_array(answer, array);
          return found && !found->empty() ? found->front().if_object() : nullptr;
        };
        SendAnswer out;
        if (const auto* message = first("messages")) {
          out.wamid = text_at(*message, "id");
          out.message_status = text_at(*message, "message_status");
        }
        if (!is_success(http_status) || find(answer, "error") || out.wamid.empty()) {
          return std::unexpected(error_of(http_status, &answer, "no message id and no error object"));
        }
        if (const auto* contact = first("contacts")) {
          out.wa_id = text_at(*contact, "wa_id");
          out.user_id = text_at(*contact, "user_id");
        }
        return out;
      });
}

std::expected<void, GraphError> parse_success_answer(int http_status, std::string_view body) {
  return parse_answer<void>(http_status, body, [&](const json::object& answer) -> std::expected<void, GraphError> {
    if (is_success(http_status) && !find(answer, "error") && is_true(answer, "success")) return {};
    return std::unexpected(error_of(http_status, &answer, "neither success nor an error object"));
  });
}

}  // namespace claw::whatsapp
