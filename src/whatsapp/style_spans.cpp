#include "whatsapp/style_spans.hpp"

#include <algorithm>

#include "whatsapp/markdown.hpp"
#include "whatsapp/style_rules.hpp"
#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

constexpr auto kNone = std::string_view::npos;
constexpr std::string_view kFence = "```";
constexpr std::string_view kWhite = " \t\r\n";

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<StyleSpan> read() {
    for (std::size_t at = 0; at < text_.size();) {
      if (at == 0 || text_[at - 1] == '\n') {
        begin_line(at);
        at = quote(at);
        if (at >= text_.size()) break;
      }
      at = step(at);
    }
    std::ranges::sort(spans_, {}, &StyleSpan::begin);
    return std::move(spans_);
  }

 private:
  void begin_line(std::size_t at) {
    line_end_ = std::min(text_.find('\n', at), text_.size());
    open_.clear();
    has_backtick_ = true;
  }

  std::size_t quote(std::size_t at) {
    std::size_t inner = at;
    for (std::size_t level = 0; level < kMaxLevels && text_.substr(inner).starts_with("> "); ++level) inner += 2;
    if (inner > at) spans_.push_back({at, inner, line_end_, line_end_, text_.substr(at, inner - at), {}});
    return inner;
  }

  std::size_t step(std::size_t at) {
    const char c = text_[at];
    if (c == '`') {
      const auto end = text_.substr(at).starts_with(kFence) ? fence(at) : code(at);
      if (end > at) return end;
    }
    if (const auto url = url_length(text_, at)) return at + url;
    if (c == '*' || c == '_' || c == '~') marker(at);
    return at + utf8_length(c);
  }

  /// The end of the code that begins at `at`; `at`: it is none.
  std::size_t fence(std::size_t at) {
    if (!has_fence_) return at;
    const std::size_t close = text_.find(kFence, at + kFence.size());
    has_fence_ = close != kNone;
    const std::size_t first = has_fence_ ? text_.find_first_not_of(kWhite, at + kFence.size()) : kNone;
    if (first == kNone || first >= close) return at;
    const bool lines = text_[at + kFence.size()] == '\n';
    const bool last_line = text_[close - 1] == '\n';
    spans_.push_back({at, at + kFence.size() + (lines ? 1 : 0), close - (last_line ? 1 : 0), close + kFence.size(),
                      lines ? "```\n" : kFence, last_line ? "\n```" : kFence});
    const std::size_t end = close + kFence.size();
    if (end > line_end_) begin_line(end);
    return end;
  }

  std::size_t code(std::size_t at) {
    if (!has_backtick_) return at;
    const std::size_t close = text_.substr(0, line_end_).find('`', at + 1);
    has_backtick_ = close != kNone;
    if (!has_backtick_ || text_.substr(at + 1, close - at - 1).find_first_not_of(kWhite) == kNone) return at;
    spans_.push_back({at, at + 1, close, close + 1, "`", "`"});
    return close + 1;
  }

  void marker(std::size_t at) {
    const auto same = std::ranges::find(open_, text_[at], [&](std::size_t begin) { return text_[begin]; });
    if (same != open_.end()) {
      if (at == *same + 1 || !may_close(text_, at)) return;
      const auto sign = text_.substr(at, 1);
      spans_.push_back({*same, *same + 1, at, at + 1, sign, sign});
      open_.erase(same, open_.end());  // those inside have not ended: text
    } else if (may_open(text_, at)) {
      open_.push_back(at);
    }
  }

  const std::string_view text_;
  std::vector<StyleSpan> spans_;
  std::vector<std::size_t> open_;  // markers that may begin a style, each of another kind
  std::size_t line_end_ = 0;
  bool has_fence_ = true;     // there may be three more backticks
  bool has_backtick_ = true;  // or one on the line
};

}  // namespace

std::vector<StyleSpan> style_spans(std::string_view text) {
  return Reader(text).read();
}

}  // namespace claw::whatsapp
