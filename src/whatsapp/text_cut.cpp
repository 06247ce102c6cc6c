#include "whatsapp/text_cut.hpp"

#include <algorithm>

#include "whatsapp/style_rules.hpp"
#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

constexpr auto kNone = std::string_view::npos;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}
bool is_white(char c) {
  return is_blank(c) || c == '\n';
}

struct Range {
  char32_t first;
  char32_t last;
};

/// Characters that belong to the one before them, beyond ASCII. Sorted.
constexpr Range kMarks[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x05BF, 0x05BF},   {0x05C1, 0x05C2},   {0x05C4, 0x05C5},
    {0x05C7, 0x05C7}, {0x0610, 0x061A}, {0x064B, 0x065F}, {0x0670, 0x0670},   {0x06D6, 0x06DC},   {0x06DF, 0x06E4},
    {0x06E7, 0x06E8}, {0x06EA, 0x06ED}, {0x0711, 0x0711}, {0x0730, 0x074A},   {0x07EB, 0x07F3},   {0x0816, 0x082D},
    {0x08D3, 0x0903}, {0x093A, 0x093C}, {0x093E, 0x094F}, {0x0951, 0x0957},   {0x0962, 0x0963},   {0x0981, 0x0983},
    {0x09BC, 0x09BC}, {0x09BE, 0x09CD}, {0x0A01, 0x0A03}, {0x0A3C, 0x0A51},   {0x0A81, 0x0A83},   {0x0ABC, 0x0ABC},
    {0x0ABE, 0x0ACD}, {0x0B01, 0x0B03}, {0x0B3C, 0x0B3C}, {0x0B3E, 0x0B57},   {0x0B82, 0x0B82},   {0x0BBE, 0x0BCD},
    {0x0C00, 0x0C04}, {0x0C3E, 0x0C56}, {0x0C81, 0x0C83}, {0x0CBC, 0x0CBC},   {0x0CBE, 0x0CD6},   {0x0D00, 0x0D03},
    {0x0D3B, 0x0D3C}, {0x0D3E, 0x0D4D}, {0x0DCA, 0x0DDF}, {0x0E31, 0x0E31},   {0x0E33, 0x0E3A},   {0x0E47, 0x0E4E},
    {0x0EB1, 0x0EB1}, {0x0EB3, 0x0EBC}, {0x0EC8, 0x0ECD}, {0x0F18, 0x0F19},   {0x0F35, 0x0F39},   {0x0F3E, 0x0F3F},
    {0x0F71, 0x0F87}, {0x0F8D, 0x0FBC}, {0x102B, 0x103E}, {0x1056, 0x1059},   {0x135D, 0x135F},   {0x1712, 0x1715},
    {0x17B4, 0x17D3}, {0x180B, 0x180F}, {0x1920, 0x193B}, {0x1A17, 0x1A1B},   {0x1A55, 0x1A7F},   {0x1AB0, 0x1AFF},
    {0x1B00, 0x1B04}, {0x1B34, 0x1B44}, {0x1CD0, 0x1CF9}, {0x1DC0, 0x1DFF},   {0x200D, 0x200D},   {0x20D0, 0x20FF},
    {0x302A, 0x302F}, {0x3099, 0x309A}, {0xA823, 0xA827}, {0xA8E0, 0xA8F1},   {0xA947, 0xA953},   {0xAAEB, 0xAAF6},
    {0xFB1E, 0xFB1E}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0x1F3FB, 0x1F3FF}, {0xE0020, 0xE007F}, {0xE0100, 0xE01EF},
};

/// In the scripts of India a virama makes one character of the letters on its sides.
bool is_behind_virama(std::string_view text, std::size_t at) {
  const auto c = utf8_decode(text, at);
  const auto before = character_before(text, at);
  const auto is_indic = [](char32_t letter) { return letter >= 0x0900 && letter <= 0x0DFF; };
  return is_indic(c) && is_indic(before) && (before & 0x7F) == 0x4D;
}

bool is_flag_letter(char32_t c) {
  return c >= 0x1F1E6 && c <= 0x1F1FF;
}

/// Two letters make a flag: in a row of them each second one is joined.
bool is_second_half_of_flag(std::string_view text, std::size_t at) {
  constexpr std::size_t kBytes = 4;      // of each letter
  constexpr std::size_t kMaxSteps = 64;  // a longer row may be cut anywhere: nobody writes that
  std::size_t before = 0;
  while (before < kMaxSteps && at >= kBytes && is_flag_letter(character_before(text, at))) {
    at -= kBytes;
    ++before;
  }
  return before % 2 == 1;
}

/// The run of blanks and line breaks around `at`, seen as the break between two lines.
Cut line_cut(std::string_view text, std::size_t at) {
  Cut cut{at, at};
  while (cut.end > 0 && is_white(text[cut.end - 1])) --cut.end;
  // Empty lines go; the indentation of the first that is not empty stays.
  for (std::size_t i = at; i < text.size() && is_white(text[i]); ++i) {
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

/// Between two characters, `limit` at the latest.
Cut hard_cut(std::string_view text, std::size_t limit) {
  constexpr std::size_t kMaxSteps = 32;  // no character that people write has more parts
  std::size_t at = limit;
  for (std::size_t step = 0; step < kMaxSteps && is_joined(text, at); ++step) {
    do --at;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
    if (at == 0) return {limit, limit};
  }
  return is_joined(text, at) ? Cut{limit, limit} : Cut{at, at};
}

}  // namespace

bool is_joined(std::string_view text, std::size_t at) {
  if (at == 0 || at >= text.size()) return false;
  const auto c = utf8_decode(text, at);
  const auto* range = std::ranges::lower_bound(kMarks, c, {}, &Range::last);
  if (range != std::end(kMarks) && c >= range->first) return true;
  return text.substr(0, at).ends_with("\u200D") || is_behind_virama(text, at) ||
         (is_flag_letter(c) && is_second_half_of_flag(text, at));
}

std::size_t bytes_of(std::string_view text, std::size_t max) {
  std::size_t at = 0;
  for (std::size_t count = 0; count < max && at < text.size(); ++count) at += utf8_length(text[at]);
  return at;
}

Cut best_cut(std::string_view text, std::size_t limit) {
  const auto half = limit / 2;
  std::size_t line = kNone;
  std::size_t sentence = kNone;
  std::size_t word = kNone;
  // From the right; white space that begins right at the limit is as good: what stands before it fits. The first half
  // is searched only where the second has none.
  for (std::size_t at = limit + 1; at-- > 0;) {
    if (at < half && word != kNone) break;
    if (!is_white(text[at])) continue;
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

}  // namespace claw::whatsapp
