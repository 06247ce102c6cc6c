#pragma once

#include "ledger/audit.hpp"
#include "ledger/sqlite/store.hpp"

namespace claw::sqlite {

/// Writes the row into the transaction that is open.
void write_audit(Database& db, const AuditRow& row);

class SqliteAuditLog final : public AuditLog {
 public:
  /// `store` must outlive this object.
  explicit SqliteAuditLog(Store& store) : store_(store) {}
  [[nodiscard]] Task<Result<void>> add(AuditRow row) override;
  [[nodiscard]] Task<Result<Page<AuditRow>>> entries(TenantId tenant, AuditFilter filter) override;

 private:
  Store& store_;
};

}  // namespace claw::sqlite
