#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace claw::whatsapp {

/// One style in a text with WhatsApp's markers: `open` stands at `begin`, the text it styles from `inner_begin` to
/// `inner_end`, `close` from there to `end`. All are positions of bytes; both markers are constants or views into the
/// text.
struct StyleSpan {
  std::size_t begin;
  std::size_t inner_begin;
  std::size_t inner_end;
  std::size_t end;
  std::string_view open;
  std::string_view close;  ///< Empty for a quoted line, which ends with the line.
};

/// The styles of a message as WhatsApp's apps read it (see style_rules.hpp), by where they begin; those inside others
/// come after them. Code of nothing but white space is none; a quoted line may be empty. At most the first kMaxLevels
/// marks of a quote count as such.
///
/// REQUIRES: valid UTF-8. Takes time linear in the length.
[[nodiscard]] std::vector<StyleSpan> style_spans(std::string_view text);

}  // namespace claw::whatsapp
