#pragma once

#include <cstddef>
#include <string_view>

namespace claw::whatsapp {

/// What WhatsApp's apps take for a style, as far as it is known: Meta documents the markers (`*bold*`, `_italic_`,
/// `~struck~`, `` `code` ``, triple backticks, `> ` at the begin of a line), not the edges. What all apps have in
/// common, and what we count on:
/// - `*`, `_` and `~` begin a style where no letter or digit stands before them and no white space after, and end it
///   where no white space stands before and no letter or digit after, on the same line;
/// - there is no escape: a backslash is shown.
///
/// All functions take valid UTF-8 and positions where a character begins, or the end.

/// A hair space: white space to every app, so that a marker before it begins nothing and one after it stands at the
/// begin of a word, and too thin to be seen.
inline constexpr std::string_view kGuard = "\u200A";

[[nodiscard]] bool is_space(char32_t character);
/// A letter or digit of any script, where a marker that touches it is none. Marks count as the letter they stand on.
[[nodiscard]] bool is_word(char32_t character);

/// 0 at the begin.
[[nodiscard]] char32_t character_before(std::string_view text, std::size_t at);
/// 0 at the end.
[[nodiscard]] char32_t character_at(std::string_view text, std::size_t at);

/// Whether the marker at `at`, one byte long, can begin a style, or end one.
[[nodiscard]] bool may_open(std::string_view text, std::size_t at);
[[nodiscard]] bool may_close(std::string_view text, std::size_t at);

/// The bytes of the URL with http or https that begins at `at`, without what people and Markdown put right behind one
/// (punctuation, markers, a bracket that was opened before it); 0: none begins there.
[[nodiscard]] std::size_t url_length(std::string_view text, std::size_t at);

}  // namespace claw::whatsapp
