#include "simulator/media.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/crypto.hpp"

namespace claw::sim {

namespace {

struct MimeType {
  std::string_view name, kind;
};
/// In the order of Meta's refusals.
constexpr auto kTypes = std::to_array<MimeType>({
    {"audio/aac", "audio"},
    {"audio/mp4", "audio"},
    {"audio/mpeg", "audio"},
    {"audio/amr", "audio"},
    {"audio/ogg", "audio"},
    {"audio/opus", "audio"},
    {"application/vnd.ms-powerpoint", "document"},
    {"application/msword", "document"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document"},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", "document"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "document"},
    {"application/pdf", "document"},
    {"text/plain", "document"},
    {"application/vnd.ms-excel", "document"},
    {"image/jpeg", "image"},
    {"image/png", "image"},
    {"image/webp", "sticker"},
    {"video/mp4", "video"},
    {"video/3gpp", "video"},
});

std::string seconds_of(TimePoint at) {
  return std::to_string(to_ms(at) / 1000);
}

}  // namespace

MediaStore::MediaStore(std::uint64_t seed)
    : key_(fmt::format("media/{}", seed)), next_id_(3'000'000'000'000'000 + seed % 1'000'000'000 * 1'000'000) {}

const Media& MediaStore::add(Media media) {
  while (!order_.empty() && (bytes_ + media.bytes->size() > kMaxBytes || order_.size() >= kMaxFiles)) {
    const std::string oldest = std::move(order_.front());
    order_.pop_front();
    erase(oldest);
  }
  media.id = std::to_string(++next_id_);
  const auto digest = sha256(*media.bytes);
  media.sha256 = to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
  bytes_ += media.bytes->size();
  order_.push_back(media.id);
  std::string id = media.id;
  return files_.insert_or_assign(std::move(id), std::move(media)).first->second;
}

const Media* MediaStore::find(std::string_view id, TimePoint now) const {
  const auto found = files_.find(std::string(id));
  return found == files_.end() || found->second.until <= now ? nullptr : &found->second;
}

void MediaStore::erase(std::string_view id) {
  const auto found = files_.find(std::string(id));
  if (found == files_.end()) return;
  bytes_ -= found->second.bytes->size();
  files_.erase(found);
}

std::string MediaStore::hash_of(std::string_view mid, std::string_view ext) const {
  return to_hex(hmac_sha256(key_, fmt::format("{}/{}", mid, ext))).substr(0, 32);
}

std::string MediaStore::url_path(const Media& media, TimePoint now) const {
  const std::string ext = seconds_of(now + kUrlLives);
  return fmt::format("/whatsapp_business/attachments?mid={}&ext={}&hash={}", media.id, ext, hash_of(media.id, ext));
}

bool MediaStore::is_good_url(std::string_view mid, std::string_view ext, std::string_view hash, TimePoint now) const {
  if (!equal_in_constant_time(hash, hash_of(mid, ext))) return false;
  std::int64_t until = 0;
  std::from_chars(ext.data(), ext.data() + ext.size(), until);
  return to_ms(now) / 1000 < until;
}

std::string_view media_kind(std::string_view mime_type) {
  if (!is_media_type(mime_type)) return {};
  auto name = mime_type.substr(0, mime_type.find(';'));
  while (name.ends_with(' ')) name.remove_suffix(1);
  const auto found = std::ranges::find(kTypes, name, &MimeType::name);
  return found == kTypes.end() ? std::string_view() : found->kind;
}

bool is_media_type(std::string_view mime_type) {
  const auto slash = mime_type.find('/');
  return slash != 0 && slash != std::string_view::npos && mime_type.size() <= 200 &&
         std::ranges::all_of(mime_type, [](char c) { return c >= ' ' && c <= '~'; });
}

std::string media_types() {
  std::array<std::string_view, kTypes.size()> names;
  std::ranges::transform(kTypes, names.begin(), &MimeType::name);
  return fmt::format("{}", fmt::join(names, ", "));
}

bool is_animated(std::string_view bytes) {
  // RIFF....WEBPVP8X: bit 1 of the flags says that frames follow.
  return bytes.size() > 20 && bytes.starts_with("RIFF") && bytes.substr(8, 8) == "WEBPVP8X" && (bytes[20] & 2) != 0;
}

std::size_t media_limit(std::string_view kind, std::string_view bytes) {
  constexpr std::size_t kMiB = 1024 * 1024;
  if (kind == "image") return 5 * kMiB;
  if (kind == "sticker") return is_animated(bytes) ? 500 * 1024 : 100 * 1024;
  return kind == "document" ? 100 * kMiB : 16 * kMiB;
}

}  // namespace claw::sim
