#include "media/media_type.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"

namespace claw {
namespace {

constexpr std::int64_t kMiB = 1024 * 1024;

bool has_at(std::string_view bytes, std::size_t at, std::string_view what) {
  return bytes.size() >= at && bytes.substr(at).starts_with(what);
}

/// ISO's container: MP4, 3GP and their kin.
bool is_iso_media(std::string_view bytes) {
  return has_at(bytes, 4, "ftyp");
}
/// The first bits of an MPEG audio frame.
bool is_frame(std::string_view bytes, unsigned char mask, unsigned char value) {
  return bytes.size() > 1 && static_cast<unsigned char>(bytes[0]) == 0xff &&
         (static_cast<unsigned char>(bytes[1]) & mask) == value;
}
bool is_jpeg(std::string_view bytes) {
  return bytes.starts_with("\xff\xd8\xff");
}
bool is_png(std::string_view bytes) {
  return bytes.starts_with("\x89PNG\r\n\x1a\n");
}
bool is_webp(std::string_view bytes) {
  return bytes.starts_with("RIFF") && has_at(bytes, 8, "WEBP");
}
bool is_gif(std::string_view bytes) {
  return bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a");
}
bool is_ogg(std::string_view bytes) {
  return bytes.starts_with("OggS");
}
bool is_mpeg_audio(std::string_view bytes) {
  return bytes.starts_with("ID3") || is_frame(bytes, 0xe0, 0xe0);
}
bool is_aac(std::string_view bytes) {
  return bytes.starts_with("ADIF") || bytes.starts_with("ID3") || is_frame(bytes, 0xf6, 0xf0) || is_iso_media(bytes);
}
bool is_amr(std::string_view bytes) {
  return bytes.starts_with("#!AMR");
}
bool is_wav(std::string_view bytes) {
  return bytes.starts_with("RIFF") && has_at(bytes, 8, "WAVE");
}
bool is_pdf(std::string_view bytes) {
  return bytes.substr(0, 1024).contains("%PDF-");  // readers take what stands before it
}

struct Known {
  std::string_view type;
  bool (*fits)(std::string_view bytes);
  bool shown;
};
constexpr auto kKnown = std::to_array<Known>({
    {"image/jpeg", is_jpeg, true},
    {"image/png", is_png, true},
    {"image/webp", is_webp, true},
    {"image/gif", is_gif, true},
    {"audio/ogg", is_ogg, true},
    {"audio/opus", is_ogg, true},
    {"audio/mpeg", is_mpeg_audio, true},
    {"audio/mp4", is_iso_media, true},
    {"audio/aac", is_aac, true},
    {"audio/amr", is_amr, true},
    {"audio/wav", is_wav, true},
    {"audio/x-wav", is_wav, true},
    {"video/mp4", is_iso_media, true},
    {"video/3gpp", is_iso_media, true},
    {"application/pdf", is_pdf, false},
});

const Known* known(std::string_view essence) {
  const auto found = std::ranges::find(kKnown, essence, &Known::type);
  return found == kKnown.end() ? nullptr : &*found;
}

bool is_of_kind(std::string_view essence, std::string_view kind) {
  return essence.starts_with(kind);
}

/// What the bytes look like, for the words of a refusal.
std::string_view looks_like(std::string_view first) {
  for (const auto& each : kKnown)
    if (each.fits(first)) return each.type;
  const auto text = trimmed(first);
  if (text.starts_with('<')) return "a page or another text with markup";
  if (first.starts_with("PK\x03\x04")) return "a ZIP archive";
  if (first.starts_with("MZ") || first.starts_with("\x7f"
                                                   "ELF"))
    return "a program";
  return "something else";
}

}  // namespace

std::string essence_of(std::string_view mime_type) {
  std::string essence(trimmed(mime_type.substr(0, mime_type.find(';'))));
  std::ranges::transform(essence, essence.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto is_of_a_type = [](unsigned char c) {
    return std::isalnum(c) || c == '/' || c == '-' || c == '+' || c == '.' || c == '_';
  };
  constexpr std::size_t kLongest = 127;
  if (!std::ranges::all_of(essence, is_of_a_type) || std::ranges::count(essence, '/') != 1 || essence.size() > kLongest)
    return {};
  return essence;
}

std::int64_t max_bytes_of(std::string_view mime_type, bool is_document) {
  const auto essence = essence_of(mime_type);
  if (!is_document && is_of_kind(essence, "image/")) return 5 * kMiB;
  if (!is_document && (is_of_kind(essence, "audio/") || is_of_kind(essence, "video/"))) return 16 * kMiB;
  return 100 * kMiB;
}

Result<void> check_first_bytes(std::string_view mime_type, std::string_view first) {
  const auto essence = essence_of(mime_type);
  if (essence.empty()) return fail(ErrorKind::kInvalid, "the file has no type like image/jpeg");
  const Known* type = known(essence);
  const bool opens_by_itself =
      is_of_kind(essence, "image/") || is_of_kind(essence, "audio/") || is_of_kind(essence, "video/");
  const bool fits = type ? type->fits(first) : !opens_by_itself || !trimmed(first).starts_with('<');
  if (fits) return {};
  return fail(ErrorKind::kInvalid,
              fmt::format("the file is said to be {}, and its bytes are {}", essence, looks_like(first)));
}

bool is_shown_inline(std::string_view mime_type) {
  const Known* type = known(essence_of(mime_type));
  return type && type->shown;
}

std::string safe_filename(std::string_view name) {
  constexpr std::size_t kLongest = 240;  // Meta's number
  if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos) name = name.substr(slash + 1);
  std::string safe;
  for (const char c : trimmed(name))
    if (static_cast<unsigned char>(c) >= ' ' && c != '\x7f') safe.push_back(c == '"' || c == '<' || c == '>' ? '_' : c);
  while (safe.starts_with('.')) safe.erase(0, 1);
  if (safe.size() <= kLongest) return safe;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(safe[end]) & 0xc0) == 0x80) --end;
  return safe.substr(0, end);
}

}  // namespace claw
