#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// Who asks for a change, and what must still be so for it to happen.
struct By {
  Actor actor;
  Condition condition = {};
};

/// What can be set of a secret; what is missing stays.
struct SecretChange {
  std::string name;
  std::optional<SecretString> value = {};
  std::optional<std::string> description = {};  ///< Only of names of the tenant's own.
};

struct AgentChange {
  std::string name;
  std::string kind;
  std::string options = "{}";  ///< See check_agent_options().
  bool make_default = false;
};

struct TenantChange {
  std::optional<bool> enabled = {};
  std::optional<TenantLimits> limits = {};
};

struct PolicyChange {
  std::optional<std::string> policy;  ///< Nothing: the number has none of its own any more.
  std::string number = {};            ///< Empty: of every number without its own.
};

/// What can be set of how conversations are held, as the API names it; what is missing stays.
struct ConversationChange {
  std::optional<std::string> queue = {};
  std::optional<std::int64_t> debounce_ms = {};
  std::optional<std::int64_t> max_merged = {};
  std::optional<std::int64_t> idle_reset_minutes = {};
  std::optional<std::int64_t> daily_reset_minute = {};  ///< -1: never.
  std::optional<std::int64_t> take_over_minutes = {};
  std::optional<std::int64_t> max_pending = {};
  std::optional<bool> approval_notice = {};
  std::optional<std::vector<std::string>> owners = {};  ///< As people write numbers, or BSUIDs.
  std::optional<std::vector<std::string>> opt_out_words = {};
  std::optional<std::vector<std::string>> opt_in_words = {};
};

struct RoutingChange {
  std::string rules;  ///< JSON, see parse_routing_rules().
  std::optional<std::string> default_agent = {};
};

struct TokenWish {
  std::string label;
  Permissions scopes;
  std::optional<std::int64_t> expires_in_days = {};
};
struct NewToken {
  TokenRow row;
  std::string token;  ///< The only time it is known.
};

/// All that can be done to tenants: one function for the command line and the API alike.
///
/// A change is durable, stands in the audit log and is in force in this process when its function returns. Fails with
/// kInvalid, kNotFound, kConflict with a message for a person, kStale where By::condition does not hold, kTransient
/// when the store is away; nothing is changed then. Safe to call from any coroutine. The functions stand in
/// admin_*.cpp, by what they are about.
class Admin {
 public:
  static constexpr std::size_t kMaxSecretBytes = 8 * 1024;
  static constexpr std::size_t kMaxDescriptionBytes = 500;
  static constexpr std::size_t kMaxLabelBytes = 100;
  static constexpr std::int64_t kMaxTokenDays = 3650;
  static constexpr std::int64_t kMaxRetentionDays = 36'500;
  static constexpr std::size_t kMaxNumbers = 100;   ///< Of one tenant.
  static constexpr std::size_t kMaxGroups = 1'000;  ///< Of one tenant that are answered: all are looked at for each.
  static constexpr std::size_t kMaxAppSecrets = 7;  ///< Of numbers that have their own.
  static constexpr std::int64_t kMaxDebounceMs = 60'000;
  static constexpr std::int64_t kMaxMerged = 100;              ///< Messages that share a turn.
  static constexpr std::int64_t kMaxIdleMinutes = 525'600;     ///< A year.
  static constexpr std::int64_t kMaxTakeOverMinutes = 10'080;  ///< A week.
  static constexpr std::int64_t kMaxPending = 1'000;           ///< Requests that wait at a number.
  static constexpr std::size_t kMaxOwners = 100;
  static constexpr std::size_t kMaxOptWords = 20;
  static constexpr std::size_t kMaxOptWordBytes = 60;

  /// Told after a change: which tenant (0: the platform) and what of it ("secrets", "agents", …).
  using Listener = std::function<void(TenantId, std::string_view what)>;

  /// All must outlive this object.
  Admin(TenantStore& store, Directory& directory, const Vault& vault, Clock& clock)
      : store_(store), directory_(directory), vault_(vault), clock_(clock) {}

  /// REQUIRES: called before the first change.
  void set_listener(Listener listener) { changed_ = std::move(listener); }

