#pragma once

#include "ledger/sqlite/store.hpp"
#include "ledger/template_store.hpp"

namespace claw::sqlite {

class SqliteTemplateStore final : public TemplateStore {
 public:
  /// `store` must outlive this object.
  explicit SqliteTemplateStore(Store& store) : store_(store) {}

  [[nodiscard]] Task<Result<TemplateRow>> find(TenantId tenant, std::string id) override;
  [[nodiscard]] Task<Result<TemplateRow>> find_named(TenantId tenant, std::string waba_id, std::string name,
                                                     std::string language) override;
  [[nodiscard]] Task<Result<std::vector<TemplateRow>>> list(TenantId tenant, TemplateFilter filter) override;
  [[nodiscard]] Task<Result<void>> put(std::vector<TemplateRow> rows, TimePoint asked_at) override;
  [[nodiscard]] Task<Result<bool>> hear(TenantId tenant, whatsapp::TemplateNews news, TimePoint told_by_meta_at,
                                        TimePoint now) override;
  [[nodiscard]] Task<Result<void>> remove(TenantId tenant, std::string id) override;
  [[nodiscard]] Task<Result<std::size_t>> sweep(TenantId tenant, std::string waba_id, TimePoint begun_at,
                                                std::size_t limit) override;
  [[nodiscard]] Task<Result<std::vector<TemplateSync>>> syncs(TenantId tenant) override;
  [[nodiscard]] Task<Result<void>> note_sync(TenantId tenant, TemplateSync sync) override;

 private:
  Store& store_;
};

}  // namespace claw::sqlite
