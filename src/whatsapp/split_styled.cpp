#include <algorithm>
#include <ranges>
#include <utility>

#include "whatsapp/style_spans.hpp"
#include "whatsapp/text_cut.hpp"
#include "whatsapp/text_limits.hpp"
#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

constexpr auto kNone = std::string_view::npos;
constexpr std::string_view kWhite = " \t\r\n";
/// What closes bold, italic, struck and code at once: `*`, `_`, `~` and three backticks, or a line break and these.
constexpr std::size_t kMaxClosing = 6;

class Splitter {
 public:
  Splitter(std::string_view text, std::size_t max) : text_(text), max_(max), spans_(style_spans(text)) {}

  std::vector<std::string> split() {
    while (at_ < text_.size() && !(begun() && text_.find_first_not_of(kWhite, at_) == kNone)) {
      while (next_ < spans_.size() && spans_[next_].begin < at_) ++next_;
      part();
    }
    return std::move(parts_);
  }

 private:
  [[nodiscard]] bool begun() const { return !parts_.empty(); }

  void part() {
    std::string opening;
    for (const auto* span : carried_) opening += span->open;
    const std::size_t room = max_ - opening.size();
    const auto rest = text_.substr(at_);
    if (bytes_of(rest, room) == rest.size()) {
      parts_.push_back(opening.append(rest));
      at_ = text_.size();
      return;
    }
    // Closing markers need room only where there can be any.
    const bool styled =
        !carried_.empty() || (next_ < spans_.size() && spans_[next_].begin < at_ + bytes_of(rest, room));
    const std::size_t limit = bytes_of(rest, styled ? room - kMaxClosing : room);
    const std::size_t lead = styled ? content_begin() - at_ : 0;
    if (lead >= limit) return skip_to(at_ + lead);
    auto cut = best_cut(rest.substr(lead), limit - lead);
    cut.end += at_ + lead;
    cut.begin += at_ + lead;
    if (styled) return finish(std::move(opening), cut);
    if (cut.end > at_) parts_.emplace_back(text_.substr(at_, cut.end - at_));
    at_ = cut.begin;
  }

  /// Where the first character stands that is neither a marker that opens a style, nor white space.
  [[nodiscard]] std::size_t content_begin() const {
    std::size_t begin = at_;
    for (std::size_t span = next_;;) {
      begin = std::min(text_.find_first_not_of(kWhite, begin), text_.size());
      while (span < spans_.size() && spans_[span].begin < begin) ++span;
      if (span == spans_.size() || spans_[span].begin != begin) return begin;
      begin = spans_[span].inner_begin;
    }
  }

  /// Leaves out white space that is longer than a part.
  void skip_to(std::size_t begin) {
    std::erase_if(carried_, [&](const StyleSpan* span) { return span->inner_end <= begin; });
    for (std::size_t span = next_; span < spans_.size() && spans_[span].begin < begin; ++span)
      if (begin < spans_[span].inner_end) carried_.push_back(&spans_[span]);
    at_ = begin;
  }

  /// Ends the part at `cut`, or nearby where that is within or beside a marker.
  void finish(std::string opening, Cut cut) {
    auto touched = std::exchange(carried_, {});
    for (std::size_t span = next_; span < spans_.size() && spans_[span].begin < cut.end; ++span)
      touched.push_back(&spans_[span]);
    const auto inside_out = std::views::reverse(touched);
    for (const auto* span : inside_out) {
      if (cut.end <= span->begin || cut.end > span->inner_begin) continue;
      cut.end = cut.begin = span->begin;  // nothing of it would be in this part
      while (kWhite.find(text_[cut.end - 1]) != kNone) --cut.end;
    }
    std::string closing;
    bool beside = false;
    for (const auto* span : inside_out) {
      if (cut.end <= span->begin || cut.end >= span->end) continue;
      if (cut.end > span->inner_end) cut.end = cut.begin = span->inner_end;
      closing += span->close;
      if (cut.begin < span->inner_end) {
        carried_.push_back(span);
      } else {
        cut.begin = std::max(cut.begin, span->end);  // nothing of it would be in the next part
        beside = true;
      }
    }
    std::ranges::reverse(carried_);
    parts_.push_back(opening.append(text_.substr(at_, cut.end - at_)).append(closing));
    at_ = without_empty_quotes(beside ? next_content(cut.begin) : cut.begin);
  }

  /// Behind the white space at `at`; the indentation of a line stays.
  [[nodiscard]] std::size_t next_content(std::size_t at) const {
    const std::size_t content = std::min(text_.find_first_not_of(kWhite, at), text_.size());
    const std::size_t line = text_.substr(0, content).rfind('\n');
    return line == kNone || line < at ? content : line + 1;
  }

  /// Empty lines of a quote are white space to people, and lost like it.
  [[nodiscard]] std::size_t without_empty_quotes(std::size_t at) const {
    for (;;) {
      const auto span = std::ranges::lower_bound(spans_, at, {}, &StyleSpan::begin);
      if (span == spans_.end() || span->begin != at || span->inner_begin != span->inner_end) return at;
      at = next_content(span->end);
    }
  }

  const std::string_view text_;
  const std::size_t max_;
  const std::vector<StyleSpan> spans_;
  std::vector<std::string> parts_;
  std::vector<const StyleSpan*> carried_;  // open at at_, outermost first
  std::size_t at_ = 0;
  std::size_t next_ = 0;  // the first span that begins at at_ or later
};

}  // namespace

std::vector<std::string> split_styled_text(std::string_view utf8, std::size_t max_characters) {
  const auto valid = valid_utf8(utf8);
  return Splitter(valid, max_characters).split();
}

}  // namespace claw::whatsapp
