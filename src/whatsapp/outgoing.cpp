#include "whatsapp/outgoing.hpp"

#include <fmt/format.h>

#include "whatsapp/json.hpp"
#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

/// The Cloud API's own members of a message; empty for a plain text.
json::object members_of(const Outgoing& message) {
  if (message.view.data.size() <= 2) return {};
  const auto data = parse_json(message.view.data);
  if (!data || !data->is_object()) return {};
  const auto* members = find_object(data->get_object(), "message");
  return members ? *members : json::object{};
}

/// Where in a message a file's id can stand: under one of these names, as `id`.
bool is_file(std::string_view name) {
  return name == "image" || name == "video" || name == "audio" || name == "document" || name == "sticker";
}

bool replace_ids(json::value& in, const std::function<std::string(const std::string&)>& each) {
  bool changed = false;
  if (auto* array = in.if_array()) {
    for (auto& element : *array) changed |= replace_ids(element, each);
  } else if (auto* object = in.if_object()) {
    for (auto& [name, value] : *object) {
      auto* const file = is_file(name) ? value.if_object() : nullptr;
      if (!file) {
        changed |= replace_ids(value, each);
      } else if (auto id = text_at(*file, "id"); !id.empty()) {
        auto other = each(id);
        changed |= other != id;
        (*file)["id"] = std::move(other);
      }
    }
  }
  return changed;
}

}  // namespace

std::string OutgoingFault::words() const {
  return given.empty() ? fmt::format("{}: {}", field, limit) : fmt::format("{}: {}, given {}", field, limit, given);
}

std::string message_json(const Recipient& to, const Outgoing& message, std::string_view callback_data) {
  json::object body{{"messaging_product", "whatsapp"}, {"recipient_type", to.group.empty() ? "individual" : "group"}};
  if (!to.group.empty()) {
    body["to"] = valid_utf8(to.group);
  } else if (!to.phone.empty()) {
    body["to"] = valid_utf8(to.phone);
  } else {
    body["recipient"] = valid_utf8(to.bsuid);
  }
  body["type"] = valid_utf8(message.type);
  for (auto& member : members_of(message)) body[member.key()] = std::move(member.value());
  if (message.is_text()) {
    auto& text = body["text"];
    if (!text.is_object()) text.emplace_object();
    text.get_object()["body"] = valid_utf8(message.view.text);
  }
  body.erase("biz_opaque_callback_data");
  if (!callback_data.empty()) body["biz_opaque_callback_data"] = valid_utf8(callback_data);
  return write_json(body);
}

std::string own_callback_data(const Outgoing& message) {
  return text_at(members_of(message), "biz_opaque_callback_data");
}

void replace_file_ids(Outgoing& message, const std::function<std::string(const std::string& id)>& each) {
  if (message.view.data.size() <= 2) return;
  auto data = parse_json(message.view.data);
  if (!data || !data->is_object()) return;
  auto* const members = data->get_object().if_contains("message");
  if (members && replace_ids(*members, each)) message.view.data = write_json(*data);
}

std::expected<Outgoing, OutgoingFault> read_outgoing(std::string_view message) {
  const auto parsed = parse_json(message);
  if (!parsed || !parsed->is_object()) return std::unexpected(OutgoingFault{"message", "a JSON object", ""});
  const auto& object = parsed->get_object();
  Outgoing out;
  out.type = text_at(object, "type");
  if (!find(object, out.type)) return std::unexpected(OutgoingFault{out.type, "the content of its type", ""});
  if (out.is_text()) {
    out.view.text = text_at(*find_object(object, "text"), "body");
    out.view.data = "{}";
    return out;
  }
  out.view.text = fmt::format("[{}]", out.type);
  out.view.data =
      write_json(json::object{{"message", pick(object, {out.type, "context", "biz_opaque_callback_data"})}});
  return out;
}

}  // namespace claw::whatsapp
