#include "simulator/content_check.hpp"

#include <algorithm>
#include <cstdlib>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "simulator/send_request.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

std::optional<double> as_number(const json::value& value) {
  if (value.is_number()) return value.to_number<double>();
  if (!value.is_string()) return std::nullopt;
  const std::string text(std::string_view(value.get_string()));
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') return std::nullopt;
  return number;
}

}  // namespace

const json::value* ContentNode::find(std::string_view name) const {
  const json::value* found = value_ ? value_->get_object().if_contains(name) : nullptr;
  return found && !found->is_null() ? found : nullptr;
}

std::string ContentNode::name_of(std::string_view member) const {
  return fmt::format("{}['{}']", path_, member);
}

bool ContentNode::has(std::string_view name) const {
  return find(name) != nullptr;
}

bool ContentNode::is_true(std::string_view name) const {
  const json::value* found = find(name);
  return found && found->is_bool() && found->get_bool();
}

void ContentNode::refuse(std::string details) const {
  if (value_) check_->fault(errors::invalid(std::move(details)));
}

void ContentNode::lacks(std::string_view name) const {
  if (value_) check_->fault(errors::missing_inside(name_of(name)));
}

ContentNode ContentNode::object(std::string_view name, bool needed) const {
  const json::value* found = find(name);
  if (!found && needed) lacks(name);
  if (found && !found->is_object()) refuse(fmt::format("Param {} must be an object.", name_of(name)));
  return {check_, found && found->is_object() ? found : nullptr, name_of(name)};
}

std::vector<ContentNode> ContentNode::objects(std::string_view name, std::size_t most) const {
  const json::value* found = find(name);
  if (!found) lacks(name);
  if (!found) return {};
  const bool is_array = found->is_array();
  if (!is_array || found->get_array().empty() || found->get_array().size() > most) {
    refuse(fmt::format("Param {} must be an array of 1 to {} elements.", name_of(name), most));
    return {};
  }
  std::vector<ContentNode> nodes;
  for (const json::value& element : found->get_array()) {
    std::string path = fmt::format("{}[{}]", name_of(name), nodes.size());
    if (!element.is_object()) {
      refuse(fmt::format("Param {} must be an object.", path));
      return {};
    }
    nodes.push_back({check_, &element, std::move(path)});
  }
  return nodes;
}

std::string ContentNode::text(std::string_view name, std::size_t most, bool needed) const {
  const json::value* found = find(name);
  if (found && !found->is_string()) {
    refuse(fmt::format("Param {} must be a string.", name_of(name)));
    return {};
  }
  std::string text = found ? std::string(std::string_view(found->get_string())) : std::string();
  if (text.empty() && needed) lacks(name);
  if (characters(text) > most) refuse(fmt::format("Param {} must be at most {} characters long.", name_of(name), most));
  return text;
}

std::string ContentNode::one_of(std::string_view name, std::initializer_list<std::string_view> allowed) const {
  std::string word = text(name, 100);
  if (!word.empty() && std::ranges::find(allowed, word) == allowed.end())
    refuse(fmt::format("Param {} must be one of {{{}}} - got \"{}\".", name_of(name), fmt::join(allowed, ", "), word));
  return word;
}

void ContentNode::number(std::string_view name, double least, double greatest, bool needed) const {
  const json::value* found = find(name);
  if (!found && needed) lacks(name);
  if (!found) return;
  const auto number = as_number(*found);
  // Written so that a NaN is refused too.
  if (!number || !(*number >= least && *number <= greatest))
    refuse(fmt::format("Param {} must be a number from {} to {}.", name_of(name), least, greatest));
}

void ContentNode::boolean(std::string_view name) const {
  const json::value* found = find(name);
  if (found && !found->is_bool()) refuse(fmt::format("Param {} must be a boolean.", name_of(name)));
}

void ContentNode::only(std::initializer_list<std::string_view> allowed) const {
  if (!value_) return;
  for (const auto& [name, member] : value_->get_object()) {
    if (std::ranges::find(allowed, std::string_view(name)) == allowed.end())
      refuse(fmt::format("Unexpected key \"{}\" on param \"{}\".", std::string_view(name), path_));
  }
}

ContentNode ContentCheck::root(const json::object& request, std::string_view name) {
  const json::value* found = request.if_contains(name);
  if (found && found->is_object()) return at(*found, std::string(name));
  fault(errors::missing_inside(name));
  return {this, nullptr, std::string(name)};
}

ContentNode ContentCheck::at(const json::value& object, std::string path) {
  if (object.is_object()) return {this, &object, std::move(path)};
  fault(errors::invalid(fmt::format("Param {} must be an object.", path)));
  return {this, nullptr, std::move(path)};
}

void ContentCheck::fault(GraphError error) {
  if (!fault_) fault_ = std::move(error);
}

}  // namespace claw::sim
