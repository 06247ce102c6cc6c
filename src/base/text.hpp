#pragma once

#include <algorithm>
#include <cctype>
#include <string_view>

namespace claw {

/// ASCII's blanks, tabs, line breaks.
[[nodiscard]] inline bool is_white_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

/// Without the white space at both ends.
[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_white_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_white_space(text.back())) text.remove_suffix(1);
  return text;
}

/// The same but for the case of ASCII letters.
[[nodiscard]] inline bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

}  // namespace claw
