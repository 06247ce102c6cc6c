#include "whatsapp/markdown_source.hpp"

#include <algorithm>
#include <charconv>

#include "whatsapp/style_rules.hpp"
#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";

constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
    {"&amp;", "&"},    {"&lt;", "<"},     {"&gt;", ">"},     {"&quot;", "\""},  {"&apos;", "'"},  {"&nbsp;", "\u00A0"},
    {"&copy;", "©"},   {"&reg;", "®"},    {"&trade;", "™"},  {"&hellip;", "…"}, {"&mdash;", "—"}, {"&ndash;", "–"},
    {"&bull;", "•"},   {"&middot;", "·"}, {"&deg;", "°"},    {"&euro;", "€"},   {"&pound;", "£"}, {"&yen;", "¥"},
    {"&times;", "×"},  {"&divide;", "÷"}, {"&plusmn;", "±"}, {"&laquo;", "«"},  {"&raquo;", "»"}, {"&lsquo;", "‘"},
    {"&rsquo;", "’"},  {"&ldquo;", "“"},  {"&rdquo;", "”"},  {"&larr;", "←"},   {"&rarr;", "→"},  {"&sect;", "§"},
    {"&frac12;", "½"}, {"&frac14;", "¼"}, {"&sup2;", "²"},   {"&sup3;", "³"},   {"&micro;", "µ"},
};

/// The first that is not escaped, or the end.
std::size_t closing_bracket(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at < text.size(); ++at) {
    if (text[at] == ']') return at;
    if (text[at] == '\\') ++at;
  }
  return text.size();
}

std::string utf8_of(char32_t c) {
  std::string out;
  const auto put = [&](unsigned lead, int shift) {
    out += char(lead | (c >> shift));
    while (shift > 0) out += char(0x80 | (c >> (shift -= 6) & 0x3F));
  };
  if (c < 0x80)
    put(0, 0);
  else if (c < 0x800)
    put(0xC0, 6);
  else if (c < 0x10000)
    put(0xE0, 12);
  else
    put(0xF0, 18);
  return out;
}

}  // namespace

MarkdownSource::MarkdownSource(std::string_view markdown) {
  const std::string valid = valid_utf8(markdown);
  text_.reserve(valid.size());
  std::size_t bracket = 0;  // the first closing one at `at` or behind
  for (std::size_t at = 0; at < valid.size();) {
    const auto rest = std::string_view(valid).substr(at);
    const bool ours = rest.starts_with(kBegin) || rest.starts_with(kEnd);
    if (bracket < at || at == 0) bracket = closing_bracket(valid, at);
    // The parser knows a URL in angle brackets by itself.
    const auto url = at > 0 && valid[at - 1] == '<' ? 0 : url_length(valid, at);
    const bool defines = rest.starts_with('[') && std::string_view(valid).substr(bracket).starts_with("]:");
    const auto size = url > 0 ? url : utf8_length(valid[at]);
    if (url > 0 || defines)
      hide(rest.substr(0, size));
    else
      text_ += ours ? kReplacement : rest.substr(0, size);
    at += size;
  }
}

void MarkdownSource::hide(std::string_view text) {
  text_.append(kBegin).append(std::to_string(hidden_.size())).append(kEnd);
  hidden_.emplace_back(text);
}

std::string_view MarkdownSource::hidden(std::string_view number) const {
  std::size_t index = hidden_.size();
  std::from_chars(number.data(), number.data() + number.size(), index);
  return index < hidden_.size() ? hidden_[index] : kReplacement;
}

std::string MarkdownSource::restored(std::string_view parsed) const {
  std::string out;
  restore(parsed, [&](std::string_view piece, bool) { out += piece; });
  return out;
}

std::string decode_entity(std::string_view entity) {
  if (!entity.starts_with("&#")) {
    for (const auto& [name, characters] : kEntities)
      if (name == entity) return std::string(characters);
    return std::string(entity);
  }
  const bool hex = (entity[2] | 0x20) == 'x';
  const auto digits = entity.substr(hex ? 3 : 2, entity.size() - (hex ? 4 : 3));
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
  const bool is_character = value > 0 && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
  return is_character ? utf8_of(value) : std::string(kReplacement);
}

}  // namespace claw::whatsapp
