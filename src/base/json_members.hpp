#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace claw {

/// Members of JSON that is not held to anything: what is missing, or of another type, has a default. Where a slip is to
/// be told, api/body.hpp reads; Meta's bodies are read by whatsapp/json.hpp.

/// Empty where it is no text.
[[nodiscard]] inline std::string text_member(const boost::json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// False where it is no flag.
[[nodiscard]] inline bool flag_member(const boost::json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value && value->is_bool() && value->get_bool();
}

/// `otherwise` where it is no whole number.
[[nodiscard]] inline std::int64_t integer_member(const boost::json::object& from, std::string_view name,
                                                 std::int64_t otherwise = 0) {
  const auto* value = from.if_contains(name);
  return value && value->is_int64() ? value->get_int64() : otherwise;
}

}  // namespace claw
