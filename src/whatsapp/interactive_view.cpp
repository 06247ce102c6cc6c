#include <fmt/format.h>

#include "whatsapp/message_view.hpp"

namespace claw::whatsapp {
namespace {

void render_button_reply(const json::object& reply, Content& out) {
  out.text = text_at(reply, "title");
  out.data["button"] = pick(reply, {"id", "title"});
}

void render_list_reply(const json::object& reply, Content& out) {
  out.text = text_at(reply, "title");
  out.data["list"] = pick(reply, {"id", "title", "description"});
}

/// The answers of a form. They come as a JSON text inside the JSON; where that text is broken it is kept as it is.
void render_form(const json::object& reply, Content& out) {
  const auto name = text_at(reply, "name");
  auto data = pick(reply, {"name", "body"});
  std::string summary = text_at(reply, "body");
  const auto* response = find(reply, "response_json");
  const auto answers = !response               ? parse_json("{}")
                       : response->is_string() ? parse_json(response->get_string())
                                               : std::expected<json::value, JsonFault>(*response);
  if (answers && answers->is_object()) {
    // The token is the sender's own bookkeeping; among the answers it would be read as one.
    json::object fields;
    for (const auto& answer : answers->get_object()) {
      auto& place = answer.key() == "flow_token" ? data : fields;
      place[answer.key()] = answer.value();
    }
    if (auto lines = summary_of(fields); !lines.empty()) summary = std::move(lines);
    data["answers"] = std::move(fields);
  } else {
    data["response_json"] = *response;
  }
  const bool is_address = name == "address_message";
  out.text = joined({is_address ? "[address]" : "[form]", summary}, " ");
  out.data[is_address ? "address" : "flow"] = std::move(data);
}

void render_call_permission(const json::object& reply, Content& out) {
  const auto response = text_at(reply, "response");
  out.text = response == "accept"   ? "[call permission] given"
             : response == "reject" ? "[call permission] refused"
                                    : "[call permission] " + response;
  if (is_true(reply, "is_permanent")) out.text += ", for good";
  out.data["call_permission"] = pick(reply, {"response", "response_source", "expiration_timestamp", "is_permanent"});
}

}  // namespace

void render_button(const json::object& item, Content& out) {
  const auto* button = find_object(item, "button");
  if (!button) {
    out.text = "[button without content]";
    return;
  }
  out.text = text_at(*button, "text");
  // The quick reply of a template: its payload is what `id` is for the buttons of a message.
  out.data["button"] = {{"id", text_at(*button, "payload")}, {"title", out.text}};
}

void render_interactive(const json::object& item, Content& out) {
  const auto* interactive = find_object(item, "interactive");
  if (!interactive) {
    out.text = "[an answer that WhatsApp could not deliver]";
    return;
  }
  const auto type = text_at(*interactive, "type");
  const auto* reply = find_object(*interactive, type);
  if (!reply) {
    out.text = fmt::format("[{} without content]", type.empty() ? "answer" : type);
  } else if (type == "button_reply") {
    render_button_reply(*reply, out);
  } else if (type == "list_reply") {
    render_list_reply(*reply, out);
  } else if (type == "nfm_reply") {
    render_form(*reply, out);
  } else if (type == "call_permission_reply") {
    render_call_permission(*reply, out);
  } else {
    out.text = joined({fmt::format("[{}]", type), summary_of(*reply)}, " ");
    out.data["interactive"] = *interactive;
  }
}

}  // namespace claw::whatsapp
