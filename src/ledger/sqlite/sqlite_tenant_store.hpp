#pragma once

#include "ledger/sqlite/store.hpp"
#include "ledger/tenant_store.hpp"

namespace claw::sqlite {

class SqliteTenantStore : public TenantStore {
 public:
  /// `store` must outlive this object.
  explicit SqliteTenantStore(Store& store) : store_(store) {}

  [[nodiscard]] Task<Result<TenancyRows>> load() override;
  [[nodiscard]] Task<Result<TenantId>> create_tenant(std::string name, Change change) override;
  [[nodiscard]] Task<Result<void>> change_tenant(TenantId tenant, std::optional<bool> enabled,
                                                 std::vector<SettingRow> settings, Change change) override;
  [[nodiscard]] Task<Result<void>> put_secret(SealedSecretRow row, Change change) override;
  [[nodiscard]] Task<Result<void>> describe_secret(TenantId tenant, std::string name, std::string description,
                                                   Change change) override;
  [[nodiscard]] Task<Result<void>> delete_secret(TenantId tenant, std::string name, Change change) override;
  [[nodiscard]] Task<Result<void>> put_setting(SettingRow row, std::vector<std::string> unique, Change change) override;
  [[nodiscard]] Task<Result<void>> delete_setting(TenantId tenant, std::string name, Change change) override;
  [[nodiscard]] Task<Result<std::int64_t>> create_token(TokenRow row, Change change) override;
  [[nodiscard]] Task<Result<void>> delete_token(TenantId tenant, std::int64_t id, Change change) override;
  [[nodiscard]] Task<Result<void>> put_agent(AgentRow row, bool make_default, Change change) override;
  [[nodiscard]] Task<Result<void>> delete_agent(TenantId tenant, std::string name, Change change) override;
  [[nodiscard]] Task<Result<void>> put_claim(Claim claim, Change change) override;
  [[nodiscard]] Task<Result<void>> delete_claim(Claim claim, Change change) override;
  [[nodiscard]] Task<Result<void>> note(SettingRow row) override;
  [[nodiscard]] Task<Result<void>> note_token_use(std::int64_t id, TimePoint at) override;

 private:
  Store& store_;
};

}  // namespace claw::sqlite
