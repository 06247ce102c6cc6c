#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace claw::whatsapp {

/// A picture that the text names: `![alt](url)`.
struct Picture {
  std::string alt;
  std::string url;
  bool operator==(const Picture&) const = default;
};

struct WhatsAppText {
  std::string text;               ///< Valid UTF-8; any length, see split_styled_text().
  std::vector<Picture> pictures;  ///< In order; each URL stands in the text too.
};

/// Writes what an agent wrote in Markdown as people read it in WhatsApp.
///
/// | Markdown | WhatsApp |
/// |---|---|
/// | `**b**` `__b__`, `*i*` `_i_`, `***x***`, `~~s~~` | `*b*`, `_i_`, `*_x_*`, `~s~`; a style over several lines is set
/// on each | | inline code, a fence with its language | `` `code` ``; three backticks and a line break, without the
/// language; in a quote each line by itself | | headings | `*H*` | | `[t](u)` | `t (u)`, or `u` when equal; bare and
/// angle URLs as they are | | `![alt](u)` | `u`, and a Picture | | `-`, `*`, `+` items | `• a`, two spaces more for
/// each level | | `1.` items | numbered anew from the first one's number | | `- [x] t` | `[x] t` | | `> q` | `> ` on
/// each line, before everything else: WhatsApp knows it only there | | `---` | `───` | | table | a paragraph per row:
/// `*first cell*`, then `• column: value` for each cell that is not empty | | `\*x\*` | `*x*` without style: WhatsApp
/// has no escape, so a hair space goes behind the first marker (kGuard) |
///
/// The dialect is GitHub's: tables, task lists, strikethrough. What differs, because people chat and do not typeset:
/// - a line break stays one, and a blank line stands where the Markdown has one or more;
/// - `[1]: url` on a line of its own is text and defines nothing, so that no source that a model names vanishes;
/// - HTML is text; so is code by indentation alone;
/// - `&amp;` and the like are decoded where they are numbers or among the common names, else they stay;
/// - `~x~` is struck as GitHub and WhatsApp do, unless letters or digits touch both sides ("10~20, 30~40");
/// - markers between letters or digits are text: `2*3*4`, `x**2 + y**2`, `snake_case_name` (see render_line());
/// - quotes and lists deeper than kMaxLevels look like that deep.
/// A line of text that begins like a quote or an item of WhatsApp's (`\> x`) is left as it is.
///
/// A text of which nothing would be shown, or of more than kMaxMarkdownBytes, or with tables of more than 50,000 cells,
/// or whose rows would repeat more than 1 MB of columns' names, stays as it came. A table needs three dashes below each
/// name (`---` or `:-:`).
///
/// Invalid UTF-8 becomes U+FFFD.
[[nodiscard]] WhatsAppText to_whatsapp_text(std::string_view markdown);

/// Thirty messages and more. Bounds the time, which the parser (md4c 0.4.8) takes by the square of a paragraph with
/// many links over two lines: 14 s for 1 MB, on a thread that serves everybody.
inline constexpr std::size_t kMaxMarkdownBytes = 128 * 1024;

/// The deepest quote or list that is shown by its depth: a phone is narrow, and a prefix on each line must not make the
/// text grow without bound.
inline constexpr std::size_t kMaxLevels = 8;

}  // namespace claw::whatsapp
