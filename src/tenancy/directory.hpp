#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ledger/tenant_store.hpp"
#include "tenancy/access.hpp"
#include "tenancy/vault.hpp"

namespace claw {

/// What an API token lets its holder do.
struct ApiToken {
  std::int64_t id = 0;
  std::string label;
  Permissions scopes;
  TimePoint expires_at;  ///< 0: never.
  TimePoint last_used_at;
  TenantRef tenant;
};

/// All tenants, in memory, so that no webhook waits for a database. Served as last read while the database is away.
///
/// Look-ups are safe from any thread; reload() from any coroutine.
class Directory {
 public:
  /// `store` and `vault` must outlive this object. `base_domain` as in the configuration; empty: no tenant by host.
  Directory(TenantStore& store, const Vault& vault, std::string base_domain);

  /// Reads everything again. What fails leaves the last reading in force: kTransient from the store; kFatal if a secret
  /// cannot be opened, naming tenant and secret.
  [[nodiscard]] Task<Result<void>> reload();

  [[nodiscard]] TenantRef by_id(TenantId id) const;
  [[nodiscard]] TenantRef by_name(std::string_view name) const;
  /// By the host of a request: `<tenant>.<base_domain>`, any case, with or without port.
  [[nodiscard]] TenantRef by_host(std::string_view host) const;
  /// By an API token's words, also one that has expired. Takes the same time for every unknown token.
  [[nodiscard]] std::optional<ApiToken> by_token(std::string_view token) const;
  /// The tenant that set this phone number id.
  [[nodiscard]] TenantRef by_number(std::string_view phone_number_id) const;
  [[nodiscard]] std::vector<TenantRef> all() const;
  /// The platform's own secrets and ids, as those of a tenant 0 that has no numbers.
  [[nodiscard]] TenantRef platform() const;
  /// The tenant that has claimed the pair of the platform's app; with an empty number who has claimed the account.
  [[nodiscard]] TenantRef by_claim(std::string_view waba_id, std::string_view phone_number_id) const;
  /// By account and number.
  [[nodiscard]] std::vector<Claim> claims() const;

 private:
  struct Reading {
    std::uint64_t turn = 0;  ///< Of the reload() that made it.
    std::unordered_map<std::int64_t, TenantRef> by_id;
    std::unordered_map<std::string, TenantRef> by_name;
    std::unordered_map<std::string, TenantRef> by_number;
    std::unordered_map<std::string, ApiToken> by_token_hash;
    std::vector<TenantRef> all;
    TenantRef platform;
    std::unordered_map<std::string, TenantRef> by_claim;  ///< "account/number", and "account/".
    std::vector<Claim> claims;
  };
  [[nodiscard]] std::shared_ptr<const Reading> reading() const { return reading_.load(); }
  [[nodiscard]] Result<std::shared_ptr<Reading>> make(TenancyRows rows) const;

  TenantStore& store_;
  const Vault& vault_;
  const std::string base_domain_;
  std::atomic<std::uint64_t> turns_ = 0;
  std::atomic<std::shared_ptr<const Reading>> reading_;  // readers go on with the reading they hold
};

/// The phone number ids, or the words, of a setting: "111, 222".
[[nodiscard]] std::vector<std::string> split_words(std::string_view text);

/// What is stored of an API token.
[[nodiscard]] std::string token_hash(std::string_view token);

}  // namespace claw
