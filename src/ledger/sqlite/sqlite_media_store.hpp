#pragma once

#include "ledger/media_store.hpp"
#include "ledger/sqlite/store.hpp"

namespace claw::sqlite {

class SqliteMediaStore final : public MediaStore {
 public:
  /// `store` must outlive this object.
  explicit SqliteMediaStore(Store& store) : store_(store) {}

  [[nodiscard]] Task<Result<FileRow>> find(TenantId tenant, FileId id) override;
  [[nodiscard]] Task<Result<FileRow>> find_fetched(TenantId tenant, std::string meta_id) override;
  [[nodiscard]] Task<Result<std::vector<FileRow>>> list(TenantId tenant, FileId before, std::size_t limit) override;
  [[nodiscard]] Task<Result<void>> note_loose(LooseContent content, TimePoint now) override;
  [[nodiscard]] Task<Result<FileRow>> add(FileRow row, std::string fetched_as, std::int64_t stored_limit) override;
  [[nodiscard]] Task<Result<void>> set_scanned(TenantId tenant, FileId id) override;
  [[nodiscard]] Task<Result<void>> remove(TenantId tenant, FileId id, TimePoint now) override;
  [[nodiscard]] Task<Result<std::string>> meta_id(TenantId tenant, std::string phone_number_id, FileId id,
                                                  TimePoint now) override;
  [[nodiscard]] Task<Result<void>> put_meta_id(TenantId tenant, std::string phone_number_id, FileId id,
                                               std::string meta_id, TimePoint lives_until) override;
  [[nodiscard]] Task<Result<std::size_t>> expire(TenantId tenant, TimePoint before, std::size_t limit,
                                                 TimePoint now) override;
  [[nodiscard]] Task<Result<std::vector<LooseContent>>> loose(TimePoint before, std::size_t limit) override;
  [[nodiscard]] Task<Result<bool>> is_loose(LooseContent content) override;
  [[nodiscard]] Task<Result<void>> forget_loose(LooseContent content) override;

 private:
  Store& store_;
};

}  // namespace claw::sqlite
