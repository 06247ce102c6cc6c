#include <algorithm>

#include <fmt/format.h>

#include "whatsapp/outgoing_rules.hpp"
#include "whatsapp/template.hpp"
#include "whatsapp/template_text.hpp"

namespace claw::whatsapp {
namespace {

constexpr std::int64_t kMaxName = 512;
constexpr std::int64_t kMaxBody = 1024;
constexpr std::int64_t kMaxEdge = 60;  ///< Header and footer.
constexpr std::int64_t kMaxButtons = 10;
constexpr std::int64_t kMaxLabel = 25;
constexpr std::int64_t kMaxUrl = 2000;
constexpr std::int64_t kMaxPhone = 20;
constexpr std::int64_t kMaxCode = 20;
constexpr std::int64_t kMaxCards = 10;
constexpr std::int64_t kMaxCardBody = 160;

constexpr Rule kTemplate[] = {
    text("name", kMaxName),
    text("language", kUnbounded),
    choice("category", "AUTHENTICATION MARKETING UTILITY"),
    optional(choice("parameter_format", "POSITIONAL NAMED")),
    list("components", 1, kUnbounded),
    text("components[].type", kUnbounded),
};

std::string upper_at(const json::object& of, std::string_view key) {
  return capitals(text_at(of, key));
}

Fault wrong(std::string field, std::string limit, std::string given = "") {
  return OutgoingFault{std::move(field), std::move(limit), std::move(given)};
}

/// The variables of a text: as their format wants them, with no gap, and an example for each.
Fault fault_in_variables(const json::object& component, std::string_view part, bool named) {
  const auto names = variables_in(text_at(component, "text"));
  std::size_t place = 0;
  for (const auto& name : names) {
    const bool is_name =
        std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
    if (named && (!is_name || is_position(name)))
      return wrong("text", "variables have names of lower-case letters, digits and _, as {{first_name}}", quoted(name));
    if (!named && name != std::to_string(++place))
      return wrong("text", "variables are {{1}}, {{2}} and so on, without a gap", quoted(name));
  }
  if (names.empty()) return {};
  const auto* example = find_object(component, "example");
  const auto* of_names = example ? find_array(*example, fmt::format("{}_text_named_params", part)) : nullptr;
  const auto* of_places = example ? find_array(*example, fmt::format("{}_text", part)) : nullptr;
  if (of_places && !of_places->empty() && of_places->front().is_array()) of_places = &of_places->front().get_array();
  const auto* given = named ? of_names : of_places;
  if (const auto count = given ? given->size() : 0; count < names.size())
    return wrong(fmt::format("example.{}_text{}", part, named ? "_named_params" : ""),
                 fmt::format("an example for each variable: {}", names.size()), std::to_string(count));
  return {};
}

/// Meta takes no body that begins or ends with a variable, for then nobody can say what it will read like.
Fault fault_at_edges(std::string_view body) {
  if (body.starts_with("{{")) return wrong("text", "words before the first variable");
  if (body.ends_with("}}")) return wrong("text", "words after the last variable");
  return {};
}

Fault fault_in_header(const json::object& component, bool named) {
  static constexpr Rule kHeader[] = {choice("format", "TEXT IMAGE VIDEO GIF DOCUMENT LOCATION PRODUCT")};
  static constexpr Rule kText[] = {text("text", kMaxEdge)};
  if (auto fault = fault_in(component, kHeader)) return fault;
  const auto format = upper_at(component, "format");
  if (format == "LOCATION" || format == "PRODUCT") return {};
  if (format != "TEXT") {
    const auto* example = find_object(component, "example");
    const auto* handles = example ? find_array(*example, "header_handle") : nullptr;
    return handles && !handles->empty() ? Fault()
                                        : wrong("example.header_handle", "a sample of the file, uploaded to Meta");
  }
  if (auto fault = fault_in(component, kText)) return fault;
  if (const auto count = variables_in(text_at(component, "text")).size(); count > 1)
    return wrong("text", "at most 1 variable", std::to_string(count));
  return fault_in_variables(component, "header", named);
}

Fault fault_in_button(const json::object& button) {
  static constexpr Rule kType[] = {text("type", kUnbounded)};
  static constexpr Rule kLabel[] = {text("text", kMaxLabel)};
  static constexpr Rule kUrl[] = {url("url", kMaxUrl)};
  static constexpr Rule kPhone[] = {text("phone_number", kMaxPhone)};
  if (auto fault = fault_in(button, kType)) return fault;
  const auto type = upper_at(button, "type");
  if (type == "COPY_CODE") {
    const auto* example = find(button, "example");
    const auto code = example && example->is_array() && !example->get_array().empty()
                          ? text_of(&example->get_array().front())
                          : text_of(example);
    if (code.empty()) return wrong("example", "an example of the code");
    const auto given = static_cast<std::int64_t>(characters_in(code));
    return given > kMaxCode ? wrong("example", fmt::format("at most {} characters", kMaxCode), std::to_string(given))
                            : Fault();
  }
  if (type == "OTP") return {};  // Meta writes it
  if (auto fault = fault_in(button, kLabel)) return fault;
  if (type == "PHONE_NUMBER") return fault_in(button, kPhone);
  if (type != "URL") return {};
  if (auto fault = fault_in(button, kUrl)) return fault;
  const auto address = text_at(button, "url");
  const auto names = variables_in(address);
  if (names.size() > 1 || (names.size() == 1 && !address.ends_with("}}")))
    return wrong("url", "at most 1 variable, at its end", quoted(address));
  if (!names.empty() && !find(button, "example")) return wrong("example", "an example of the address");
  return {};
}

Fault fault_in_buttons(const json::object& component) {
  static constexpr Rule kButtons[] = {list("buttons", 1, kMaxButtons)};
  if (auto fault = fault_in(component, kButtons)) return fault;
  std::size_t index = 0;
  for (const auto& button : *find_array(component, "buttons")) {
    const auto where = fmt::format("buttons[{}]", index++);
    if (!button.is_object()) return wrong(where, "an object");
    if (auto fault = below(where, fault_in_button(button.get_object()))) return fault;
  }
  return {};
}

/// Where a component stands, and what that makes of it.
struct Setting {
  bool named = false;
  bool for_codes = false;
  std::int64_t most_in_body = kMaxBody;
};

Fault fault_in_components(const json::array& components, const Setting& setting, bool& has_body);

Fault fault_in_cards(const json::object& component, Setting setting) {
  static constexpr Rule kCards[] = {list("cards", 1, kMaxCards), list("cards[].components", 1, kUnbounded),
                                    text("cards[].components[].type", kUnbounded)};
  if (auto fault = fault_in(component, kCards)) return fault;
  setting.most_in_body = kMaxCardBody;
  std::size_t index = 0;
  for (const auto& card : *find_array(component, "cards")) {
    bool has_body = false;
    const auto* parts = find_array(card.get_object(), "components");
    if (auto fault = below(fmt::format("cards[{}]", index++), fault_in_components(*parts, setting, has_body)))
      return fault;
  }
  return {};
}

Fault fault_in_component(const json::object& component, const Setting& setting, bool& has_body) {
  const auto type = upper_at(component, "type");
  if (type == "HEADER") return fault_in_header(component, setting.named);
  if (type == "BUTTONS") return fault_in_buttons(component);
  if (type == "CAROUSEL") return fault_in_cards(component, setting);
  const Rule length[] = {text("text", type == "FOOTER" ? kMaxEdge : setting.most_in_body)};
  if (type == "FOOTER") {
    if (setting.for_codes && find(component, "code_expiration_minutes")) return {};
    if (auto fault = fault_in(component, length)) return fault;
    return variables_in(text_at(component, "text")).empty() ? Fault() : wrong("text", "no variables");
  }
  if (type != "BODY") return {};
  has_body = true;
  if (setting.for_codes) return {};  // Meta writes it
  if (auto fault = fault_in(component, length)) return fault;
  if (auto fault = fault_at_edges(text_at(component, "text"))) return fault;
  return fault_in_variables(component, "body", setting.named);
}

Fault fault_in_components(const json::array& components, const Setting& setting, bool& has_body) {
  std::size_t index = 0;
  for (const auto& component : components)
    if (auto fault = below(fmt::format("components[{}]", index++),
                           fault_in_component(component.get_object(), setting, has_body)))
      return fault;
  return {};
}

}  // namespace

Fault fault_in_new_template(std::string_view request) {
  const auto parsed = parse_json(request);
  if (!parsed || !parsed->is_object()) return wrong("template", "a JSON object");
  const auto& of = parsed->get_object();
  if (auto fault = fault_in(of, kTemplate)) return fault;
  const auto name = text_at(of, "name");
  if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos)
    return wrong("name", "lower-case letters, digits and _", quoted(name));
  bool has_body = false;
  const Setting setting{upper_at(of, "parameter_format") == "NAMED", text_at(of, "category") == "AUTHENTICATION"};
  if (auto fault = fault_in_components(*find_array(of, "components"), setting, has_body)) return fault;
  return has_body ? Fault() : wrong("components", "a component of the type BODY");
}

}  // namespace claw::whatsapp
