#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw::whatsapp::testing {

/// A character or byte that a person sees, and the styles it has, such as "b", "bi", "q" (quote), "c" (code).
struct Shown {
  std::string bytes;
  std::string styles;
  bool operator==(const Shown&) const = default;
};

/// Reads a message as WhatsApp's apps do, written for tests from WhatsApp's help pages and apart from the code under
/// test: a line's `> `; three backticks over lines; one backtick within a line; `*`, `_`, `~` within a line that hug
/// their text and stand at the edges of words. White space is not given: parts of a text differ in it.
class ShownText {
 public:
  explicit ShownText(std::string_view message) { blocks(message); }
  [[nodiscard]] const std::vector<Shown>& characters() const { return shown_; }
  /// `<b>bold</b>` and so on.
  [[nodiscard]] std::string tagged() const {
    std::string out, open;
    for (const auto& [bytes, styles] : shown_) {
      if (styles != open) {
        if (!open.empty()) out += "</" + open + ">";
        if (!styles.empty()) out += "<" + styles + ">";
        open = styles;
      }
      out += bytes;
    }
    return open.empty() ? out : out + "</" + open + ">";
  }

 private:
  static bool space(std::string_view text, std::size_t at) {
    return at >= text.size() || text[at] == ' ' || text[at] == '\n' || text.substr(at).starts_with("\u200A");
  }
  static bool space_before(std::string_view text, std::size_t at) {
    return at == 0 || text[at - 1] == ' ' || text.substr(0, at).ends_with("\u200A");
  }
  static bool letter(std::string_view text, std::size_t at) {
    if (at >= text.size() || text.substr(at).starts_with("\u200A")) return false;
    const auto c = static_cast<unsigned char>(text[at]);
    if (c < 0x80) return std::isalnum(c);
    return c < 0xE2 || (c >= 0xE4 && c <= 0xED);  // Latin, Arabic and the like; Chinese, Japanese, Korean
  }
  static bool letter_before(std::string_view text, std::size_t at) {
    if (at == 0 || text.substr(0, at).ends_with("\u200A")) return false;
    do --at;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
    return letter(text, at);
  }

  void blocks(std::string_view text) {
    constexpr std::string_view kFence = "```";
    for (;;) {
      const auto begin = text.find(kFence);
      const auto end = begin == text.npos ? text.npos : text.find(kFence, begin + 4);
      if (end == text.npos) return lines(text);
      lines(text.substr(0, begin));
      put(text.substr(begin + 3, end - begin - 3), quoted_ ? "cq" : "c");
      text.remove_prefix(end + 3);
    }
  }
  void lines(std::string_view text) {
    for (;;) {
      const auto end = std::min(text.find('\n'), text.size());
      auto line = text.substr(0, end);
      while (at_line_begin_ && line.starts_with("> ")) {
        quoted_ = true;
        line.remove_prefix(2);
      }
      inline_text(line, quoted_ ? "q" : "");
      if (end == text.size()) {
        at_line_begin_ = at_line_begin_ && text.empty();
        return;
      }
      text.remove_prefix(end + 1);
      at_line_begin_ = true;
      quoted_ = false;
    }
  }
  void inline_text(std::string_view line, const std::string& styles) {
    if (!line.empty()) at_line_begin_ = false;
    for (std::size_t at = 0; at < line.size();) {
      if (const auto end = style_end(line, at)) {
        const auto inside = line.substr(at + 1, *end - at - 1);
        if (line[at] == '`')
          put(inside, sorted(styles + "c"));
        else
          inline_text(inside, sorted(styles + (line[at] == '*' ? "b" : line[at] == '_' ? "i" : "s")));
        at = *end + 1;
      } else if (line.substr(at).starts_with("http")) {
        const auto end_of_url = std::min(line.find_first_of(" )*", at), line.size());
        put(line.substr(at, end_of_url - at), styles);
        at = end_of_url;
      } else {
        const std::size_t size = line.substr(at).starts_with("\u200A") ? 3 : 1;
        put(line.substr(at, size), styles);
        at += size;
      }
    }
  }
  static std::optional<std::size_t> style_end(std::string_view line, std::size_t at) {
    const char marker = line[at];
    if (marker == '`') {
      const auto end = line.find('`', at + 1);
      return end == line.npos || end == at + 1 ? std::nullopt : std::optional(end);
    }
    if (std::string_view("*_~").find(marker) == line.npos || letter_before(line, at) || space(line, at + 1)) return {};
    for (auto end = line.find(marker, at + 2); end != line.npos; end = line.find(marker, end + 1))
      if (!space_before(line, end) && !letter(line, end + 1)) return end;
    return {};
  }
  static std::string sorted(std::string styles) {
    std::ranges::sort(styles);
    return styles;
  }
  void put(std::string_view bytes, const std::string& styles) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      if (bytes[at] == ' ' || bytes[at] == '\n') continue;
      if (bytes.substr(at).starts_with("\u200A"))
        at += 2;
      else
        shown_.push_back({std::string(1, bytes[at]), styles});
    }
  }

  std::vector<Shown> shown_;
  bool at_line_begin_ = true;
  bool quoted_ = false;
};

inline std::string shown(std::string_view message) {
  return ShownText(message).tagged();
}

}  // namespace claw::whatsapp::testing
