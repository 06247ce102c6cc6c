#include "whatsapp/graph_json.hpp"

#include "whatsapp/graph_answer.hpp"
#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {

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
