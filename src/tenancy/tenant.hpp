#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/secret_string.hpp"
#include "ledger/tenant_store.hpp"
#include "tenancy/delivery_settings.hpp"
#include "tenancy/routing.hpp"
#include "tenancy/speech_settings.hpp"

namespace claw {

/// The names of the product page. The first three are secrets, never readable again; the others are settings.
inline constexpr const char* kAccessToken = "WHATSAPP_ACCESS_TOKEN";
inline constexpr const char* kAppSecret = "WHATSAPP_APP_SECRET";
inline constexpr const char* kVerifyToken = "WHATSAPP_VERIFY_TOKEN";
inline constexpr const char* kPhoneNumberId = "WHATSAPP_PHONE_NUMBER_ID";
inline constexpr const char* kWabaId = "WHATSAPP_WABA_ID";
inline constexpr const char* kAppId = "WHATSAPP_APP_ID";

/// The setting that has the ids of the groups that are answered, with commas between.
inline constexpr const char* kGroupsAnswered = "groups.answered";

/// The setting that has SpeechSettings, as JSON.
inline constexpr const char* kSpeech = "speech";
/// The setting that has DeliverySettings, as JSON.
inline constexpr const char* kDelivery = "delivery";

/// Who may talk. Stored by name.
enum class ChannelPolicy {
  kDisabled,   ///< Nobody.
  kAllowlist,  ///< Who is on the allowlist; others are kept and not answered.
  kPairing,    ///< The same, and others get a code with which they can be approved.
  kOpen,       ///< Everybody who is not blocked.
};
[[nodiscard]] std::string_view to_string(ChannelPolicy policy);
[[nodiscard]] std::optional<ChannelPolicy> policy_named(std::string_view name);

/// Of who may talk, what a tenant has set.
struct AccessSettings {
  std::map<std::string, ChannelPolicy> by_number;  ///< Where a number has its own.
  std::size_t max_pending = 3;                     ///< Pairing requests that live at a number at a time.
  bool approval_notice = false;                    ///< Whoever is approved is told so.
  std::vector<std::string> opt_out_words{"STOP"};
  std::vector<std::string> opt_in_words{"START"};
};

/// What becomes of messages that arrive during a turn. Stored by name.
enum class QueueMode {
  kCollect,    ///< All that are plain text share the next turn.
  kFollowUp,   ///< Each has a turn of its own.
  kInterrupt,  ///< The turn under way is given up, and the next begins with them.
};
[[nodiscard]] std::string_view to_string(QueueMode mode);
[[nodiscard]] std::optional<QueueMode> queue_mode_named(std::string_view name);

/// How conversations are held.
struct SessionSettings {
  QueueMode queue = QueueMode::kCollect;
  std::chrono::milliseconds debounce{0};  ///< Quiet time before a turn begins; 0: none.
  std::size_t max_merged = 20;            ///< Messages that share a turn, at most.
  std::chrono::minutes idle_reset{0};     ///< A session ends after this time without a turn; 0: never.
  int daily_reset_minute = -1;            ///< Every session ends at this minute of the day, UTC; -1: never.
  std::chrono::minutes take_over{60};     ///< For how long a person who answered by hand keeps the conversation.
  std::vector<std::string> owners;        ///< Addresses of who may use owners' commands.
};

/// What an agent writes, and so what becomes of it before it is sent. Stored by name.
enum class TextFormat {
  kMarkdown,  ///< Written in WhatsApp's markers (whatsapp/markdown.hpp), then split where its styles allow.
  kWhatsApp,  ///< Has WhatsApp's markers: split where its styles allow.
  kPlain,     ///< Sent as it is; split as text.
};

/// What an agent is made of. Kind `echo` has `format` alone; agent_options.cpp says which kind has what.
struct AgentOptions {
  TextFormat format = TextFormat::kMarkdown;  ///< kPlain is the default of kind `echo`.
  std::string url;  ///< openai: of the server, without /v1/chat/completions; http, cloud-api: where events are posted.
  std::string model;
  /// The tenant's secret that holds the API key (empty: the server wants none), or what posts are signed with.
  std::string key_secret;
  std::string system_prompt;
  std::string apology = "Sorry, something went wrong on our side. Please try again in a little while.";
  bool stream = false;
  bool tools = false;                  ///< openai: may show buttons, send files, hand off to people, remember.
  bool pictures = false;               ///< openai: is shown the pictures that people send.
  std::size_t history_turns = 20;      ///< Earlier turns the model sees, at most.
  std::size_t history_tokens = 8'000;  ///< And their tokens, with prompt and message.
  std::chrono::seconds timeout{120};   ///< For the whole answer.
};

/// What a tenant may use, so that it takes nothing from the others; 0: as much as there is. Stored as settings of the
/// names in kLimits.
struct TenantLimits {
  std::int64_t inbound_per_second = 0;  ///< Items of webhooks: messages, statuses, changes. More: Meta comes again.
  std::int64_t turns_at_a_time = 0;     ///< More wait, in order.
  std::int64_t stored_bytes = 0;        ///< Beyond it nothing comes in any more; Meta keeps it for days.
  std::int64_t retention_days = 0;      ///< What is older is deleted.
  std::int64_t media_days = 0;          ///< Files are deleted after as many days; 0: with their messages.
};
struct LimitName {
  const char* setting;
  std::int64_t TenantLimits::* limit;
  /// Without "limits.".
  [[nodiscard]] constexpr std::string_view name() const { return std::string_view(setting).substr(7); }
};
inline constexpr LimitName kLimits[] = {
    {"limits.inbound_per_second", &TenantLimits::inbound_per_second},
    {"limits.turns_at_a_time", &TenantLimits::turns_at_a_time},
    {"limits.stored_bytes", &TenantLimits::stored_bytes},
    {"limits.retention_days", &TenantLimits::retention_days},
    {"limits.media_days", &TenantLimits::media_days},
};

struct Agent {
  std::string name;
  std::string kind;  ///< echo, openai, http, cloud-api
  AgentOptions options;
  std::string version = {};
};

/// What a phone number has of its own; what is empty is the tenant's.
struct NumberSecrets {
  SecretString access_token;
  SecretString app_secret;
  SecretString verify_token;
};

/// An app of Meta's by its secret, and the tenant's numbers whose webhooks it may sign.
struct SigningApp {
  SecretString secret;
  std::vector<std::string> numbers;
};

/// What may be told of a secret or an id of Meta's that is set.
struct SecretFacts {
  TimePoint set_at;
  std::string set_by;  ///< As the audit log names who; empty: set before that was kept.
  std::string description;
  std::string version;
};

/// One tenant as it was when the directory was last read: never changes, shared by whoever works with it.
struct Tenant {
  TenantId id;
  std::string name;
  bool enabled = true;
  TimePoint created_at;
  std::string version;                              ///< Of what is set of the tenant itself: enabled, limits, policy.
  ChannelPolicy policy = ChannelPolicy::kDisabled;  ///< Of every number without its own.
  AccessSettings access;
  SessionSettings session;
  SpeechSettings speech = default_speech_settings();
  DeliverySettings delivery;
  TenantLimits limits;
  std::vector<std::string> phone_number_ids;
  std::map<std::string, std::string> settings;
  std::map<std::string, SecretFacts> secrets_set;  ///< Which secrets and ids are set, by whom and since when.
  SecretString access_token;
  SecretString app_secret;
  SecretString verify_token;
  std::map<std::string, NumberSecrets, std::less<>> of_numbers;
  SecretString platform_app_secret;             ///< Set where numbers are claimed of the platform's app.
  std::vector<SigningApp> apps;                 ///< Whose webhooks are believed: distinct, the tenant's own first.
  std::vector<SecretString> verify_tokens;      ///< All there are; each verifies.
  std::vector<Claim> claims;                    ///< Of the tenant's numbers.
  std::map<std::string, SecretString> secrets;  ///< All others, by name: keys of agents and the like.
  std::map<std::string, Agent> agents;
  std::vector<RoutingRule> routing;          ///< In the tenant's order.
  std::string default_agent;                 ///< Empty: none is set.
  std::vector<std::string> groups_answered;  ///< Ids of groups at Meta: all others are kept and not answered.
  std::string groups_version;                ///< Of that; empty: never set.

