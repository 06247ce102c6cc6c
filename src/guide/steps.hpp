#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guide/meta_check.hpp"
#include "tenancy/connection_notes.hpp"

namespace claw {

enum class StepState {
  kDone,
  kWaiting,  ///< For somebody's move, or for the step before.
  kFailed,   ///< It was tried, and something has to be changed.
};
[[nodiscard]] std::string_view to_string(StepState state);

/// One step of connecting a number. Title and detail are for a tenant's admin: what is so, whose move it is, what to
/// do.
struct GuideStep {
  std::string_view id;
  std::string_view title;
  StepState state = StepState::kWaiting;
  std::string detail;
  std::optional<TimePoint> at = {};  ///< When that became known.
};

/// The newest on a number that was not answered as it should have been.
struct TurnTrouble {
  bool failed = false;  ///< False: it is tried again by itself.
  std::string reason;
};

/// All that the steps are decided on.
struct GuideFacts {
  TimePoint now;

  std::string number;  ///< Phone number id; empty: none is set.
  std::string waba_id, app_id;
  std::optional<TimePoint> token_set, app_secret_set, verify_token_set;
  bool channel_open = false;
  bool has_agent = false;

  std::string tenant;
  std::string callback_url;           ///< To be entered at Meta.
  bool public_url_is_set = false;     ///< False: the callback URL is a guess.
  std::string platform_callback_url;  ///< Of an app that many tenants share; empty: there is none.
  std::string host_callback_url;      ///< By the tenant's host name; empty: there is none.

  std::optional<Verification> last_verification;
  std::optional<TimePoint> verified_at;
  UnsignedRequests unsigned_requests;
  std::optional<FirstWebhook> first_webhook;
  std::string foreign_number;  ///< Whom the newest message was for that was not for a number of the tenant's.
  std::optional<MetaCheck> meta;
  std::optional<TimePoint> answered_at;
  std::optional<TurnTrouble> trouble;
};

/// Secrets, verification, token, number, subscription, webhook, answer: in this order, all of them always. Pure.
[[nodiscard]] std::vector<GuideStep> guide_steps(const GuideFacts& facts);

/// What must be given to a token, in Meta's names.
inline constexpr std::array<std::string_view, 2> kNeededPermissions{"whatsapp_business_messaging",
                                                                    "whatsapp_business_management"};

/// Where Meta sends the number's messages, as far as it tells; empty: unknown.
[[nodiscard]] std::string callback_in_force(const MetaCheck& check, std::string_view app_id);
/// True for each of our addresses of this tenant, under whatever host name.
[[nodiscard]] bool is_own_callback(const GuideFacts& facts, std::string_view url);

/// "3 h 20 min", "12 min", "59 days"
[[nodiscard]] std::string in_words(std::chrono::milliseconds span);

}  // namespace claw
