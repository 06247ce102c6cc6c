#pragma once

#include "ledger/access_store.hpp"
#include "ledger/sqlite/store.hpp"

namespace claw::sqlite {

class SqliteAccessStore final : public AccessStore {
 public:
  /// `store` must outlive this object.
  explicit SqliteAccessStore(Store& store) : store_(store) {}

  [[nodiscard]] Task<Result<std::vector<AccessRow>>> find(TenantId tenant, std::string number,
                                                          std::vector<std::string> addresses) override;
  [[nodiscard]] Task<Result<PairingAsked>> ask(AccessRow request, std::size_t most, TimePoint now) override;
  [[nodiscard]] Task<Result<AccessDecisions>> decide(TenantId tenant, std::vector<std::int64_t> ids, Standing standing,
                                                     TimePoint now, AuditRow audit) override;
  [[nodiscard]] Task<Result<AccessRow>> pending_by_code(TenantId tenant, std::string code, TimePoint now) override;
  [[nodiscard]] Task<Result<AccessDecided>> put(AccessRow row, AuditRow audit) override;
  [[nodiscard]] Task<Result<AccessRow>> remove(TenantId tenant, std::int64_t id, AuditRow audit) override;
  [[nodiscard]] Task<Result<void>> set_opted_out(TenantId tenant, std::string address, std::string name,
                                                 TimePoint at) override;
  [[nodiscard]] Task<Result<Page<AccessRow>>> list(TenantId tenant, AccessFilter filter) override;

 private:
  Store& store_;
};

}  // namespace claw::sqlite
