#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace claw::whatsapp {

/// The longest body of a text message (source: Meta, Cloud API, text messages).
inline constexpr std::size_t kMaxTextCharacters = 4096;

/// Cuts a long text into parts of at most `max_characters` Unicode characters, in order; a text that fits is one part,
/// unchanged, and an empty one none.
///
/// A cut is made after the last paragraph that ends in the second half of what fits, else after such a line, else after
/// such a sentence, else after the last word, else between two characters, there not before a combining mark or inside
/// a joined emoji where that can be helped. What is lost at a cut is white space alone: at a paragraph or line the line
/// breaks and the blanks before them and on empty lines between (the next line keeps its indentation), at a sentence or
/// word the blanks. No part is empty, unless it would be nothing but such white space: then it is left out.
///
/// Invalid UTF-8 is replaced by U+FFFD first. REQUIRES: max_characters >= 1.
[[nodiscard]] std::vector<std::string> split_text(std::string_view utf8, std::size_t max_characters);

}  // namespace claw::whatsapp
