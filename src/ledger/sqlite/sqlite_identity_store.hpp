#pragma once

#include "ledger/identity_store.hpp"
#include "ledger/sqlite/store.hpp"

namespace claw::sqlite {

class SqliteIdentityStore final : public IdentityStore {
 public:
  /// Both must outlive this object.
  SqliteIdentityStore(Store& store, Clock& clock) : store_(store), clock_(clock) {}

  [[nodiscard]] Task<Result<Identified>> link(TenantId tenant, std::string user, std::string address,
                                              AuditRow audit) override;
  [[nodiscard]] Task<Result<Identified>> unlink(TenantId tenant, std::string user, std::string address,
                                                AuditRow audit) override;
  [[nodiscard]] Task<Result<Identified>> merge(TenantId tenant, std::string user, std::string other,
                                               AuditRow audit) override;
  [[nodiscard]] Task<Result<std::string>> holder(TenantId tenant, std::string address) override;
  [[nodiscard]] Task<Result<Page<GroupRecord, std::string>>> groups(TenantId tenant, GroupFilter filter) override;

 private:
  /// `work` (Database&, Identity&, User) changes a person, and says whether it did.
  template <class Work>
  Task<Result<Identified>> change(TenantId tenant, std::string user, AuditRow audit, Work work);

  Store& store_;
  Clock& clock_;
};

}  // namespace claw::sqlite
