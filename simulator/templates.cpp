#include "simulator/templates.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "simulator/error_codes.hpp"
#include "simulator/send_request.hpp"
#include "simulator/words.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

using Refusal = std::unexpected<GraphError>;

/// In the order of TemplateStatus.
constexpr auto kStatuses = std::to_array<std::string_view>({"PENDING", "APPROVED", "REJECTED", "PAUSED", "DISABLED"});
constexpr auto kCategories = std::to_array<std::string_view>({"AUTHENTICATION", "MARKETING", "UTILITY"});
constexpr auto kComponents = std::to_array<std::string_view>(
    {"HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER", "CALL_PERMISSION_REQUEST"});

constexpr std::size_t kMaxName = 512, kMaxBody = 1024, kMaxEdge = 60, kMaxButtons = 10, kMaxLabel = 25;

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

std::expected<void, GraphError> check_length(std::string_view what, std::string_view text, std::size_t most) {
  if (characters(text) <= most) return {};
  auto error = known_error(2388040);
  error.details = fmt::format("{} must be at most {} characters long.", what, most);
  return Refusal(std::move(error));
}

std::expected<void, GraphError> check_buttons(const json::object& component) {
  const json::value* buttons = component.if_contains("buttons");
  if (!buttons || !buttons->is_array() || buttons->get_array().empty())
    return Refusal(errors::missing("components['buttons']"));
  if (buttons->get_array().size() > kMaxButtons)
    return Refusal(errors::invalid(fmt::format("A template has at most {} buttons.", kMaxButtons)));
  for (const auto& button : buttons->get_array()) {
    if (!button.is_object() || member_text(button.get_object(), "type").empty())
      return Refusal(errors::missing("components['buttons']['type']"));
    if (auto ok = check_length("A button's text", member_text(button.get_object(), "text"), kMaxLabel); !ok) return ok;
  }
  return {};
}

std::expected<void, GraphError> check_component(const json::object& component) {
  const std::string type = upper_case(member_text(component, "type"));
  if (std::ranges::find(kComponents, type) == kComponents.end())
    return Refusal(errors::invalid(fmt::format("Param components['type'] must be one of {{{}}} - got \"{}\".",
                                               fmt::join(kComponents, ", "), type)));
  const std::string text = member_text(component, "text");
  if (type == "BODY") return check_length("The body", text, kMaxBody);
  if (type == "FOOTER") return check_length("The footer", text, kMaxEdge);
  if (type == "BUTTONS") return check_buttons(component);
  if (type != "HEADER") return {};
  if (member_text(component, "format").empty()) return Refusal(errors::missing("components['format']"));
  if (placeholders(text).size() > 1) return Refusal(errors::invalid("A header has at most one variable."));
  return check_length("The header", text, kMaxEdge);
}

std::expected<json::array, GraphError> read_components(const json::object& request, std::string_view category) {
  const json::value* components = request.if_contains("components");
  if (!components || !components->is_array()) return Refusal(errors::missing("components"));
  bool has_body = false;
  for (const auto& component : components->get_array()) {
    if (!component.is_object()) return Refusal(errors::invalid("Param components must be an array of objects."));
    if (auto ok = check_component(component.get_object()); !ok) return Refusal(ok.error());
    // Meta writes the body of an authentication template.
    has_body |= upper_case(member_text(component.get_object(), "type")) == "BODY" &&
                (category == "AUTHENTICATION" || !member_text(component.get_object(), "text").empty());
  }
  if (!has_body) return Refusal(errors::missing("components['body']"));
  return components->get_array();
}

/// Meta writes the body of what sends a code, and tells it from then on.
void write_body(json::array& components, std::string_view category) {
  for (auto& component : components) {
    json::object& body = component.get_object();
    if (category == "AUTHENTICATION" && upper_case(member_text(body, "type")) == "BODY" && !body.contains("text"))
      body["text"] = "*{{1}}* is your verification code.";
  }
}

