#pragma once

#include <string>
#include <string_view>

namespace claw::whatsapp {

/// The text with each ill-formed sequence replaced by one U+FFFD, as Unicode recommends (one per maximal subpart).
/// Valid text comes back unchanged.
[[nodiscard]] std::string valid_utf8(std::string_view text);

/// The number of bytes of the sequence that begins with `lead`. REQUIRES: `lead` begins a sequence of valid UTF-8.
[[nodiscard]] constexpr std::size_t utf8_length(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

/// The Unicode character that begins at `at`. REQUIRES: `text` is valid UTF-8 and `at` the begin of a sequence in it.
[[nodiscard]] char32_t utf8_decode(std::string_view text, std::size_t at);

}  // namespace claw::whatsapp
