#pragma once

#include "ledger/sqlite/store.hpp"
#include "ledger/tenant_store.hpp"

namespace claw::sqlite {

class SqliteTenantStore final : public TenantStore {
 public:
  /// `store` must outlive this object.
  explicit SqliteTenantStore(Store& store) : store_(store) {}

  [[nodiscard]] Task<Result<TenancyRows>> load() override;
  [[nodiscard]] Task<Result<TenantId>> create_tenant(std::string name, TimePoint now) override;
  [[nodiscard]] Task<Result<void>> set_enabled(TenantId tenant, bool enabled) override;
  [[nodiscard]] Task<Result<void>> put_secret(SealedSecretRow row) override;
  [[nodiscard]] Task<Result<void>> delete_secret(TenantId tenant, std::string name) override;
  [[nodiscard]] Task<Result<void>> put_setting(SettingRow row) override;
  [[nodiscard]] Task<Result<void>> delete_setting(TenantId tenant, std::string name) override;
  [[nodiscard]] Task<Result<std::int64_t>> create_token(TokenRow row) override;
  [[nodiscard]] Task<Result<void>> delete_token(TenantId tenant, std::int64_t id) override;
  [[nodiscard]] Task<Result<void>> put_agent(AgentRow row) override;
  [[nodiscard]] Task<Result<void>> note(SettingRow row) override { return put_setting(std::move(row)); }

 private:
  Store& store_;
};

}  // namespace claw::sqlite
