#pragma once

#include <cstddef>
#include <string_view>

namespace claw::whatsapp {

/// Where the left part ends and the right one begins; between them is the white space that is lost.
struct Cut {
  std::size_t end;
  std::size_t begin;
};

/// The number of bytes that `max` characters take from the begin of `text`.
[[nodiscard]] std::size_t bytes_of(std::string_view text, std::size_t max);

/// Where to cut `text`, of which the first `limit` bytes fit, by the rules of split_text(). Looks at those bytes alone.
/// REQUIRES: `text` is valid UTF-8, 0 < limit < text.size(), and a character begins at `limit`.
[[nodiscard]] Cut best_cut(std::string_view text, std::size_t limit);

/// Whether the character at `at` belongs to the one before it: a combining mark of any script, a variation selector, a
/// skin tone, the second half of a flag, what joins two emoji into one, or a letter that a virama ties to another.
[[nodiscard]] bool is_joined(std::string_view text, std::size_t at);

}  // namespace claw::whatsapp
