#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace claw::whatsapp {

/// Markdown with its bare URLs put out of the parser's sight.
///
/// A parser takes `_` and `*` in a URL for styles, and md4c's own recognition of bare URLs loses a `_` at the end of
/// one. Here each is replaced by a stand-in that looks like a word to the parser, and put back into what it gives.
class MarkdownSource {
 public:
  explicit MarkdownSource(std::string_view markdown);

  [[nodiscard]] std::string_view text() const { return text_; }
  /// Calls `use(text, was_hidden)` for the pieces of what the parser gave, in order.
  template <class Use>
  void restore(std::string_view parsed, Use use) const {
    for (std::size_t begin; (begin = parsed.find(kBegin)) != std::string_view::npos;) {
      const std::size_t end = parsed.find(kEnd, begin);
      if (end == std::string_view::npos) break;
      if (begin > 0) use(parsed.substr(0, begin), false);
      use(hidden(parsed.substr(begin + kBegin.size(), end - begin - kBegin.size())), true);
      parsed.remove_prefix(end + kEnd.size());
    }
    if (!parsed.empty()) use(parsed, false);
  }
  [[nodiscard]] std::string restored(std::string_view parsed) const;

 private:
  // No text has these characters: they are set aside for the inside of programs, and replaced where they are met.
  static constexpr std::string_view kBegin = "\uFDD0";
  static constexpr std::string_view kEnd = "\uFDD1";
  void hide(std::string_view text);
  [[nodiscard]] std::string_view hidden(std::string_view number) const;

  std::string text_;
  std::vector<std::string> hidden_;
};

/// The characters of an entity such as `&amp;` or `&#39;`; the entity itself where its name is none of the common ones.
[[nodiscard]] std::string decode_entity(std::string_view entity);

}  // namespace claw::whatsapp
