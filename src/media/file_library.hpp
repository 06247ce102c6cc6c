#pragma once

#include <memory>
#include <vector>

#include "base/keyed_lock.hpp"
#include "base/metrics.hpp"
#include "base/public_id.hpp"
#include "base/worker_pool.hpp"
#include "graph/media.hpp"
#include "ledger/ledger.hpp"
#include "ledger/media_store.hpp"
#include "media/blob_store.hpp"
#include "media/media_library.hpp"
#include "media/scanner.hpp"
#include "media/sealed_file.hpp"
#include "tenancy/vault.hpp"

namespace claw {

/// The MediaLibrary: rows in the ledger, sealed bytes in a BlobStore.
///
/// A tenant's bytes are stored once, under a name that tells neither content nor tenant to who sees the store, sealed
/// under a key of the tenant's own, both made of the master key. What comes in is sealed while it comes, in a folder
/// for what is not finished; what a crash leaves there is deleted at the next start.
class FileLibrary final : public MediaLibrary {
 public:
  /// Meta's 30 days, less the time a message may wait for its sending.
  static constexpr std::chrono::hours kMetaIdLives{28 * 24};
  static constexpr std::size_t kSweepStep = 200;  ///< Files or contents a step.

  struct Parts {
    MediaStore& store;
    BlobStore& blobs;
    GraphMedia& graph;
    WorkerPool& workers;
    Clock& clock;
    Metrics& metrics;
    Scanner* scanner;  ///< Null: files are not scanned.
  };
  /// What `parts` refers to, and `vault`, must outlive this object. Makes `temp_folder` and empties it.
  FileLibrary(const Parts& parts, const Vault& vault, PublicIds ids, std::string temp_folder);

  [[nodiscard]] Task<Result<StoredFile>> fetch(TenantRef tenant, std::string phone_number_id,
                                               whatsapp::Media media) override;
  [[nodiscard]] Task<Result<StoredFile>> keep(TenantRef tenant, net::BodyReader& body, std::string mime_type,
                                              std::string filename) override;
  [[nodiscard]] Task<Result<StoredFile>> find(TenantId tenant, std::string id) override;
  [[nodiscard]] Task<Result<std::string>> read(TenantId tenant, std::string id, std::size_t max_bytes) override;
  [[nodiscard]] Task<Result<void>> stream(TenantId tenant, std::string id, FileSpan span, net::BodyWriter& to) override;
  [[nodiscard]] Task<Result<std::string>> meta_id(TenantRef tenant, std::string phone_number_id,
                                                  std::string id) override;
  [[nodiscard]] Task<Result<void>> remove(TenantId tenant, std::string id) override;

  /// A tenant's files, the newest first, `limit` at most; `before` is the last id of the page before, or empty.
  /// kInvalid for one that is none.
  [[nodiscard]] Task<Result<std::vector<StoredFile>>> list(TenantId tenant, std::string before, std::size_t limit);

  /// Puts a small file of the tenant's into the store, sealed as any, reads it back and deletes it; it is none of its
  /// files. Fails as the store does; kFatal where what is read is not what was put.
  [[nodiscard]] Task<Result<void>> try_store(TenantId tenant);

  /// Deletes files that were not used for as long as their tenant keeps them, and bytes that no file refers to. What
  /// fails is logged, and done the next time.
  [[nodiscard]] Task<> sweep(std::vector<Retention> keep);

 private:
  using Incoming = std::shared_ptr<SealedWriter>;
  /// What a file is said to be.
  struct Said {
    std::string mime_type;
    std::string filename;
    std::string meta_id = {};  ///< Of one that was fetched.
  };
  [[nodiscard]] Result<Incoming> begin(TenantId tenant, std::int64_t max_bytes) const;
  Task<Result<Incoming>> download(TenantRef tenant, const std::string& phone_number_id, const whatsapp::Media& media,
                                  MetaMedia& facts);
  /// Looks at a whole file and keeps it.
  Task<Result<StoredFile>> take_in(TenantRef tenant, Incoming incoming, SealedContent content, Said said);
  Task<Result<bool>> is_clean(const Incoming& incoming, TenantId tenant, const SealedContent& content);
  Task<Result<FileRow>> store(TenantRef tenant, Incoming incoming, FileRow row, std::string meta_id);
  Task<Result<FileRow>> row_of(TenantId tenant, std::string_view id);
  /// The same of a file that may be given out.
  Task<Result<FileRow>> row_to_give(TenantId tenant, std::string_view id);
  Task<Result<std::shared_ptr<SealedReader>>> open(const FileRow& row);
  /// kFatal where the store has something else under the name of this text.
  Task<Result<void>> is_stored(TenantId tenant, std::string sha256, std::string text);
  Task<> drop_loose(LooseContent content);
  [[nodiscard]] StoredFile view(const FileRow& row) const;
  [[nodiscard]] SecretString key_of(TenantId tenant) const;
  [[nodiscard]] std::string blob_of(TenantId tenant, std::string_view sha256) const;

  MediaStore& store_;
  BlobStore& blobs_;
  GraphMedia& graph_;
  WorkerPool& workers_;
  Clock& clock_;
  Scanner* const scanner_;
  const Vault& vault_;
  const PublicIds ids_;
  const std::string temp_folder_;
  Counter& fetched_;
  Counter& refused_;
  Counter& uploaded_;
  KeyedLock locks_;
};

}  // namespace claw