  [[nodiscard]] ChannelPolicy policy_of(const std::string& phone_number_id) const {
    const auto own = access.by_number.find(phone_number_id);
    return own == access.by_number.end() ? policy : own->second;
  }
  /// What is used for a number: its own, else the tenant's.
  [[nodiscard]] const SecretString& access_token_for(std::string_view number) const {
    const auto own = of_numbers.find(number);
    return own == of_numbers.end() || own->second.access_token.empty() ? access_token : own->second.access_token;
  }
  /// The same; of a number without one that is claimed, the platform's.
  [[nodiscard]] const SecretString& app_secret_for(std::string_view number) const {
    const auto own = of_numbers.find(number);
    if (own != of_numbers.end() && !own->second.app_secret.empty()) return own->second.app_secret;
    return app_secret.empty() && is_claimed(number) ? platform_app_secret : app_secret;
  }
  [[nodiscard]] bool is_claimed(std::string_view number) const {
    for (const auto& claim : claims)
      if (claim.phone_number_id == number) return true;
    return false;
  }
  [[nodiscard]] bool answers_group(std::string_view group_id) const {
    for (const auto& each : groups_answered)
      if (each == group_id) return true;
    return false;
  }
  [[nodiscard]] bool owns_number(std::string_view phone_number_id) const {
    for (const auto& own : phone_number_ids)
      if (own == phone_number_id) return true;
    return false;
  }
};

/// Lives as long as somebody holds it, also after the directory was read again: shared by nature.
using TenantRef = std::shared_ptr<const Tenant>;

}  // namespace claw
