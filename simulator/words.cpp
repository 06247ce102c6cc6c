#include "simulator/words.hpp"

#include <boost/json.hpp>

namespace claw::sim {

namespace json = boost::json;

namespace {

std::string joined(std::string a, std::string_view between, const std::string& b) {
  if (!a.empty() && !b.empty()) a += between;
  return a + b;
}

std::string names_of(const json::value& contacts) {
  std::string names;
  if (!contacts.is_array()) return names;
  for (const auto& contact : contacts.get_array())
    names = joined(std::move(names), ", ", text_in(contact, {"name", "formatted_name"}));
  return names;
}

std::string words_of_interactive(const json::value& content) {
  const std::string type = text_in(content, {"type"});
  if (type == "nfm_reply") return text_in(content, {type, "body"});
  if (type == "call_permission_reply") return text_in(content, {type, "response"});
  if (type == "button_reply" || type == "list_reply") return text_in(content, {type, "title"});
  return text_in(content, {"body", "text"});
}

}  // namespace

const json::value* find_in(const json::value& value, std::initializer_list<std::string_view> path) {
  const json::value* at = &value;
  for (const auto name : path) {
    at = at->is_object() ? at->get_object().if_contains(name) : nullptr;
    if (!at) return nullptr;
  }
  return at;
}

std::string text_in(const json::value& value, std::initializer_list<std::string_view> path) {
  const json::value* found = find_in(value, path);
  return found && found->is_string() ? std::string(std::string_view(found->get_string())) : std::string();
}

std::string member_text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value && value->is_int64()) return std::to_string(value->get_int64());
  return value && value->is_string() ? std::string(std::string_view(value->get_string())) : std::string();
}

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string upper_case(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

std::string words_of(std::string_view type, const json::value& content) {
  if (type == "text" || type == "system") return text_in(content, {"body"});
  if (type == "order" || type == "button") return text_in(content, {"text"});
  if (type == "reaction") return text_in(content, {"emoji"});
  if (type == "contacts") return names_of(content);
  if (type == "interactive") return words_of_interactive(content);
  if (type == "location") return joined(text_in(content, {"name"}), ", ", text_in(content, {"address"}));
  if (type == "edit") {
    const std::string changed = text_in(content, {"message", "type"});
    const json::value* inside = find_in(content, {"message", changed});
    return inside ? words_of(changed, *inside) : std::string();
  }
  const std::string caption = text_in(content, {"caption"});
  return caption.empty() ? text_in(content, {"filename"}) : caption;
}

}  // namespace claw::sim
