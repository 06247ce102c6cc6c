#pragma once

#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

namespace claw::sim {

/// What one reads of a message of that type, in words: the caption of a picture, the title of the button that was
/// tapped, the body above the buttons that were sent. `content` is as the webhook or the request has it. Empty where
/// there are no words.
[[nodiscard]] std::string words_of(std::string_view type, const boost::json::value& content);

/// The value at this path of object members, or nullptr.
[[nodiscard]] const boost::json::value* find_in(const boost::json::value& value,
                                                std::initializer_list<std::string_view> path);
/// The string there; empty where there is none.
[[nodiscard]] std::string text_in(const boost::json::value& value, std::initializer_list<std::string_view> path);
/// A member of that name as text, a whole number as its digits, as Graph reads it; empty where there is none.
[[nodiscard]] std::string member_text(const boost::json::object& object, std::string_view name);

/// The text with its ASCII letters in one case: Graph takes the names of kinds in either.
[[nodiscard]] std::string lower_case(std::string text);
[[nodiscard]] std::string upper_case(std::string text);

}  // namespace claw::sim
