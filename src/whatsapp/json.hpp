#pragma once
// Private to this folder: Boost.JSON stays out of the public headers.

#include <cstdint>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace claw::whatsapp {

namespace json = boost::json;

/// Deeper nesting than any webhook of Meta's has (about 12), and shallow enough for recursive readers.
inline constexpr std::size_t kMaxJsonDepth = 64;

enum class JsonFault { kSyntax, kUtf8, kDepth };

[[nodiscard]] std::string_view to_string(JsonFault fault);

/// Reads one JSON text: strict syntax, valid UTF-8, at most kMaxJsonDepth deep; numbers with a fraction are rounded
/// correctly (what was 52.52 is written as 52.52 again). Half a surrogate pair in an escape reads as U+FFFD. The value
/// lives in `memory`.
[[nodiscard]] std::expected<json::value, JsonFault> parse_json(std::string_view text, json::storage_ptr memory = {});

/// The value as JSON, UTF-8 unescaped, numbers in their shortest form, without spaces.
[[nodiscard]] std::string write_json(const json::value& value);

/// The member `key` of `in`; null if `in` is no object, has no such member, or it is JSON's null.
[[nodiscard]] const json::value* find(const json::value& in, std::string_view key);
[[nodiscard]] const json::value* find(const json::object& in, std::string_view key);

/// The same for a path of keys.
[[nodiscard]] const json::value* find_path(const json::object& in, std::initializer_list<std::string_view> keys);

/// The member `key` if it is an object (array), else null.
[[nodiscard]] const json::object* find_object(const json::object& in, std::string_view key);
[[nodiscard]] const json::array* find_array(const json::object& in, std::string_view key);

/// The member `key` as text: a string as it is, a number or a boolean as JSON writes it, all else empty.
[[nodiscard]] std::string text_at(const json::object& in, std::string_view key);
[[nodiscard]] std::string text_of(const json::value* value);

/// The member `key` as a whole number, from a number or a string of one; nothing for all else.
[[nodiscard]] std::optional<std::int64_t> number_at(const json::object& in, std::string_view key);

[[nodiscard]] bool is_true(const json::object& in, std::string_view key);

/// The members `keys` of `in` that are there and not null, in that order.
[[nodiscard]] json::object pick(const json::object& in, std::initializer_list<std::string_view> keys);

}  // namespace claw::whatsapp
