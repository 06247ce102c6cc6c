#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/json/fwd.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "simulator/limits.hpp"

namespace claw::sim {

/// The permissions that the Cloud API knows.
inline constexpr std::string_view kManagement = "whatsapp_business_management";
inline constexpr std::string_view kMessaging = "whatsapp_business_messaging";

/// What is the matter with an access token (tokens.hpp).
enum class TokenState { kValid, kExpired, kRevoked, kNoPermission, kWrongApp };

/// A business phone number with everything that Meta knows around it: its WABA, the app that may use it, and where that
/// app wants its webhooks. A simulator's secrets are nobody's secrets, so they are plain text here.
struct Number {
  std::string id{};             ///< Phone number id, digits.
  std::string display_phone{};  ///< Digits, as in `metadata.display_phone_number`.
  std::string verified_name = "Demo Business";
  std::string waba{};  ///< WABA id; also stands for the business portfolio of its BSUIDs.
  std::string token = "sim-access-token";
  TokenState token_state = TokenState::kValid;
  std::optional<TimePoint> token_expires{};  ///< It expires by itself then; a system user's token never does.
  std::string app_secret = "sim-app-secret";
  std::string verify_token = "sim-verify-token";
  std::string callback{};  ///< Webhook URL; empty: nothing can be delivered yet.
  std::string app_id = "300000000000001";
  std::string quality_rating = "GREEN";
  std::string tier = "TIER_250";                   ///< The messaging limit; of the whole portfolio since October 2025.
  std::string status = "CONNECTED";                ///< Or PENDING, DISCONNECTED, BANNED, …
  std::string name_status = "APPROVED";            ///< Or PENDING_REVIEW, DECLINED, …
  std::string platform_type = "CLOUD_API";         ///< Or ON_PREMISE, NOT_APPLICABLE: nobody registered it.
  std::string waba_name = "Demo Account";          ///< Of its WABA.
  std::string business_name = "Demo Inc.";         ///< Of the portfolio that owns the WABA.
  std::string business_verification = "verified";  ///< Or not_verified, pending, rejected, …
  std::vector<std::string> permissions{std::string(kManagement), std::string(kMessaging)};  ///< Of its token.
  bool subscribed = true;                          ///< The app hears of the WABA; else nothing is delivered.
  std::vector<std::string> unsubscribed_fields{};  ///< Webhook fields that the app does not want: "messages", …
  bool on_business_app = false;                    ///< Coexistence: also in the WhatsApp Business app.
  Limits limits;
  std::string pricing_model = "PMP";  ///< Per message; CBP: per conversation, as it was before July 2025.
  bool require_proof = false;         ///< The app's setting "Require app secret": appsecret_proof must come.
};

/// The number that is there when nobody sets anything up.
[[nodiscard]] Number default_number();

/// The business numbers of the simulated world. Not thread-safe.
class Numbers {
 public:
  static constexpr std::size_t kMax = 10'000;  ///< More than any test has; a bound against a loop gone wild.

  /// What a number is held to that is put up without limits of its own.
  Limits limits_of_new;

  /// Adds or replaces by id. Fails with kInvalid where kMax are there already.
  Result<void> put(Number number);

  /// References live until the number is replaced. All in constant time.
  [[nodiscard]] const Number* find(std::string_view id) const;
  [[nodiscard]] bool knows_token(std::string_view token) const;
  /// The first number that uses the token; in linear time.
  [[nodiscard]] const Number* with_token(std::string_view token) const;
  /// The ids of a WABA's numbers; empty for an unknown WABA.
  [[nodiscard]] std::vector<std::string> of_waba(std::string_view waba) const;

  /// By id.
  [[nodiscard]] const std::map<std::string, Number, std::less<>>& all() const { return numbers_; }

 private:
  std::map<std::string, Number, std::less<>> numbers_;
  std::multimap<std::string, std::string, std::less<>> by_waba_;
  std::map<std::string, int, std::less<>> tokens_;  ///< How many numbers use it.
};

/// The control API's shape of a number: {"id", "display_phone_number", "verified_name", "waba_id", "token",
/// "token_state", "token_expires_at", "app_secret", "verify_token", "callback", "app_id", "quality_rating", "tier",
/// "status", "name_status", "platform_type", "waba_name", "business_name", "business_verification", "permissions",
/// "subscribed", "unsubscribed_fields", "on_business_app", "limits" (limits.hpp), "pricing_model", "require_proof"}.
[[nodiscard]] boost::json::object number_json(const Number& number);

/// Lays the members of `json` over `number`. Fails with kInvalid naming the first member that is unknown, of the wrong
/// kind, or empty where it may not be. A number needs "id"; its display phone and WABA are made from it where missing.
/// A new token is valid where nothing else is said.
[[nodiscard]] Result<Number> read_number(const boost::json::object& json, Number number);

}  // namespace claw::sim
