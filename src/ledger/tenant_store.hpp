#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace claw {

struct TenantRow {
  TenantId id;
  std::string name;
  bool enabled = true;
  TimePoint created_at;
};

/// A secret as it is stored: sealed under the master key. Its bytes say nothing without it.
struct SealedSecretRow {
  TenantId tenant;
  std::string name;
  std::string sealed;
  TimePoint set_at;
};

struct SettingRow {
  TenantId tenant;
  std::string name;
  std::string value;
};

struct TokenRow {
  std::int64_t id = 0;
  TenantId tenant;
  std::string hash;  ///< SHA-256 of the token; the token itself is not kept.
  std::string label;
  TimePoint created_at;
};

struct AgentRow {
  TenantId tenant;
  std::string name;
  std::string kind;
  std::string options = "{}";  ///< A JSON object; its members depend on the kind.
};

struct TenancyRows {
  std::vector<TenantRow> tenants;
  std::vector<SealedSecretRow> secrets;
  std::vector<SettingRow> settings;
  std::vector<TokenRow> tokens;
  std::vector<AgentRow> agents;
};

/// Who the tenants are and what they set. Small, read whole.
///
/// Writes are durable when they return. Fails as Ledger does. Safe to call from any coroutine.
class TenantStore {
 public:
  virtual ~TenantStore() = default;

  [[nodiscard]] virtual Task<Result<TenancyRows>> load() = 0;

  /// kConflict if the name is taken.
  [[nodiscard]] virtual Task<Result<TenantId>> create_tenant(std::string name, TimePoint now) = 0;
  [[nodiscard]] virtual Task<Result<void>> set_enabled(TenantId tenant, bool enabled) = 0;
  [[nodiscard]] virtual Task<Result<void>> put_secret(SealedSecretRow row) = 0;
  /// kNotFound if there is none.
  [[nodiscard]] virtual Task<Result<void>> delete_secret(TenantId tenant, std::string name) = 0;
  [[nodiscard]] virtual Task<Result<void>> put_setting(SettingRow row) = 0;
  [[nodiscard]] virtual Task<Result<void>> delete_setting(TenantId tenant, std::string name) = 0;
  [[nodiscard]] virtual Task<Result<std::int64_t>> create_token(TokenRow row) = 0;
  [[nodiscard]] virtual Task<Result<void>> delete_token(TenantId tenant, std::int64_t id) = 0;
  [[nodiscard]] virtual Task<Result<void>> put_agent(AgentRow row) = 0;

  /// What the gateway itself remembers beside the settings: nobody's change, without a row in the audit log.
  [[nodiscard]] virtual Task<Result<void>> note(SettingRow row) = 0;
};

}  // namespace claw
