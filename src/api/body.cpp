#include "api/body.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "api/parameters.hpp"

namespace claw {
namespace {

namespace json = boost::json;

}  // namespace

Result<json::object> body_of(net::HttpRequest& request, std::initializer_list<std::string_view> known) {
  if (known.size() == 0 && request.body.empty()) return json::object();
  auto body = object_of(request);
  if (!body) return body;
  for (const auto& [name, value] : *body)
    if (std::ranges::find(known, std::string_view(name)) == known.end())
      return fail(ErrorKind::kInvalid, fmt::format("the body has no member of the name {}; there are: {}",
                                                   json::serialize(json::string(name)), fmt::join(known, ", ")));
  return body;
}

Result<std::optional<std::string>> text_in(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  if (!value) return std::nullopt;
  if (!value->is_string()) return fail(ErrorKind::kInvalid, fmt::format("{} must be a text", name));
  return std::string(value->get_string());
}

Result<std::optional<bool>> flag_in(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  if (!value) return std::nullopt;
  if (!value->is_bool()) return fail(ErrorKind::kInvalid, fmt::format("{} must be true or false", name));
  return value->get_bool();
}

Result<std::optional<std::int64_t>> integer_in(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  if (!value) return std::nullopt;
  if (!value->is_int64()) return fail(ErrorKind::kInvalid, fmt::format("{} must be a whole number", name));
  return value->get_int64();
}

Result<std::optional<SecretString>> secret_in(json::object& body, std::string_view name) {
  auto text = text_in(body, name);
  if (!text) return std::unexpected(text.error());
  if (!*text) return std::nullopt;
  std::ranges::fill(body.at(name).get_string(), '\0');
  return SecretString(std::move(**text));
}

std::optional<std::vector<std::string>> texts_of(const json::value& value) {
  if (!value.is_array()) return std::nullopt;
  std::vector<std::string> texts;
  for (const auto& each : value.get_array()) {
    if (!each.is_string()) return std::nullopt;
    texts.emplace_back(each.get_string());
  }
  return texts;
}

}  // namespace claw
