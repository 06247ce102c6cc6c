#include "whatsapp/text_limits.hpp"

#include <algorithm>

#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

constexpr auto kNone = std::string_view::npos;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}
bool is_space(char c) {
  return is_blank(c) || c == '\n';
}

/// The number of bytes that `max` characters take from the begin of `text`.
std::size_t bytes_of(std::string_view text, std::size_t max) {
  std::size_t at = 0;
  for (std::size_t count = 0; count < max && at < text.size(); ++count) at += utf8_length(text[at]);
  return at;
}

/// Where the left part ends and the right one begins; between them is the white space that is lost.
struct Cut {
  std::size_t end;
  std::size_t begin;
};

/// The run of blanks and line breaks around `at`, seen as the break between two lines.
Cut line_cut(std::string_view text, std::size_t at) {
  Cut cut{at, at};
  while (cut.end > 0 && is_space(text[cut.end - 1])) --cut.end;
  // Empty lines go; the indentation of the first that is not empty stays.
  for (std::size_t i = at; i < text.size() && is_space(text[i]); ++i) {
    if (text[i] == '\n') cut.begin = i + 1;
  }
  return cut;
}

Cut blank_cut(std::string_view text, std::size_t at) {
  Cut cut{at, at};
  while (cut.end > 0 && is_blank(text[cut.end - 1])) --cut.end;
  while (cut.begin < text.size() && is_blank(text[cut.begin])) ++cut.begin;
  return cut;
}

bool ends_sentence(std::string_view text, std::size_t blank) {
  // Closing quotes and brackets stand after the mark.
  while (blank > 0 && std::string_view("\"')]*_~").find(text[blank - 1]) != kNone) --blank;
  if (blank == 0) return false;
  return std::string_view(".!?:;").find(text[blank - 1]) != kNone || text.substr(0, blank).ends_with("…");
}

/// A character that belongs to the one before it: a combining mark, a variation selector, a skin tone, or what joins
/// two emoji into one.
bool continues(std::string_view text, std::size_t at) {
  const auto c = utf8_decode(text, at);
  constexpr char32_t kJoiner = 0x200D;
  if (c == kJoiner || (c >= 0x0300 && c <= 0x036F) || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x1F3FB && c <= 0x1F3FF)) {
    return true;
  }
  return text.substr(0, at).ends_with("\u200D");
}

/// Between two characters, `limit` at the latest.
Cut hard_cut(std::string_view text, std::size_t limit) {
  constexpr std::size_t kMaxSteps = 32;  // no character that people write has more parts
  std::size_t at = limit;
  for (std::size_t step = 0; step < kMaxSteps && continues(text, at); ++step) {
    do --at;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
    if (at == 0) return {limit, limit};
  }
  return continues(text, at) ? Cut{limit, limit} : Cut{at, at};
}

/// Where to cut `text`, of which the first `limit` bytes fit. REQUIRES: 0 < limit < text.size().
Cut best_cut(std::string_view text, std::size_t limit) {
  const auto half = limit / 2;
  std::size_t line = kNone;
  std::size_t sentence = kNone;
  std::size_t word = kNone;
  // From the right; white space that begins right at the limit is as good: what stands before it fits. The first half
  // is searched only where the second has none.
  for (std::size_t at = limit + 1; at-- > 0;) {
    if (at < half && word != kNone) break;
    if (!is_space(text[at])) continue;
    if (text[at] == '\n') {
      const auto cut = line_cut(text, at);
      const auto lost = text.substr(cut.end, cut.begin - cut.end);
      if (std::ranges::count(lost, '\n') > 1) return cut;
      if (line == kNone) line = at;
    } else if (sentence == kNone && ends_sentence(text, at)) {
      sentence = at;
    }
    if (word == kNone) word = at;
  }
  if (line != kNone) return line_cut(text, line);
  if (sentence != kNone) return blank_cut(text, sentence);
  if (word != kNone) return text[word] == '\n' ? line_cut(text, word) : blank_cut(text, word);
  return hard_cut(text, limit);
}

}  // namespace

std::vector<std::string> split_text(std::string_view utf8, std::size_t max_characters) {
  const auto valid = valid_utf8(utf8);
  std::string_view rest = valid;
  std::vector<std::string> parts;
  while (!rest.empty()) {
    if (!parts.empty() && std::ranges::all_of(rest, is_space)) break;
    const auto limit = bytes_of(rest, max_characters);
    if (limit == rest.size()) {
      parts.emplace_back(rest);
      break;
    }
    const auto cut = best_cut(rest, limit);
    if (cut.end > 0) parts.emplace_back(rest.substr(0, cut.end));
    rest.remove_prefix(cut.begin);
  }
  return parts;
}

}  // namespace claw::whatsapp
