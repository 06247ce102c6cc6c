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
/// a joined emoji or a flag where that can be helped. What is lost at a cut is white space alone: at a paragraph or
/// line the line breaks and the blanks before them and on empty lines between (the next line keeps its indentation), at
/// a sentence or word the blanks. No part is empty, unless it would be nothing but such white space: then it is left
/// out.
///
/// Invalid UTF-8 is replaced by U+FFFD first. Takes time linear in the length. REQUIRES: max_characters >= 1.
[[nodiscard]] std::vector<std::string> split_text(std::string_view utf8, std::size_t max_characters);

/// Cuts a long text with WhatsApp's styles as split_text() does one without, so that each character keeps its style.
///
/// A style that is open at a cut (`*`, `_`, `~`, one or three backticks, the `> ` of a quoted line) is closed at the
/// end of the part and opened again at the begin of the next one; the markers count. No part ends with a style just
/// opened or begins with one that ends at once: the cut moves before it, or behind it. Where a text begins with much
/// white space inside a style, that is lost as at a cut.
///
/// What a style is, style_spans() says: a marker that pairs with none is text. A text without styles is cut as by
/// split_text(). Takes time linear in the length. REQUIRES: max_characters >= kMinStyledCharacters.
[[nodiscard]] std::vector<std::string> split_styled_text(std::string_view utf8, std::size_t max_characters);
/// Room for the markers of all styles at once, twice, and as much text.
inline constexpr std::size_t kMinStyledCharacters = 64;

}  // namespace claw::whatsapp
