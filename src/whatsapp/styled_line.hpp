#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace claw::whatsapp {

/// Text whose every byte carries its style: how a message is held between reading Markdown and writing WhatsApp's
/// markers, which have rules of their own.
struct StyledText {
  static constexpr std::uint8_t kBold = 1;
  static constexpr std::uint8_t kItalic = 2;
  static constexpr std::uint8_t kStruck = 4;
  static constexpr std::uint8_t kCode = 8;
  static constexpr std::uint8_t kVerbatim = 16;     ///< A URL: nothing is put into it.
  static constexpr std::uint8_t kSingleTilde = 32;  ///< Struck by `~` instead of `~~`: perhaps a range of numbers.

  std::string text;
  std::vector<std::uint8_t> style;  ///< As long as `text`.

  void append(std::string_view more, std::uint8_t its_style);
  void append(const StyledText& more);
  void mark(std::size_t from, std::uint8_t more);  ///< Adds a style from there to the end.
  [[nodiscard]] bool empty() const { return text.empty(); }
};

/// The lines of `text`, without the line breaks. There is always one.
[[nodiscard]] std::vector<StyledText> lines_of(const StyledText& text);

/// One line in WhatsApp's markers; whoever reads it in WhatsApp sees the text and its styles and no marker.
///
/// Where WhatsApp would not show a style, or would show one that is not meant:
/// - white space at the edges of a style loses it; a style of nothing else is left out;
/// - a marker that would touch a letter outside its style is set off by kGuard (Chinese and Japanese have no spaces);
/// - `*`, `**` and `~` between two letters or digits, as in `2*3*4`, `x**2 + y**2` and `10~20, 30~40`, are text again,
///   as `_` there is in Markdown itself. (`*` after Chinese or Japanese is Markdown, they have no spaces);
/// - a style whose text contains its own marker is left out;
/// - a marker of the text that WhatsApp would take for a style has kGuard behind it, so that it is shown;
/// - a backtick of the text that would pair with another on the line becomes U+02CB, which looks the same: a guard does
///   not help there. Code that contains a backtick stands in three.
///
/// Takes time linear in the length of the line.
[[nodiscard]] std::string render_line(StyledText line);

/// Code as the inside of triple backticks: three backticks in it are kept apart, so that they do not end it.
[[nodiscard]] std::string inside_backticks(std::string_view code);

}  // namespace claw::whatsapp
