#include "whatsapp/outgoing_rules.hpp"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace claw::whatsapp {
namespace {

constexpr std::size_t kMaxQuoted = 60;

std::string shape_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::string:
      return "a text";
    case json::kind::object:
      return "an object";
    case json::kind::array:
      return "a list";
    case json::kind::bool_:
    case json::kind::null:
      return write_json(value);
    default:
      return quoted(write_json(value));
  }
}

OutgoingFault wrong(std::string where, std::string_view limit, const json::value& value) {
  return {std::move(where), std::string(limit), shape_of(value)};
}

/// "1 to 3 buttons", "at most 20 characters"
std::string range_of(const Rule& rule, std::string_view what) {
  const auto many = [&](std::int64_t count) { return count == 1 ? "" : "s"; };
  if (rule.most == kUnbounded) return fmt::format("at least {} {}{}", rule.least, what, many(rule.least));
  if (rule.least <= 0) return fmt::format("at most {} {}{}", rule.most, what, many(rule.most));
  return fmt::format("{} to {} {}s", rule.least, rule.most, what);
}

Fault judge_count(const Rule& rule, std::string where, std::size_t count, std::string_view what) {
  const auto given = static_cast<std::int64_t>(count);
  if (given >= rule.least && given <= rule.most) return {};
  return OutgoingFault{std::move(where), range_of(rule, what), std::to_string(count)};
}

/// A number, also where a client wrote it as a string.
std::optional<double> number_of(const json::value& value) {
  const auto text = text_of(&value);
  double number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return {};
  return number;
}

Fault judge_number(const Rule& rule, std::string where, const json::value& value) {
  const auto number = number_of(value);
  const bool is_whole = rule.shape == Shape::kWhole;
  const bool fits = number && *number >= static_cast<double>(rule.least) && *number <= static_cast<double>(rule.most) &&
                    (!is_whole || std::floor(*number) == *number);
  if (fits) return {};
  return OutgoingFault{std::move(where),
                       fmt::format("a {}number of {} to {}", is_whole ? "whole " : "", rule.least, rule.most),
                       value.is_structured() ? shape_of(value) : quoted(text_of(&value))};
}

bool is_web_address(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"})
    if (text.starts_with(scheme) && text.size() > scheme.size()) return true;
  return false;
}

Fault judge_url(const Rule& rule, std::string where, const json::value& value) {
  const auto* text = value.if_string();
  if (!text || !is_web_address(*text))
    return OutgoingFault{std::move(where), "an address that begins with http:// or https://",
                         text ? quoted(*text) : shape_of(value)};
  return judge_count(rule, std::move(where), characters_in(*text), "character");
}

/// A file of ours or Meta's by its id, or one on the web.
Fault judge_file(std::string where, const json::value& value) {
  const auto* file = value.if_object();
  if (!file) return wrong(std::move(where), "an object with an id or a link", value);
  const bool has_id = find(*file, "id");
  const bool has_link = find(*file, "link");
  if (has_id == has_link)
    return OutgoingFault{std::move(where), "either an id or a link", has_id ? "both" : "none of both"};
  static constexpr Rule kParts[] = {optional(id("id")), optional(url("link", kUnbounded))};
  return below(where, fault_in(*file, kParts));
}

Fault judge_choice(const Rule& rule, std::string where, const json::value& value) {
  const auto* text = value.if_string();
  std::string choices;
  for (std::string_view rest = rule.choices; !rest.empty();) {
    const auto each = rest.substr(0, rest.find(' '));
    if (text && *text == each) return {};
    choices += choices.empty() ? "" : ", ";
    choices += each;
    rest.remove_prefix(std::min(rest.size(), each.size() + 1));
  }
  return OutgoingFault{std::move(where), choices.contains(',') ? "one of " + choices : choices,
                       text ? quoted(*text) : shape_of(value)};
}

Fault judge(const Rule& rule, std::string where, const json::value* value) {
  if (!value) return rule.is_needed ? Fault(OutgoingFault{std::move(where), "needed", ""}) : Fault();
  switch (rule.shape) {
    case Shape::kText:
      if (!value->is_string()) return wrong(std::move(where), "a text", *value);
      return judge_count(rule, std::move(where), characters_in(value->get_string()), "character");
    case Shape::kId:
      if (value->is_int64() || value->is_uint64()) return {};
      if (value->is_string() && !value->get_string().empty()) return {};
      return wrong(std::move(where), "an id", *value);
    case Shape::kNumber:
    case Shape::kWhole:
      return judge_number(rule, std::move(where), *value);
    case Shape::kFlag:
      if (!value->is_bool()) return wrong(std::move(where), "true or false", *value);
      return {};
    case Shape::kObject:
      if (!value->is_object()) return wrong(std::move(where), "an object", *value);
      return {};
    case Shape::kList:
      if (!value->is_array()) return wrong(std::move(where), "a list", *value);
      return judge_count(rule, std::move(where), value->get_array().size(), "element");
    case Shape::kFile:
      return judge_file(std::move(where), *value);
    case Shape::kUrl:
      return judge_url(rule, std::move(where), *value);
    case Shape::kChoice:
      return judge_choice(rule, std::move(where), *value);
    case Shape::kAbsent:
      return OutgoingFault{std::move(where), "not possible here", shape_of(*value)};
  }
  return {};
}

/// Follows `rest` from `in`, whose own path is `path`, and judges what stands at its end.
Fault follow(const Rule& rule, const json::object& in, std::string_view rest, const std::string& path) {
  const auto dot = rest.find('.');
  const bool is_last = dot == std::string_view::npos;
  auto name = rest.substr(0, dot);
  const bool is_each = name.ends_with("[]");
  if (is_each) name.remove_suffix(2);
  auto where = path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
  const auto* value = find(in, name);
  if (is_last && !is_each) return judge(rule, std::move(where), value);
  if (!value) return {};
  const auto step = [&](const json::value& element, std::string place) -> Fault {
    if (is_last) return judge(rule, std::move(place), &element);
    if (!element.is_object()) return wrong(std::move(place), "an object", element);
    return follow(rule, element.get_object(), rest.substr(dot + 1), place);
  };
  if (!is_each) return step(*value, std::move(where));
  if (!value->is_array()) return wrong(std::move(where), "a list", *value);
  std::size_t index = 0;
  for (const auto& element : value->get_array())
    if (auto fault = step(element, fmt::format("{}[{}]", where, index++))) return fault;
  return {};
}

}  // namespace

std::size_t characters_in(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
  return count;
}

std::string quoted(std::string_view text) {
  if (text.size() <= kMaxQuoted) return std::string(text);
  std::size_t end = kMaxQuoted;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return fmt::format("{}…", text.substr(0, end));
}

Fault below(std::string_view where, Fault fault) {
  if (fault) fault->field = fmt::format("{}.{}", where, fault->field);
  return fault;
}

OutgoingFault repeated(std::string where, std::string_view value) {
  return {std::move(where), "different from the others", quoted(value)};
}

Fault fault_in(const json::object& message, std::span<const Rule> rules) {
  for (const auto& rule : rules)
    if (auto fault = follow(rule, message, rule.where, {})) return fault;
  return {};
}

}  // namespace claw::whatsapp
