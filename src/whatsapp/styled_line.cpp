#include "whatsapp/styled_line.hpp"

#include <algorithm>

#include "whatsapp/style_rules.hpp"
#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

struct Marker {
  std::uint8_t style;
  char byte;
};
/// In the order in which they stand around a text that has several.
constexpr Marker kMarkers[] = {{StyledText::kBold, '*'}, {StyledText::kItalic, '_'}, {StyledText::kStruck, '~'}};
constexpr std::uint8_t kStyles = StyledText::kBold | StyledText::kItalic | StyledText::kStruck;
/// Looks like a backtick, and is none.
constexpr std::string_view kGraveLetter = "\u02CB";
constexpr std::string_view kFence = "```";

/// The end of the run that has `style` at `from` and after.
std::size_t run_end(const StyledText& line, std::size_t from, std::uint8_t style) {
  while (from < line.style.size() && (line.style[from] & style)) ++from;
  return from;
}

/// Calls `use(begin, end)` for each run of `style`.
template <class Use>
void for_each_run(const StyledText& line, std::uint8_t style, Use use) {
  for (std::size_t at = 0; at < line.style.size();) {
    const std::size_t end = run_end(line, at, style);
    if (end > at) use(at, end);
    at = end + 1;
  }
}

void clear(StyledText& line, std::size_t begin, std::size_t end, std::uint8_t style) {
  for (; begin < end; ++begin) line.style[begin] &= static_cast<std::uint8_t>(~style);
}

/// Of a script that puts spaces between words.
bool is_spaced_word(char32_t c) {
  constexpr char32_t kFirstOfEastAsia = 0x2E80;
  return is_word(c) && c < kFirstOfEastAsia;
}

/// Makes text again of markers between two letters or digits.
StyledText without_intraword(StyledText line, std::uint8_t style, std::string_view marker) {
  StyledText out;
  std::size_t copied = 0;
  const auto copy = [&](std::size_t end) {
    out.text.append(line.text, copied, end - copied);
    out.style.insert(out.style.end(), line.style.begin() + std::ptrdiff_t(copied),
                     line.style.begin() + std::ptrdiff_t(end));
    copied = end;
  };
  for_each_run(line, style, [&](std::size_t begin, std::size_t end) {
    const bool tilde = style == StyledText::kStruck;
    if (tilde && !(line.style[begin] & StyledText::kSingleTilde)) return;
    const auto touches = tilde ? &is_word : &is_spaced_word;
    if (!touches(character_before(line.text, begin)) || !touches(character_at(line.text, end))) return;
    copy(begin);
    out.append(marker, line.style[begin - 1]);
    for (std::size_t at = begin; at < end; ++at) line.style[at] &= static_cast<std::uint8_t>(~style);
    copy(end);
    out.append(marker, line.style[end]);
  });
  if (out.empty()) return line;
  copy(line.text.size());
  return out;
}

/// White space at the edges of a style loses it.
void trim(StyledText& line, std::uint8_t style) {
  std::vector<std::pair<std::size_t, std::size_t>> runs;
  for_each_run(line, style, [&](std::size_t begin, std::size_t end) { runs.emplace_back(begin, end); });
  for (auto [begin, end] : runs) {
    while (begin < end && is_space(character_at(line.text, begin))) {
      const std::size_t size = utf8_length(line.text[begin]);
      clear(line, begin, begin + size, style);
      begin += size;
    }
    while (end > begin && is_space(character_before(line.text, end))) {
      std::size_t last = end - 1;
      while ((static_cast<unsigned char>(line.text[last]) & 0xC0) == 0x80) --last;
      clear(line, last, end, style);
      end = last;
    }
  }
}

void drop_styles_around_their_marker(StyledText& line, const Marker& marker) {
  std::vector<std::pair<std::size_t, std::size_t>> runs;
  for_each_run(line, marker.style, [&](std::size_t begin, std::size_t end) {
    if (std::string_view(line.text).substr(begin, end - begin).find(marker.byte) != std::string_view::npos)
      runs.emplace_back(begin, end);
  });
  for (const auto& [begin, end] : runs) clear(line, begin, end, marker.style);
}

/// Writes a line whose styles WhatsApp can show, from left to right.
class LineWriter {
 public:
  explicit LineWriter(const StyledText& line) : line_(line) {}

  std::string write() {
    for (std::size_t at = 0; at < line_.text.size();) {
      if (at == 0 || set_off_ || line_.style[at] != line_.style[at - 1]) {
        close_styles(at);
        open_styles(at);
      }
      at = line_.style[at] & StyledText::kCode ? code(at) : byte(at);
    }
    close_styles(line_.text.size());
    return guarded();
  }

 private:
  [[nodiscard]] std::uint8_t style_at(std::size_t at) const { return at < line_.style.size() ? line_.style[at] : 0; }

  void close_styles(std::size_t at) {
    const auto ended = std::ranges::find_if(open_, [&](const Marker& m) { return !(style_at(at) & m.style); });
    if (ended == open_.end()) return;
    // Those inside go with it; what goes on is opened again.
    for (auto marker = open_.end(); marker != ended;) out_ += (--marker)->byte;
    open_.erase(ended, open_.end());
    set_off_ = true;
  }

