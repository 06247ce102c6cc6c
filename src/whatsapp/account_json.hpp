#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "whatsapp/graph_json.hpp"

namespace claw::whatsapp {

/// What Meta tells of an access token (GET /debug_token).
struct TokenFacts {
  bool valid = false;
  std::string app_id;
  std::string app_name;
  std::string type;                      ///< SYSTEM_USER, USER, …
  std::int64_t expires_s = 0;            ///< Unix seconds; 0: never, as a system user's permanent token.
  std::vector<std::string> permissions;  ///< "whatsapp_business_messaging", …
  /// The WABAs the token was given, newest first. Empty also where Meta says "all that the user has".
  std::vector<std::string> waba_ids;
  GraphError fault;  ///< Of a token that is not valid: why, as far as Meta tells.

  [[nodiscard]] bool has(std::string_view permission) const;
  bool operator==(const TokenFacts&) const = default;
};

/// What Meta tells of a business phone number (GET /{phone number id}). Each is empty where Meta leaves it out.
struct NumberFacts {
  std::string id;
  std::string display_phone_number;  ///< "+1 555-000-1001", as Meta writes it.
  std::string verified_name;
  std::string quality_rating;    ///< GREEN, YELLOW, RED, UNKNOWN
  std::string messaging_limit;   ///< TIER_250, TIER_2K, TIER_10K, TIER_100K, TIER_UNLIMITED: of the whole portfolio.
  std::string name_status;       ///< APPROVED, PENDING_REVIEW, DECLINED, …
  std::string status;            ///< CONNECTED, PENDING, DISCONNECTED, BANNED, …
  std::string platform_type;     ///< CLOUD_API, ON_PREMISE, NOT_APPLICABLE
  std::string throughput;        ///< STANDARD, HIGH
  bool on_business_app = false;  ///< It is also in the WhatsApp Business app: coexistence, 20 messages a second.
  /// Where Meta sends the number's messages: the first of number, WABA and app that is set.
  std::string callback_of_number, callback_of_waba, callback_of_app;

  [[nodiscard]] const std::string& callback() const {
    if (!callback_of_number.empty()) return callback_of_number;
    return callback_of_waba.empty() ? callback_of_app : callback_of_waba;
  }
  bool operator==(const NumberFacts&) const = default;
};

/// What Meta tells of a WhatsApp Business Account (GET /{WABA id}).
struct WabaFacts {
  std::string id;
  std::string name;
  std::string business_verification;  ///< verified, not_verified, pending, rejected, …
  std::string owner_name;             ///< Of the business portfolio that owns it.
  bool operator==(const WabaFacts&) const = default;
};

/// An app that gets a WABA's webhooks (GET /{WABA id}/subscribed_apps).
struct AppFacts {
  std::string id;
  std::string name;
  std::string callback;  ///< Its own for this WABA; empty: the app's.
  bool operator==(const AppFacts&) const = default;
};

/// What an app hears of WhatsApp, and where (GET /{app id}/subscriptions, the entry whose object is
/// "whatsapp_business_account").
struct SubscriptionFacts {
  bool active = false;  ///< False too where the app has no such entry: nobody entered a callback URL.
  std::string callback;
  std::vector<std::string> fields;  ///< "messages", …
  bool operator==(const SubscriptionFacts&) const = default;
};

/// A template and how it stands (GET /{WABA id}/message_templates).
struct TemplateStanding {
  std::string name;
  std::string language;
  std::string status;  ///< APPROVED, PAUSED, DISABLED, …
  bool operator==(const TemplateStanding&) const = default;
};

/// What to ask for, as ?fields= has it. `messaging_limit_tier` went out of use with v24.0 for
/// `whatsapp_business_manager_messaging_limit`; `webhook_configuration` tells which callback URL is in force.
inline constexpr std::string_view kNumberFields =
    "id,display_phone_number,verified_name,quality_rating,whatsapp_business_manager_messaging_limit,name_status,"
    "status,platform_type,throughput,webhook_configuration,is_on_biz_app";
inline constexpr std::string_view kWabaFields = "id,name,business_verification_status,owner_business_info";

/// The answers to these reads. Each fails with Meta's error, or with one that has no error object where the answer is
/// not what was asked for.
[[nodiscard]] std::expected<TokenFacts, GraphError> parse_token_answer(int http_status, std::string_view body);
[[nodiscard]] std::expected<NumberFacts, GraphError> parse_number_answer(int http_status, std::string_view body);
[[nodiscard]] std::expected<WabaFacts, GraphError> parse_waba_answer(int http_status, std::string_view body);
[[nodiscard]] std::expected<std::vector<AppFacts>, GraphError> parse_apps_answer(int http_status,
                                                                                 std::string_view body);
/// Of GET /{WABA id}/phone_numbers: the ids.
[[nodiscard]] std::expected<std::vector<std::string>, GraphError> parse_ids_answer(int http_status,
                                                                                   std::string_view body);
[[nodiscard]] std::expected<SubscriptionFacts, GraphError> parse_subscriptions_answer(int http_status,
                                                                                      std::string_view body);
[[nodiscard]] std::expected<std::vector<TemplateStanding>, GraphError> parse_template_standings(int http_status,
                                                                                                std::string_view body);

/// Messages of a phone number in a second, in and out together (developers.facebook.com, "Throughput").
inline constexpr int kStandardPerSecond = 80;
inline constexpr int kHighPerSecond = 1'000;
inline constexpr int kCoexistencePerSecond = 20;  ///< Also in the WhatsApp Business app, whatever its level.

/// What Meta lets this number send; kStandardPerSecond too for a level of an unknown name.
[[nodiscard]] int messages_per_second(const NumberFacts& number);
/// True for a webhook's field after which a number's throughput may be another.
[[nodiscard]] bool is_about_throughput(std::string_view field);

/// People that may be written to in 24 hours outside of a service window, by the name of a messaging limit; 0 for a
/// name without a number (TIER_UNLIMITED, unknown names).
[[nodiscard]] std::int64_t people_of_limit(std::string_view messaging_limit);

}  // namespace claw::whatsapp
