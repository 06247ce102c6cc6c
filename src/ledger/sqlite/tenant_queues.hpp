#pragma once

#include "ledger/sqlite/store.hpp"
#include "ledger/tenant_queues.hpp"

namespace claw::sqlite {

class SqliteTenantQueues final : public TenantQueues {
 public:
  /// `store` must outlive this object.
  explicit SqliteTenantQueues(Store& store) : store_(store) {}
  [[nodiscard]] Task<Result<std::vector<TenantQueueRow>>> waiting() override;

 private:
  Store& store_;
};

}  // namespace claw::sqlite