  [[nodiscard]] Task<Result<TenantRef>> create_tenant(By by, std::string name);
  [[nodiscard]] Task<Result<TenantRef>> change_tenant(By by, TenantRef tenant, TenantChange change);
  /// What a number has of its own stays when it leaves the tenant's numbers, as its secrets do, and holds again when it
  /// comes back: the list is typed as a whole, and a slip in it must not open a channel.
  [[nodiscard]] Task<Result<TenantRef>> set_policy(By by, TenantRef tenant, PolicyChange change);
  /// Owners are kept as addresses; all that are none are named in the refusal.
  [[nodiscard]] Task<Result<TenantRef>> change_conversations(By by, TenantRef tenant, ConversationChange change);
  /// All of SpeechSettings at once, as JSON.
  [[nodiscard]] Task<Result<TenantRef>> set_speech(By by, TenantRef tenant, std::string settings);
  /// All of DeliverySettings at once, as JSON.
  [[nodiscard]] Task<Result<TenantRef>> set_delivery(By by, TenantRef tenant, std::string settings);
  /// All rules at once. From then on no agent and no number that a rule names can go: kConflict, naming the rules.
  [[nodiscard]] Task<Result<TenantRef>> set_routing(By by, TenantRef tenant, RoutingChange change);

  /// `tenant` may be Directory::platform() here.
  [[nodiscard]] Task<Result<TenantRef>> set_secret(By by, TenantRef tenant, SecretChange change);
  [[nodiscard]] Task<Result<TenantRef>> delete_secret(By by, TenantRef tenant, std::string name);

  /// The platform's app delivers the number to this tenant from now on; both ids are digits.
  [[nodiscard]] Task<Result<TenantRef>> claim(By by, TenantRef tenant, std::string waba_id,
                                              std::string phone_number_id);
  /// kNotFound where it is nobody's. The tenant keeps the number among its settings.
  [[nodiscard]] Task<Result<void>> release(By by, std::string waba_id, std::string phone_number_id);

  /// Whether what is said in a group (by its id at Meta) is answered. The same again changes nothing.
  [[nodiscard]] Task<Result<TenantRef>> answer_group(By by, TenantRef tenant, std::string group, bool answered);

  [[nodiscard]] Task<Result<TenantRef>> set_agent(By by, TenantRef tenant, AgentChange change);
  [[nodiscard]] Task<Result<TenantRef>> delete_agent(By by, TenantRef tenant, std::string name);

  [[nodiscard]] Task<Result<NewToken>> create_token(By by, TenantRef tenant, TokenWish wish);
  [[nodiscard]] Task<Result<std::vector<TokenRow>>> tokens(TenantRef tenant);
  [[nodiscard]] Task<Result<void>> revoke_token(By by, TenantRef tenant, std::int64_t id);

 private:
  [[nodiscard]] Change change(const By& by, TenantId tenant, std::string action, std::string target,
                              std::string what) const;
  /// Ends a change: it is in force before the caller hears of it.
  [[nodiscard]] Task<Result<TenantRef>> done(TenantId tenant, std::string_view what, Result<void> written);
  /// Ends a change of settings that the tenant's own version covers.
  [[nodiscard]] Task<Result<TenantRef>> change_settings(TenantRef tenant, std::string_view what,
                                                        std::vector<SettingRow> settings, Change change);
  [[nodiscard]] Task<Result<TenantRef>> set_id(By by, TenantRef tenant, std::string name, std::string value);

  TenantStore& store_;
  Directory& directory_;
  const Vault& vault_;
  Clock& clock_;
  Listener changed_;  // constant after set_listener()
};

/// What ConversationChange can set, as it is now: a JSON object with its names; daily_reset_minute is -1 for never.
[[nodiscard]] std::string conversation_settings_json(const Tenant& tenant);

/// Where Meta sends a tenant's webhooks.
[[nodiscard]] std::string webhook_url(std::string_view public_url, const Tenant& tenant);

/// A tenant's or agent's name: part of a host name.
[[nodiscard]] bool is_tenant_name(std::string_view name);

}  // namespace claw
