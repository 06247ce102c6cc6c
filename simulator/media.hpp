#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"

namespace claw::sim {

/// A file that Meta keeps: uploaded by a business, or sent by a person.
struct Media {
  std::string id;      ///< Digits.
  std::string number;  ///< The phone number id that uploaded or received it.
  std::string waba;    ///< Whose tokens may fetch it.
  std::string mime_type;
  std::string sha256;                        ///< Base64, as webhooks have it.
  std::shared_ptr<const std::string> bytes;  // shared with answers that are being written
  TimePoint until;                           ///< From then on Meta no longer has it.
};

/// The files of the simulated world.
///
/// Bounded: the oldest go first, as if their time were over. Not thread-safe.
class MediaStore {
 public:
  static constexpr std::size_t kMaxBytes = 256 * 1024 * 1024;
  static constexpr std::size_t kMaxFiles = 20'000;
  static constexpr std::chrono::hours kUploadLives{30 * 24};   ///< Meta's number.
  static constexpr std::chrono::hours kReceivedLives{7 * 24};  ///< Meta's number.
  static constexpr std::chrono::minutes kUrlLives{5};          ///< Meta's number.

  /// `seed` makes ids and the signatures of URLs.
  explicit MediaStore(std::uint64_t seed);

  /// Keeps the file (`media` without id and sha256) and returns it; the reference lives until the next add() or
  /// erase(). REQUIRES: no more than kMaxBytes.
  const Media& add(Media media);
  /// nullptr for one that is unknown, deleted, dropped or over its time.
  [[nodiscard]] const Media* find(std::string_view id, TimePoint now) const;
  void erase(std::string_view id);

  /// "/whatsapp_business/attachments?mid=…&ext=…&hash=…": good for kUrlLives.
  [[nodiscard]] std::string url_path(const Media& media, TimePoint now) const;
  /// Whether a URL with these parts was made by url_path() and is still good.
  [[nodiscard]] bool is_good_url(std::string_view mid, std::string_view ext, std::string_view hash,
                                 TimePoint now) const;

  [[nodiscard]] std::size_t files() const { return files_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  [[nodiscard]] std::string hash_of(std::string_view mid, std::string_view ext) const;

  const std::string key_;
  std::uint64_t next_id_;
  std::unordered_map<std::string, Media> files_;
  std::deque<std::string> order_;  ///< Oldest first; may name files that were erased.
  std::size_t bytes_ = 0;
};

/// image | video | audio | document | sticker: how a file of that type is sent. Empty for a type that Meta does not
/// take. Parameters after `;` do not matter.
[[nodiscard]] std::string_view media_kind(std::string_view mime_type);
/// True for what may stand in a Content-Type: "kind/name", perhaps with parameters, printable ASCII, 200 at most.
[[nodiscard]] bool is_media_type(std::string_view mime_type);
/// All types that Meta takes, as it lists them in its refusals.
[[nodiscard]] std::string media_types();
/// Meta's limit for that kind in bytes. A webp is a sticker; an animated one may be larger.
[[nodiscard]] std::size_t media_limit(std::string_view kind, std::string_view bytes);
/// True for a webp that moves.
[[nodiscard]] bool is_animated(std::string_view bytes);

}  // namespace claw::sim
