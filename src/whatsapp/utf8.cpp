#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

struct Sequence {
  std::size_t size;  ///< Of a valid sequence, or of the maximal part of one that is broken off.
  bool valid;
};

/// Table 3-7 of the Unicode standard: which second bytes a first byte allows.
Sequence sequence_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  unsigned low = 0x80;
  unsigned high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  for (std::size_t i = 1; i < size; ++i, low = 0x80, high = 0xBF) {
    if (at + i >= text.size() || byte(at + i) < low || byte(at + i) > high) return {i, false};
  }
  return {size, true};
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto [size, valid] = sequence_at(text, at);
    if (valid) {
      out += text.substr(at, size);
    } else {
      out += "\xEF\xBF\xBD";
    }
    at += size;
  }
  return out;
}

char32_t utf8_decode(std::string_view text, std::size_t at) {
  const std::size_t size = utf8_length(text[at]);
  const auto lead = static_cast<unsigned char>(text[at]);
  char32_t character = size == 1 ? lead : lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i)
    character = character << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  return character;
}

}  // namespace claw::whatsapp
