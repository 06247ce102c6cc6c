#include "speech/audio_type.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace claw {

std::string media_type(std::string_view content_type) {
  const auto type = trimmed(content_type.substr(0, content_type.find(';')));
  const auto is_of_a_type = [](unsigned char c) {
    return std::isalnum(c) || c == '/' || c == '-' || c == '+' || c == '.';
  };
  if (type.find('/') == std::string_view::npos || !std::ranges::all_of(type, is_of_a_type))
    return "application/octet-stream";
  return std::string(type);
}

std::string audio_file_name(std::string_view content_type) {
  // What Meta passes on as audio, and what it calls it.
  static constexpr std::pair<std::string_view, std::string_view> kEndings[] = {
      {"audio/ogg", "ogg"}, {"audio/opus", "opus"}, {"audio/mpeg", "mp3"}, {"audio/mp4", "m4a"},
      {"audio/aac", "aac"}, {"audio/amr", "amr"},   {"audio/wav", "wav"},  {"audio/x-wav", "wav"}};
  const auto type = media_type(content_type);
  for (const auto& [known, ending] : kEndings)
    if (same_word(type, known)) return "voice." + std::string(ending);
  return "voice.bin";
}

}  // namespace claw