std::expected<std::string, GraphError> read_category(const json::object& request) {
  std::string category = upper_case(member_text(request, "category"));
  if (category.empty()) return Refusal(errors::missing("category"));
  if (std::ranges::find(kCategories, category) == kCategories.end())
    return Refusal(errors::invalid(
        fmt::format("Param category must be one of {{{}}} - got \"{}\".", fmt::join(kCategories, ", "), category)));
  return category;
}

}  // namespace

std::string_view to_string(TemplateStatus status) {
  return kStatuses.at(static_cast<std::size_t>(status));
}

bool read_template_status(std::string_view text, TemplateStatus& status) {
  const auto found = std::ranges::find(kStatuses, text);
  if (found == kStatuses.end()) return false;
  status = static_cast<TemplateStatus>(found - kStatuses.begin());
  return true;
}

std::vector<std::string> placeholders(std::string_view text) {
  std::vector<std::string> names;
  for (auto begin = text.find("{{"); begin != std::string_view::npos; begin = text.find("{{", begin + 2)) {
    const auto end = text.find("}}", begin);
    if (end == std::string_view::npos) break;
    std::string name(text.substr(begin + 2, end - begin - 2));
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

Templates::Made Templates::create(std::string_view waba, const json::object& request, std::string id) {
  Template made{.id = std::move(id), .waba = std::string(waba)};
  made.name = member_text(request, "name");
  if (!is_name(made.name))
    return Refusal(errors::invalid("Param name must be lower-case letters, digits and underscores."));
  made.language = member_text(request, "language");
  if (made.language.empty()) return Refusal(errors::missing("language"));
  auto category = read_category(request);
  if (!category) return Refusal(category.error());
  made.category = std::move(*category);
  auto components = read_components(request, made.category);
  if (!components) return Refusal(components.error());
  made.components = std::move(*components);
  write_body(made.components, made.category);
  made.named = upper_case(member_text(request, "parameter_format")) == "NAMED";
  if (find(waba, made.name, made.language)) {
    auto error = errors::invalid("There is already content in this language for this template.");
    error.subcode = 2388024;
    return Refusal(std::move(error));
  }
  if (list(waba).size() >= kMaxForWaba) return Refusal(known_error(2388019));
  std::string key = made.id;
  return &templates_.insert_or_assign(std::move(key), std::move(made)).first->second;
}

Templates::Made Templates::edit(Template& old, const json::object& request) {
  Template changed = old;
  if (request.contains("category")) {
    auto category = read_category(request);
    if (!category) return Refusal(category.error());
    changed.category = std::move(*category);
  }
  if (request.contains("components")) {
    auto components = read_components(request, changed.category);
    if (!components) return Refusal(components.error());
    changed.components = std::move(*components);
  }
  changed.status = TemplateStatus::kPending;
  changed.reason = "NONE";
  old = std::move(changed);
  return &old;
}

bool Templates::remove(std::string_view waba, std::string_view name, std::string_view id) {
  return std::erase_if(templates_, [&](const auto& entry) {
           const Template& made = entry.second;
           return made.waba == waba && made.name == name && (id.empty() || made.id == id);
         }) > 0;
}

Template* Templates::find(std::string_view id) {
  const auto found = templates_.find(id);
  return found == templates_.end() ? nullptr : &found->second;
}

const Template* Templates::find(std::string_view id) const {
  const auto found = templates_.find(id);
  return found == templates_.end() ? nullptr : &found->second;
}

const Template* Templates::find(std::string_view waba, std::string_view name, std::string_view language) const {
  for (const auto& [id, made] : templates_) {
    if (made.waba == waba && made.name == name && made.language == language) return &made;
  }
  return nullptr;
}

std::vector<const Template*> Templates::list(std::string_view waba) const {
  std::vector<const Template*> found;
  for (const auto& [id, made] : templates_) {
    if (waba.empty() || made.waba == waba) found.push_back(&made);
  }
  return found;
}

json::object template_json(const Template& made) {
  return {{"name", made.name},
          {"parameter_format", made.named ? "NAMED" : "POSITIONAL"},
          {"components", made.components},
          {"language", made.language},
          {"status", to_string(made.status)},
          {"category", made.category},
          {"rejected_reason", made.reason},
          {"id", made.id}};
}

}  // namespace claw::sim
