#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace claw {

using FileId = Id<struct FileTag>;

/// A tenant's file as the ledger knows it; its bytes are elsewhere, by tenant and content.
struct FileRow {
  FileId id;
  TenantId tenant;
  std::string sha256;  ///< In hex.
  std::string mime_type;
  std::string filename;
  std::int64_t size = 0;
  TimePoint created_at;
  bool scanned = true;  ///< False: the scanner could not look at it, and it is not given out.
};

/// Bytes that no file refers to, or that are being stored and have none yet.
struct LooseContent {
  TenantId tenant;
  std::string sha256;
};

/// Which files tenants have, what Meta calls them, and which bytes may go.
///
/// Bytes are stored before their file is, and deleted after it: note_loose() comes before the first, and remove() and
/// expire() say the same of the last one, so that whatever a crash leaves is found by loose().
///
/// Writes are durable when they return. Fails as Ledger does; every look-up with kNotFound where there is nothing. What
/// is another tenant's is never found. Safe to call from any coroutine.
class MediaStore {
 public:
  virtual ~MediaStore() = default;

  [[nodiscard]] virtual Task<Result<FileRow>> find(TenantId tenant, FileId id) = 0;
  /// The file that was fetched under this id of Meta's.
  [[nodiscard]] virtual Task<Result<FileRow>> find_fetched(TenantId tenant, std::string meta_id) = 0;

  /// The tenant's files with lower ids than `before` (0: all), the newest first, `limit` at most.
  [[nodiscard]] virtual Task<Result<std::vector<FileRow>>> list(TenantId tenant, FileId before, std::size_t limit) = 0;

  /// These bytes are about to be stored.
  [[nodiscard]] virtual Task<Result<void>> note_loose(LooseContent content, TimePoint now) = 0;
  /// Adds a file, whose bytes are loose no more; or finds the one that has the same bytes, type and name, which counts
  /// as used at `row.created_at`. `fetched_as` is Meta's id where it came from there, else empty. kInvalid where it
  /// would bring what the tenant has stored beyond `stored_limit` (0: there is none); then nothing is added.
  [[nodiscard]] virtual Task<Result<FileRow>> add(FileRow row, std::string fetched_as, std::int64_t stored_limit) = 0;
  [[nodiscard]] virtual Task<Result<void>> set_scanned(TenantId tenant, FileId id) = 0;
  /// The file goes with all that Meta calls it. kNotFound.
  [[nodiscard]] virtual Task<Result<void>> remove(TenantId tenant, FileId id, TimePoint now) = 0;

  /// What Meta calls the file at this number; empty where no id lives at `now`. The file counts as used.
  [[nodiscard]] virtual Task<Result<std::string>> meta_id(TenantId tenant, std::string phone_number_id, FileId id,
                                                          TimePoint now) = 0;
  /// In the place of the one before.
  [[nodiscard]] virtual Task<Result<void>> put_meta_id(TenantId tenant, std::string phone_number_id, FileId id,
                                                       std::string meta_id, TimePoint lives_until) = 0;

  /// Deletes files that were not used since `before`, `limit` at most; how many there were.
  [[nodiscard]] virtual Task<Result<std::size_t>> expire(TenantId tenant, TimePoint before, std::size_t limit,
                                                         TimePoint now) = 0;
  /// What has been loose since `before`, `limit` at most.
  [[nodiscard]] virtual Task<Result<std::vector<LooseContent>>> loose(TimePoint before, std::size_t limit) = 0;
  /// True if the bytes are loose now.
  [[nodiscard]] virtual Task<Result<bool>> is_loose(LooseContent content) = 0;
  /// They are gone.
  [[nodiscard]] virtual Task<Result<void>> forget_loose(LooseContent content) = 0;
};

}  // namespace claw
