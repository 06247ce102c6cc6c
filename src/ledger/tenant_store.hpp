#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "ledger/audit.hpp"
#include "ledger/condition.hpp"

namespace claw {

/// `version` of a row is another after each change, and never one it had before. The store makes it.
struct TenantRow {
  TenantId id;
  std::string name;
  bool enabled = true;
  TimePoint created_at;
  std::string version;
};

/// A secret as it is stored: sealed under the master key. Its bytes say nothing without it. The platform's own are
/// those of tenant 0.
struct SealedSecretRow {
  TenantId tenant;
  std::string name;
  std::string sealed;
  TimePoint set_at;
  std::string set_by = {};  ///< As the audit log names who.
  std::string description = {};
  std::string version = {};
};

struct SettingRow {
  TenantId tenant;
  std::string name;
  std::string value;
  TimePoint set_at = {};
  std::string set_by = {};
  std::string version = {};
};

struct TokenRow {
  std::int64_t id = 0;
  TenantId tenant;
  std::string hash;  ///< SHA-256 of the token; the token itself is not kept.
  std::string label;
  TimePoint created_at;
  std::string scopes;  ///< Names of permissions, with a space between.
  std::string created_by = {};
  TimePoint expires_at = {};    ///< 0: never.
  TimePoint last_used_at = {};  ///< To the hour; 0: not yet.
};

struct AgentRow {
  TenantId tenant;
  std::string name;
  std::string kind;
  std::string options = "{}";  ///< A JSON object; its members depend on the kind.
  std::string version = {};
};

/// Which number the platform's app delivers to which tenant.
struct Claim {
  std::string waba_id;
  std::string phone_number_id;
  TenantId tenant;
};

struct TenancyRows {
  std::vector<TenantRow> tenants;
  std::vector<SealedSecretRow> secrets;
  std::vector<SettingRow> settings;
  std::vector<TokenRow> tokens;
  std::vector<AgentRow> agents;
  std::vector<Claim> claims;  ///< By account and number.
};

/// What comes with every change: its row of the audit log, written in the same transaction, and what must hold of the
/// thing that is changed, or nothing is written.
struct Change {
  AuditRow audit;
  Condition condition = {};
};

/// Who the tenants are and what they set. Small, read whole.
///
/// Writes are durable when they return. Fails as Ledger does, with kStale where the change's condition does not hold,
/// and with kNotFound where the thing to be changed is not there. Safe to call from any coroutine.
class TenantStore {
 public:
  virtual ~TenantStore() = default;

  [[nodiscard]] virtual Task<Result<TenancyRows>> load() = 0;

  /// Made at the time of the audit row, which becomes one of the new tenant. kConflict if the name is taken.
  [[nodiscard]] virtual Task<Result<TenantId>> create_tenant(std::string name, Change change) = 0;
  /// Both at once; `settings` are of the tenant, and one with an empty value is taken away. The condition is about the
  /// tenant's version. kConflict where the default agent, or what a rule of the routing names, is not there.
  [[nodiscard]] virtual Task<Result<void>> change_tenant(TenantId tenant, std::optional<bool> enabled,
                                                         std::vector<SettingRow> settings, Change change) = 0;
  [[nodiscard]] virtual Task<Result<void>> put_secret(SealedSecretRow row, Change change) = 0;
  [[nodiscard]] virtual Task<Result<void>> describe_secret(TenantId tenant, std::string name, std::string description,
                                                           Change change) = 0;
  [[nodiscard]] virtual Task<Result<void>> delete_secret(TenantId tenant, std::string name, Change change) = 0;
  /// kConflict if another tenant has one of `unique` in the list (with commas) that its setting of this name is, and
  /// where a rule of the routing names a phone number that would go.
  [[nodiscard]] virtual Task<Result<void>> put_setting(SettingRow row, std::vector<std::string> unique,
                                                       Change change) = 0;
  /// kConflict where a rule of the routing names a phone number that would go.
  [[nodiscard]] virtual Task<Result<void>> delete_setting(TenantId tenant, std::string name, Change change) = 0;
  [[nodiscard]] virtual Task<Result<std::int64_t>> create_token(TokenRow row, Change change) = 0;
  [[nodiscard]] virtual Task<Result<void>> delete_token(TenantId tenant, std::int64_t id, Change change) = 0;
  /// The first agent of a tenant becomes its default, asked or not.
  [[nodiscard]] virtual Task<Result<void>> put_agent(AgentRow row, bool make_default, Change change) = 0;
  /// kConflict while it is the default and there are others, or a rule of the routing names it.
  [[nodiscard]] virtual Task<Result<void>> delete_agent(TenantId tenant, std::string name, Change change) = 0;

  /// The number and its account become the tenant's, in its settings too. kConflict if another tenant has one of them.
  [[nodiscard]] virtual Task<Result<void>> put_claim(Claim claim, Change change) = 0;
  /// The tenant's settings stay.
  [[nodiscard]] virtual Task<Result<void>> delete_claim(Claim claim, Change change) = 0;

  /// What the gateway itself remembers beside the settings: nobody's change, without a row in the audit log.
  [[nodiscard]] virtual Task<Result<void>> note(SettingRow row) = 0;
  [[nodiscard]] virtual Task<Result<void>> note_token_use(std::int64_t id, TimePoint at) = 0;
};

}  // namespace claw
