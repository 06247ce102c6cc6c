#include "whatsapp/style_rules.hpp"

#include <algorithm>

#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

constexpr auto kNone = std::string_view::npos;

struct Range {
  char32_t first;
  char32_t last;
};

/// Neither letters nor digits, beyond ASCII; what is in no table of ours counts as a letter, which costs a hair space
/// at worst. Sorted.
constexpr Range kNoWord[] = {
    {0x80, 0xA9},     {0xAB, 0xB1},     {0xB4, 0xB4},     {0xB6, 0xB8},       {0xBB, 0xBB},        {0xBF, 0xBF},
    {0xD7, 0xD7},     {0xF7, 0xF7},     {0x1680, 0x1680}, {0x2000, 0x206F},   {0x20A0, 0x20CF},    {0x2190, 0x245F},
    {0x2500, 0x2BFF}, {0x2E00, 0x2E7F}, {0x3000, 0x3004}, {0x3008, 0x3020},   {0x3030, 0x3030},    {0x303D, 0x303F},
    {0xE000, 0xF8FF}, {0xFDD0, 0xFDEF}, {0xFE00, 0xFE1F}, {0xFE30, 0xFE6F},   {0xFEFF, 0xFF0F},    {0xFF1A, 0xFF20},
    {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFF}, {0x1F000, 0x1FAFF}, {0xE0000, 0x10FFFF},
};

bool has_scheme(std::string_view text, std::size_t at) {
  const auto is = [&](std::string_view scheme) {
    return std::ranges::equal(text.substr(at, scheme.size()), scheme, {}, [](char c) { return char(c | 0x20); });
  };
  // '|0x20' leaves ':' and '/' as they are.
  return is("http://") || is("https://");
}

}  // namespace

bool is_space(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_word(char32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
  const auto* range = std::ranges::lower_bound(kNoWord, c, {}, &Range::last);
  return range == std::end(kNoWord) || c < range->first;
}

char32_t character_before(std::string_view text, std::size_t at) {
  if (at == 0) return 0;
  do --at;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  return utf8_decode(text, at);
}

char32_t character_at(std::string_view text, std::size_t at) {
  return at < text.size() ? utf8_decode(text, at) : 0;
}

bool may_open(std::string_view text, std::size_t at) {
  const auto next = character_at(text, at + 1);
  return next != 0 && !is_space(next) && !is_word(character_before(text, at));
}

bool may_close(std::string_view text, std::size_t at) {
  const auto before = character_before(text, at);
  return before != 0 && !is_space(before) && !is_word(character_at(text, at + 1));
}

std::size_t url_length(std::string_view text, std::size_t at) {
  if (at >= text.size() || (text[at] | 0x20) != 'h' || !has_scheme(text, at)) return 0;
  if (is_word(character_before(text, at))) return 0;
  const std::size_t host = text.find("//", at) + 2;
  std::size_t end = host;
  int brackets = 0;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    if (static_cast<unsigned char>(c) <= ' ' || std::string_view("<>\"`|\\[]{}^\x7f").find(c) != kNone) break;
    // What follows a URL without a space in Chinese or Japanese is no part of it; a URL may be written with letters
    // beyond ASCII, and then ends here too early, which protects less of it and loses nothing.
    if (static_cast<unsigned char>(c) >= 0x80) break;
    if ((c == '*' || c == '~' || c == '_') && text.substr(end + 1, 1) == text.substr(end, 1)) break;
    if (c == '(') ++brackets;
    if (c == ')' && --brackets < 0) break;
  }
  while (end > host && std::string_view(".,;:!?'*_~").find(text[end - 1]) != kNone) --end;
  return end > host ? end - at : 0;
}

}  // namespace claw::whatsapp