  void open_styles(std::size_t at) {
    std::vector<std::pair<std::size_t, Marker>> opening;
    for (const auto& marker : kMarkers) {
      const bool is_open = std::ranges::any_of(open_, [&](const Marker& m) { return m.style == marker.style; });
      if ((style_at(at) & marker.style) && !is_open) opening.emplace_back(run_end(line_, at, marker.style), marker);
    }
    // What lasts longest stands outside.
    std::ranges::sort(opening, [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second.style < b.second.style;
    });
    const bool marker_follows = !opening.empty() || (style_at(at) & StyledText::kCode);
    set_off(at, marker_follows);
    for (const auto& [end, marker] : opening) {
      out_ += marker.byte;
      open_.push_back(marker);
    }
  }

  /// Keeps a marker and a letter apart, on either side of the marker.
  void set_off(std::size_t at, bool marker_follows) {
    const bool before_letter = set_off_ && !marker_follows && is_word(character_at(line_.text, at));
    const bool after_letter = !set_off_ && marker_follows && is_word(character_before(out_, out_.size()));
    if (before_letter || after_letter) out_ += kGuard;
    set_off_ = false;
  }

  std::size_t code(std::size_t at) {
    std::size_t end = at;
    while (end < line_.style.size() && line_.style[end] == line_.style[at]) ++end;
    const auto content = std::string_view(line_.text).substr(at, end - at);
    code_.emplace_back(out_.size(), 0);
    if (content.find('`') == std::string_view::npos)
      out_.append("`").append(content).append("`");
    else
      out_.append(kFence).append(inside_backticks(content)).append(kFence);
    code_.back().second = out_.size();
    set_off_ = true;
    return end;
  }

  std::size_t byte(std::size_t at) {
    const char c = line_.text[at];
    if (!(line_.style[at] & StyledText::kVerbatim) && (c == '*' || c == '_' || c == '~' || c == '`'))
      literals_.push_back(out_.size());
    out_ += c;
    return at + 1;
  }

  /// Where the last marker `byte` stands that could end a style; 0: none does.
  [[nodiscard]] std::size_t last_closing(char byte) const {
    auto code = code_.rbegin();
    for (std::size_t at = out_.size(); at-- > 0;) {
      while (code != code_.rend() && code->first > at) ++code;
      if (code != code_.rend() && at < code->second) continue;
      if (out_[at] == byte && may_close(out_, at)) return at;
    }
    return 0;
  }

  std::string guarded() {
    if (literals_.empty()) return std::move(out_);
    const std::size_t last[] = {last_closing('*'), last_closing('_'), last_closing('~')};
    const bool lone_backtick = std::ranges::count(out_, '`') == 1;
    std::string out;
    std::size_t copied = 0;
    for (const std::size_t at : literals_) {
      const char c = out_[at];
      out.append(out_, copied, at - copied);
      copied = at + 1;
      if (c == '`') {
        out += lone_backtick ? std::string_view("`") : kGraveLetter;
        continue;
      }
      out += c;
      if (last[c == '*' ? 0 : c == '_' ? 1 : 2] > at + 1 && may_open(out_, at)) out += kGuard;
    }
    return out.append(out_, copied);
  }

  const StyledText& line_;
  std::string out_;
  std::vector<Marker> open_;
  std::vector<std::size_t> literals_;                      // markers of the text, in out_
  std::vector<std::pair<std::size_t, std::size_t>> code_;  // with its backticks, in out_
  bool set_off_ = false;                                   // a marker was written that ends something
};

}  // namespace

void StyledText::append(std::string_view more, std::uint8_t its_style) {
  text += more;
  style.resize(text.size(), its_style);
}

void StyledText::append(const StyledText& more) {
  text += more.text;
  style.insert(style.end(), more.style.begin(), more.style.end());
}

void StyledText::mark(std::size_t from, std::uint8_t more) {
  for (; from < style.size(); ++from) style[from] |= more;
}

std::vector<StyledText> lines_of(const StyledText& text) {
  std::vector<StyledText> lines;
  for (std::size_t begin = 0;;) {
    const std::size_t end = std::min(text.text.find('\n', begin), text.text.size());
    lines.push_back({text.text.substr(begin, end - begin),
                     {text.style.begin() + std::ptrdiff_t(begin), text.style.begin() + std::ptrdiff_t(end)}});
    if (end == text.text.size()) return lines;
    begin = end + 1;
  }
}

std::string render_line(StyledText line) {
  line = without_intraword(std::move(line), StyledText::kItalic, "*");
  line = without_intraword(std::move(line), StyledText::kBold, "**");
  line = without_intraword(std::move(line), StyledText::kStruck, "~");
  for (const auto& marker : kMarkers) {
    trim(line, marker.style);
    drop_styles_around_their_marker(line, marker);
  }
  const bool styled = std::ranges::any_of(line.style, [](auto style) { return style & (kStyles | StyledText::kCode); });
  if (!styled && line.text.find_first_of("*_~`") == std::string::npos) return std::move(line.text);
  return LineWriter(line).write();
}

std::string inside_backticks(std::string_view code) {
  std::string out;
  if (code.starts_with('`')) out += kGuard;
  for (std::size_t at = 0; at < code.size(); ++at) {
    if (code.substr(at).starts_with('`') && out.ends_with("``")) out += kGuard;
    out += code[at];
  }
  if (code.ends_with('`')) out += kGuard;
  return out;
}

}  // namespace claw::whatsapp
