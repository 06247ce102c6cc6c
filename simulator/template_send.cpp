#include "simulator/template_send.hpp"

#include <algorithm>
#include <cctype>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "simulator/error_codes.hpp"
#include "simulator/words.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

using Refusal = std::unexpected<GraphError>;
using Text = std::expected<std::string, GraphError>;

GraphError error_with(int code, std::string details) {
  GraphError error = known_error(code);
  error.details = std::move(details);
  return error;
}

const json::object* object_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value ? value->if_object() : nullptr;
}

/// The parameters that a send gives for a component, or for the button at `index`.
json::array parameters_of(const json::object& send, std::string_view type, std::size_t index = 0) {
  const json::value* components = send.if_contains("components");
  if (!components || !components->is_array()) return {};
  for (const auto& entry : components->get_array()) {
    if (!entry.is_object()) continue;
    const json::object& component = entry.get_object();
    if (lower_case(member_text(component, "type")) != type) continue;
    if (type == "button" && member_text(component, "index") != std::to_string(index)) continue;
    const json::value* parameters = component.if_contains("parameters");
    return parameters && parameters->is_array() ? parameters->get_array() : json::array();
  }
  return {};
}

/// What a parameter puts in place of its variable.
Text value_of(std::string_view where, const json::value& parameter) {
  const json::object none;
  const json::object& object = parameter.is_object() ? parameter.get_object() : none;
  const std::string type = lower_case(member_text(object, "type"));
  std::string value = member_text(object, "text");
  if (type == "currency" || type == "date_time") {
    const json::object* inside = object_in(object, type);
    value = inside ? member_text(*inside, "fallback_value") : std::string();
  } else if (type != "text") {
    return Refusal(error_with(132012, fmt::format("{}: Format mismatch, expected TEXT, received {}", where,
                                                  type.empty() ? "UNKNOWN" : upper_case(type))));
  }
  if (value.empty()) return Refusal(error_with(131008, fmt::format("{}: a parameter has no value.", where)));
  return value;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// `text` with every variable replaced by what the send gives for it.
Text filled(std::string text, const json::array& parameters, std::string_view where, bool named) {
  const auto names = placeholders(text);
  if (names.size() != parameters.size())
    return Refusal(error_with(
        132000, fmt::format("{}: number of localizable_params ({}) does not match the expected number of params ({})",
                            where, parameters.size(), names.size())));
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto own = std::ranges::find_if(parameters, [&](const json::value& parameter) {
      return named && parameter.is_object() && member_text(parameter.get_object(), "parameter_name") == names[i];
    });
    if (named && own == parameters.end())
      return Refusal(errors::invalid(fmt::format("{}: the parameter {} is missing.", where, names[i])));
    auto value = value_of(where, named ? *own : parameters[i]);
    if (!value) return value;
    replace_all(text, fmt::format("{{{{{}}}}}", names[i]), *value);
  }
  return text;
}

Text header_of(const json::object& component, const json::object& send, bool named) {
  const std::string format = upper_case(member_text(component, "format"));
  const auto parameters = parameters_of(send, "header");
  if (format == "TEXT") return filled(member_text(component, "text"), parameters, "header", named);
  const json::object none;
  const json::object& first = !parameters.empty() && parameters[0].is_object() ? parameters[0].get_object() : none;
  const std::string given = upper_case(member_text(first, "type"));
  if (given != format)
    return Refusal(error_with(132012, fmt::format("header: Format mismatch, expected {}, received {}", format,
                                                  given.empty() ? "UNKNOWN" : given)));
  return fmt::format("[{}]", lower_case(format));
}

Text buttons_of(const json::object& component, const json::object& send) {
  std::string lines;
  const json::value* buttons = component.if_contains("buttons");
  for (std::size_t i = 0; buttons && i < buttons->as_array().size(); ++i) {
    const json::object& button = buttons->as_array()[i].as_object();
    std::string url = member_text(button, "url");
    if (!placeholders(url).empty()) {
      const auto parameters = parameters_of(send, "button", i);
      if (parameters.empty())
        return Refusal(error_with(131008, fmt::format("Button at index {} of type Url requires a parameter", i)));
      auto whole = filled(std::move(url), parameters, "button", false);
      if (!whole) return whole;
      url = std::move(*whole);
    }
    lines +=
        fmt::format("{}[{}]{}{}", lines.empty() ? "" : "\n", member_text(button, "text"), url.empty() ? "" : " ", url);
  }
  return lines;
}

/// The text of a template with everything in it, or why it cannot be sent.
Text rendered(const Template& made, const json::object& send) {
  std::string whole;
  for (const auto& entry : made.components) {
    const json::object& component = entry.as_object();
    const std::string type = upper_case(member_text(component, "type"));
    Text part = std::string();
    if (type == "HEADER") part = header_of(component, send, made.named);
    if (type == "BODY") part = filled(member_text(component, "text"), parameters_of(send, "body"), "body", made.named);
    if (type == "FOOTER") part = member_text(component, "text");
    if (type == "BUTTONS") part = buttons_of(component, send);
    if (!part) return part;
    if (!part->empty()) whole += (whole.empty() ? "" : "\n\n") + *part;
  }
  return whole;
}

std::optional<GraphError> status_refusal(const Template* made, std::string_view name, std::string_view language) {
  if (made && made->status == TemplateStatus::kPaused) return known_error(132015);
  if (made && made->status == TemplateStatus::kDisabled) return known_error(132016);
  if (made && made->status == TemplateStatus::kApproved) return std::nullopt;
  return error_with(132001, fmt::format("template name ({}) does not exist in {}", name, language));
}

}  // namespace

std::expected<std::optional<TemplateSend>, GraphError> read_template_send(const Templates& templates,
                                                                          std::string_view waba,
                                                                          std::string_view body) {
  // Nearly everything that is sent is something else: do not read it twice.
  if (body.find("\"template\"") == std::string_view::npos) return std::nullopt;
  boost::system::error_code error;
  json::value value = json::parse(body, error);
  if (error || !value.is_object()) return std::nullopt;
  json::object& request = value.get_object();
  if (lower_case(member_text(request, "type")) != "template") return std::nullopt;
  const json::object* send = object_in(request, "template");
  if (!send) return Refusal(errors::missing_inside("template"));
  const json::object* language = object_in(*send, "language");
  const std::string name = member_text(*send, "name"), code = language ? member_text(*language, "code") : std::string();
  if (name.empty()) return Refusal(errors::missing_inside("template['name']"));
  if (code.empty()) return Refusal(errors::missing_inside("template['language']['code']"));
  const Template* made = templates.find(waba, name, code);
  if (auto refusal = status_refusal(made, name, code)) return Refusal(*std::move(refusal));
  auto text = rendered(*made, *send);
  if (!text) return Refusal(text.error());
  request.erase("template");
  request["type"] = "text";
  request["text"] = {{"body", text->empty() ? made->name : *text}};
  return TemplateSend{json::serialize(request), lower_case(made->category)};
}

}  // namespace claw::sim
