#include "whatsapp/outgoing.hpp"

#include <fmt/format.h>

#include "whatsapp/json.hpp"
#include "whatsapp/outgoing_rules.hpp"
#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

constexpr std::int64_t kMaxCallbackData = 512;

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

constexpr Rule kEnvelope[] = {optional(object("context")),
                              optional(id("context.message_id")),
                              {"biz_opaque_callback_data", Shape::kText, false, 0, kMaxCallbackData}};

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
  auto parsed = parse_json(message);
  if (!parsed || !parsed->is_object()) return std::unexpected(OutgoingFault{"message", "a JSON object", ""});
  auto& object = parsed->get_object();
  auto type = type_of(object);
  if (!type) return std::unexpected(std::move(type.error()));
  Outgoing out;
  out.type = std::move(*type);
  if (auto fault = fault_in_content(out.type, object)) return std::unexpected(std::move(*fault));
  if (auto fault = fault_in(object, kEnvelope)) return std::unexpected(std::move(*fault));
  out.view = outgoing_view(out.type, object);
  return out;
}

}  // namespace claw::whatsapp
