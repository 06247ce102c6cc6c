#include "whatsapp/message_view.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "whatsapp/person.hpp"

namespace claw::whatsapp {
namespace {

void render_text(const json::object& item, Content& out) {
  const auto* text = find_object(item, "text");
  out.text = text ? text_at(*text, "body") : "[text without content]";
  if (text) out.message.body = out.text;
}

/// "+4915550000012", or the BSUID, or "unknown".
std::string name_of(const Person& person) {
  if (!person.phone.empty()) return "+" + person.phone;
  return person.bsuid.empty() ? "unknown" : person.bsuid;
}

void render_system(const json::object& item, Content& out) {
  const auto* system = find_object(item, "system");
  if (!system) {
    out.text = "[system message without content]";
    return;
  }
  const auto type = text_at(*system, "type");
  out.data["system"] = pick(*system, {"type", "body", "customer", "wa_id", "new_wa_id", "user_id", "parent_user_id"});
  if (type == "customer_identity_changed") {
    out.text =
        "[identity changed] The sender's security code changed: a new phone, or another person with this number.";
    return;
  }
  if (type != "user_changed_number" && type != "user_changed_user_id" && type != "customer_changed_number") {
    out.text = joined({"[system]", text_at(*system, "body")}, " ");
    return;
  }
  auto& message = out.message;
  // `customer` is the old number in Meta's older form; the sender's number is it in the newer one.
  if (message.from.phone.empty()) message.from.phone = phone_digits(text_at(*system, "customer"));
  auto new_id = text_at(*system, "wa_id");
  if (new_id.empty()) new_id = text_at(*system, "new_wa_id");
  message.changed_to = person_of({new_id, text_at(*system, "user_id"), text_at(*system, "parent_user_id")}, nullptr);
  out.text = fmt::format("[{} changed] {} is now {}", type == "user_changed_user_id" ? "user id" : "number",
                         name_of(message.from), name_of(message.changed_to));
}

void render_edit(const json::object& item, Content& out) {
  const auto* edit = find_object(item, "edit");
  out.message.target = edit ? text_at(*edit, "original_message_id") : std::string();
  out.data["edit"] = {{"message_id", out.message.target}};
  const auto* changed = edit ? find_object(*edit, "message") : nullptr;
  // An edit of an edit is no message of Meta's; without this it would be a recursion that the sender controls.
  const auto type = changed ? text_at(*changed, "type") : std::string();
  if (!changed || type == "edit" || !render_content(type, *changed, out)) {
    out.text = "[edited a message]";
    return;
  }
  out.text = "[edited] " + out.text;
  out.message.body.clear();
  if (const auto* context = find_object(*changed, "context")) out.message.reply_to = text_at(*context, "id");
}

void render_revoke(const json::object& item, Content& out) {
  const auto* revoke = find_object(item, "revoke");
  out.message.target = revoke ? text_at(*revoke, "original_message_id") : std::string();
  out.data["revoke"] = {{"message_id", out.message.target}};
  out.text = "[deleted a message]";
}

void render_unsupported(const json::object& item, Content& out) {
  const auto* unsupported = find_object(item, "unsupported");
  const auto what = unsupported ? text_at(*unsupported, "type") : std::string();
  out.text = what.empty() ? "[a message of a kind that WhatsApp does not pass on]"
                          : fmt::format("[a message of a kind that WhatsApp does not pass on: {}]", what);
  json::object data;
  if (!what.empty()) data["type"] = what;
  out.data["unsupported"] = std::move(data);
}

/// What every type may carry beside its content.
void add_common(const json::object& item, const json::object& value, Content& out) {
  auto& message = out.message;
  if (const auto* context = find_object(item, "context")) {
    if (message.reply_to.empty()) message.reply_to = text_at(*context, "id");
    if (is_true(*context, "forwarded")) out.data["forwarded"] = true;
    if (is_true(*context, "frequently_forwarded")) out.data["frequently_forwarded"] = true;
    if (const auto* product = find_object(*context, "referred_product")) {
      out.data["product"] = pick(*product, {"catalog_id", "product_retailer_id"});
    }
  }
  if (!message.reply_to.empty()) out.data["reply_to"] = message.reply_to;
  if (!message.group_id.empty()) out.data["group_id"] = message.group_id;
  if (const auto* referral = find_object(item, "referral")) out.data["referral"] = *referral;
  if (const auto* identity = find_object(item, "identity")) {
    out.data["identity"] = pick(*identity, {"acknowledged", "created_timestamp", "hash"});
  }
  auto errors = errors_view(find_array(item, "errors"));
  if (errors.empty()) errors = errors_view(find_array(value, "errors"));
  if (!errors.empty()) out.data["errors"] = std::move(errors);
}

}  // namespace

bool render_content(std::string_view type, const json::object& item, Content& out) {
  if (type == "text") {
    render_text(item, out);
  } else if (type == "image" || type == "video" || type == "audio" || type == "document" || type == "sticker") {
    render_media(type, item, out);
  } else if (type == "interactive") {
    render_interactive(item, out);
  } else if (type == "button") {
    render_button(item, out);
  } else if (type == "location") {
    render_location(item, out);
  } else if (type == "contacts") {
    render_contacts(item, out);
  } else if (type == "order") {
    render_order(item, out);
  } else if (type == "reaction") {
    render_reaction(item, out);
  } else if (type == "system") {
    render_system(item, out);
  } else if (type == "edit") {
    render_edit(item, out);
  } else if (type == "revoke") {
    render_revoke(item, out);
  } else if (type == "request_welcome") {
    out.text = "[opened the chat]";
  } else if (type == "unsupported" || type == "unknown") {
    render_unsupported(item, out);
  } else {
    return false;
  }
  return true;
}

void render_message(const json::object& item, const json::object& value, Message& message) {
  Content out{{}, {}, message};
  if (!render_content(message.type, item, out)) {
    const auto* content = find(item, message.type);
    const auto* object = content ? content->if_object() : nullptr;
    out.text = joined({fmt::format("[{}]", message.type.empty() ? "message without type" : message.type),
                       object ? summary_of(*object) : text_of(content)},
                      " ");
    if (content && !message.type.empty()) out.data["content"] = *content;
  }
  add_common(item, value, out);
  message.view = {std::move(out.text), write_json(out.data)};
}

json::array errors_view(const json::array* errors) {
  json::array out;
  if (!errors) return out;
  for (const auto& error : *errors) {
    if (!error.is_object()) continue;
    auto view = pick(error.get_object(), {"code", "title", "message"});
    const auto* details = find_path(error.get_object(), {"error_data", "details"});
    if (!details) details = find(error.get_object(), "details");  // where older webhooks have it
    if (details) view["details"] = *details;
    out.push_back(std::move(view));
  }
  return out;
}

std::string time_text(std::int64_t seconds) {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

namespace {

/// A value as a person reads it: Unix times under a name that says so become dates.
std::string shown(std::string_view key, const json::value& value) {
  constexpr std::int64_t kFirst = 1'000'000'000;  // 2001
  constexpr std::int64_t kLast = 10'000'000'000;  // 2286; more is milliseconds or an id
  const bool is_time =
      key.ends_with("timestamp") || key.ends_with("_time") || key.ends_with("_date") || key.ends_with("expiration");
  if (is_time) {
    const auto seconds = number_at(json::object{{key, value}}, key);
    if (seconds && *seconds >= kFirst && *seconds < kLast) return time_text(*seconds);
  }
  return text_of(&value);
}

void summarise(std::string_view key, const json::value& value, std::size_t& left, std::string& out) {
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) summarise(member.key(), member.value(), left, out);
    return;
  }
  std::string text;
  if (const auto* array = value.if_array()) {
    for (const auto& element : *array) {
      if (element.is_structured()) summarise(key, element, left, out);
      text = joined({text, shown(key, element)}, " / ");
    }
  } else {
    text = shown(key, value);
  }
  if (left == 0 || text.empty()) return;
  --left;
  out = joined({out, joined({key, text}, ": ")}, ", ");
}

}  // namespace

std::string summary_of(const json::value& value, std::size_t max) {
  std::string out;
  summarise("", value, max, out);
  return out;
}

std::string joined(std::initializer_list<std::string_view> parts, std::string_view separator) {
  std::string out;
  for (const auto part : parts) {
    if (part.empty()) continue;
    if (!out.empty()) out += separator;
    out += part;
  }
  return out;
}

}  // namespace claw::whatsapp
