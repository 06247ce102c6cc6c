#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "net/http.hpp"
#include "tenancy/tenant.hpp"
#include "whatsapp/webhook.hpp"

namespace claw {

/// A file that a tenant has here: sent by somebody, or uploaded by one of its programs.
struct StoredFile {
  std::string id;         ///< `f_` and 16 hex digits; stands in a message where Meta's media id would.
  std::string sha256;     ///< Of its bytes, in hex.
  std::string mime_type;  ///< As it was declared, and held to the first bytes: "image/jpeg", "audio/ogg; codecs=opus".
  std::string filename;   ///< The last part of a name alone; may be empty.
  std::int64_t size = 0;
  TimePoint created_at;
  bool may_be_given_out = true;  ///< False: the scanner could not look at it yet.
};

/// A part of a file.
struct FileSpan {
  std::int64_t from = 0;
  std::optional<std::int64_t> bytes = std::nullopt;  ///< Nothing: to the end.
};

/// True for an id of ours; others are Meta's own and pass through.
[[nodiscard]] inline bool is_file_id(std::string_view id) {
  return id.starts_with("f_");
}

/// The files of all tenants: fetched from Meta once, kept sealed, given to Meta once in 30 days for each number.
///
/// A tenant's file is never found by another: ids of others are kNotFound. Large files go through in pieces; nothing
/// here holds one whole but read(). Failures are told in words for the tenant's admin:
/// - kNotFound: there is no such file (any more), here or at Meta;
/// - kInvalid: it is refused for good: too large, another type than declared, other bytes than Meta promised, infected;
/// - kConflict: it is there and not given out, because it could not be scanned; each later call tries again;
/// - kTransient: not now: Meta, the scanner or the store cannot be reached, or want another token first.
/// What fails leaves nothing behind. Safe to call from any coroutine.
class MediaLibrary {
 public:
  static constexpr std::int64_t kMaxBytes = 100LL * 1024 * 1024;  ///< Of a document, Meta's number.

  virtual ~MediaLibrary() = default;

  /// The file of an inbound message, fetched where it is not here yet: once, also where it is asked for twice at a
  /// time. REQUIRES: `media.id` is not empty, and whoever sent it was let in.
  [[nodiscard]] virtual Task<Result<StoredFile>> fetch(TenantRef tenant, std::string phone_number_id,
                                                       whatsapp::Media media) = 0;

  /// Keeps what `body` has to its end, kMaxBytes at most. The same bytes under the same type and name are the same
  /// file. `body` must live until the task ends.
  [[nodiscard]] virtual Task<Result<StoredFile>> keep(TenantRef tenant, net::BodyReader& body, std::string mime_type,
                                                      std::string filename) = 0;

  [[nodiscard]] virtual Task<Result<StoredFile>> find(TenantId tenant, std::string id) = 0;

  /// A file as a whole, for voice messages and pictures that a model is shown. kInvalid if it has more than
  /// `max_bytes`.
  [[nodiscard]] virtual Task<Result<std::string>> read(TenantId tenant, std::string id, std::size_t max_bytes) = 0;

  /// Writes a part of a file to `to`, in pieces, as fast as they are taken; ends early where nobody takes them any
  /// more. A failure after the first piece leaves the rest unwritten.
  [[nodiscard]] virtual Task<Result<void>> stream(TenantId tenant, std::string id, FileSpan span,
                                                  net::BodyWriter& to) = 0;

  /// Meta's media id of a file for this number: one that lives, else the file is uploaded. Two who ask at once share
  /// the upload.
  [[nodiscard]] virtual Task<Result<std::string>> meta_id(TenantRef tenant, std::string phone_number_id,
                                                          std::string id) = 0;

  /// Deletes a file here; what Meta was given stays there for its time.
  [[nodiscard]] virtual Task<Result<void>> remove(TenantId tenant, std::string id) = 0;
};

}  // namespace claw
