#include "guide/steps.hpp"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace claw {
namespace {

constexpr const char* kNewToken =
    "make a token of a system user in Business settings → System users with whatsapp_business_messaging and "
    "whatsapp_business_management, and replace WHATSAPP_ACCESS_TOKEN";

std::string when(TimePoint at) {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", std::chrono::floor<std::chrono::minutes>(at));
}

/// Whether something was set after something else was noted, of which the second is known.
bool set_after(const std::optional<TimePoint>& set, TimePoint noted) {
  return set && std::chrono::floor<std::chrono::seconds>(*set) > noted;
}

/// The result of one step, before it has its name.
struct Finding {
  StepState state = StepState::kWaiting;
  std::string detail;
  std::optional<TimePoint> at = {};
};

Finding done(std::string detail, std::optional<TimePoint> at = {}) {
  return {StepState::kDone, std::move(detail), at};
}
Finding waiting(std::string detail) {
  return {StepState::kWaiting, std::move(detail), {}};
}
Finding failed(std::string detail, std::optional<TimePoint> at = {}) {
  return {StepState::kFailed, std::move(detail), at};
}

Finding secrets_set(const GuideFacts& facts) {
  std::vector<std::string_view> missing;
  if (!facts.token_set) missing.push_back(kAccessToken);
  if (facts.number.empty()) missing.push_back(kPhoneNumberId);
  if (!facts.app_secret_set) missing.push_back(kAppSecret);
  if (!facts.verify_token_set) missing.push_back(kVerifyToken);
  if (!missing.empty())
    return waiting(fmt::format("Your move: set {} under Settings → Secrets.", fmt::join(missing, ", ")));
  return done("All four values are set.", std::max({*facts.token_set, *facts.app_secret_set, *facts.verify_token_set}));
}

Finding verification_received(const GuideFacts& facts) {
  const auto& last = facts.last_verification;
  const bool refused = last && !last->verified;
  if (facts.verified_at) {
    std::string detail = "Meta verified the callback URL.";
    if (refused && last->at > *facts.verified_at)
      detail += fmt::format(" A later try ({}) was {}; if it was yours, look at the verify token in Meta's form.",
                            when(last->at), last->outcome);
    return done(std::move(detail), facts.verified_at);
  }
  if (!facts.verify_token_set)
    return {refused ? StepState::kFailed : StepState::kWaiting,
            fmt::format("{}Your move: set WHATSAPP_VERIFY_TOKEN to a word of your choice first, then press Verify and "
                        "save at Meta.",
                        refused ? "Meta asked, and no verify token is set here. " : ""),
            refused ? std::optional(last->at) : std::nullopt};
  const std::string enter = fmt::format(
      "Your move: in the Meta app, under WhatsApp → Configuration, enter the callback URL {} and the value of "
      "WHATSAPP_VERIFY_TOKEN, and press Verify and save.",
      facts.callback_url);
  if (refused && set_after(facts.verify_token_set, last->at))
    return waiting("The verify token was changed since Meta's last try was refused. " + enter);
  if (refused && last->outcome.contains("verify token"))
    return failed("Meta asked with another verify token than WHATSAPP_VERIFY_TOKEN. " + enter, last->at);
  if (refused)
    return waiting(fmt::format("Somebody opened the callback URL who was not Meta ({}). {}", last->outcome, enter));
  return waiting(enter +
                 " If Meta says that the URL could not be validated and nothing changes here, the URL does not reach "
                 "this gateway: look at DNS, certificate and firewall.");
}

/// What all steps that ask Meta have in common: why there is nothing to say yet. Nothing: there is.
std::optional<Finding> not_asked(const GuideFacts& facts, bool asked, const char* first) {
  if (!facts.token_set) return waiting("Your move: set WHATSAPP_ACCESS_TOKEN under Settings → Secrets.");
  if (!facts.meta) return waiting("Meta was not asked yet. Your move: press Check.");
  const auto changed = [](const char* name) {
    return waiting(fmt::format("{} was changed since Meta was asked. Your move: press Check.", name));
  };
  if (facts.meta->at < *facts.token_set) return changed(kAccessToken);
  if (facts.app_secret_set && facts.meta->at < *facts.app_secret_set) return changed(kAppSecret);
  if (!facts.waba_id.empty() && facts.waba_id != facts.meta->waba_id) return changed(kWabaId);
  if (asked) return std::nullopt;
  if (!facts.meta->unreachable.empty())
    return failed(
        fmt::format("Meta could not be asked: {} Nothing is wrong with your values as far as this tells; press Check "
                    "again in a moment. If it stays, the gateway's way to graph.facebook.com is closed.",
                    facts.meta->unreachable),
        facts.meta->at);
  return waiting(first);
}

std::string why_not_valid(const whatsapp::TokenFacts& token) {
  constexpr std::int64_t kExpired = 463;
  constexpr std::int64_t kLoggedOut = 467;
  constexpr std::int64_t kChanged = 460;
  switch (token.fault.subcode) {
    case kExpired:
      return "The access token has expired";
    case kLoggedOut:
    case kChanged:
      return "The access token was revoked";
    default:
      return "Meta says that the access token is not valid";
  }
}

Finding token_accepted(const GuideFacts& facts) {
  const MetaCheck none;
  const auto& meta = facts.meta ? *facts.meta : none;
  if (auto nothing = not_asked(facts, meta.token.asked(), "Waits for an answer of Meta's.")) return *nothing;
  if (!meta.token.facts) return failed(meta.token.fault, meta.at);
  const auto& token = *meta.token.facts;
  const TimePoint end = from_ms(token.expires_s * 1'000);
  const bool ends = token.expires_s != 0;
  if (!token.valid)
    return failed(
        fmt::format("{}{}. Your move: {}.", why_not_valid(token),
                    token.fault.message.empty() ? "" : fmt::format(" (Meta: {})", token.fault.message), kNewToken),
        meta.at);
  if (ends && end <= facts.now)
    return failed(fmt::format("The access token expired at {}. Your move: {}.", when(end), kNewToken), end);
  std::vector<std::string_view> missing;
  for (const auto permission : kNeededPermissions)
    if (!token.has(permission)) missing.push_back(permission);
  if (!missing.empty())
    return failed(fmt::format("The access token lacks {}. Your move: {}.", fmt::join(missing, " and "), kNewToken),
                  meta.at);
  std::string detail = fmt::format("Meta accepts it, with both permissions, for the app {}.",
                                   token.app_name.empty() ? token.app_id : token.app_name);
  if (!facts.app_id.empty() && !token.app_id.empty() && facts.app_id != token.app_id)
    detail += fmt::format(" WHATSAPP_APP_ID says {}, the token is of app {}: one of them is another app's.",
                          facts.app_id, token.app_id);
  detail +=
      ends ? fmt::format(" But it dies in {} ({}): {} before that.", in_words(end - facts.now), when(end), kNewToken)
           : " It does not expire.";
  return done(std::move(detail), meta.at);
}

/// What Meta says of a number that is there but not well; empty: nothing.
std::string trouble_of(const whatsapp::NumberFacts& number) {
  if (!number.platform_type.empty() && number.platform_type != "CLOUD_API")
    return fmt::format(
        "The number is not registered with the Cloud API (Meta calls it {}). Your move: register it in WhatsApp "
        "Manager → Phone numbers, with a PIN of six digits.",
        number.platform_type);
  // These restrict what may be sent; the number itself works.
  constexpr std::array<std::string_view, 4> kWorking{"CONNECTED", "FLAGGED", "RATE_LIMITED", "RESTRICTED"};
  if (!number.status.empty() && std::ranges::find(kWorking, number.status) == kWorking.end())
    return fmt::format(
        "Meta says that the number is {}. Your move: WhatsApp Manager → Phone numbers says why and what "
        "to do.",
        number.status);
  return {};
}

Finding number_found(const GuideFacts& facts) {
  const MetaCheck none;
  const auto& meta = facts.meta ? *facts.meta : none;
  if (facts.number.empty()) return waiting("Your move: set WHATSAPP_PHONE_NUMBER_ID under Settings → Secrets.");
  if (auto nothing = not_asked(facts, meta.number.asked(), "Waits for an access token that Meta accepts."))
    return *nothing;
  if (!meta.number.facts) return failed(meta.number.fault, meta.at);
  const auto& number = *meta.number.facts;
  const auto& numbers = meta.numbers_of_waba.facts;
  if (numbers && std::ranges::find(*numbers, facts.number) == numbers->end())
    return failed(
        fmt::format("The number {} is not one of the WhatsApp account {}{}. Your move: correct WHATSAPP_WABA_ID or "
                    "WHATSAPP_PHONE_NUMBER_ID.",
                    facts.number, meta.waba_id,
                    meta.waba_of_number.empty() ? "" : fmt::format("; it belongs to {}", meta.waba_of_number)),
        meta.at);
  if (auto trouble = trouble_of(number); !trouble.empty()) return failed(std::move(trouble), meta.at);
  std::string detail = fmt::format("{}, {}.", number.display_phone_number, number.verified_name);
  if (number.name_status == "DECLINED")
    detail += " Meta declined the display name: choose another one in WhatsApp Manager.";
  if (!number.status.empty() && number.status != "CONNECTED")
    detail += fmt::format(" Meta says that it is {}: see WhatsApp Manager.", number.status);
  if (number.quality_rating == "RED") detail += " Its quality is low: Meta may restrict it.";
  if (meta.waba.facts && !meta.waba.facts->business_verification.empty() &&
      meta.waba.facts->business_verification != "verified")
    detail += fmt::format(" The business is not verified ({}): Meta limits how many people you can write to.",
                          meta.waba.facts->business_verification);
  return done(std::move(detail), meta.at);
}

Finding app_subscribed(const GuideFacts& facts) {
  const MetaCheck none;
  const auto& meta = facts.meta ? *facts.meta : none;
  const bool no_waba = facts.meta && meta.token.facts && meta.waba_id.empty();
  if (no_waba)
    return waiting(
        "Your move: set WHATSAPP_WABA_ID, the WhatsApp Business Account ID that WhatsApp → API Setup shows. Then press "
        "Check.");
  if (auto nothing = not_asked(facts, meta.apps.asked(), "Waits for an access token that Meta accepts."))
    return *nothing;
  if (!meta.apps.facts) return failed(meta.apps.fault, meta.at);
  const std::string& app = meta.token.facts ? meta.token.facts->app_id : facts.app_id;
  const bool subscribed = std::ranges::any_of(*meta.apps.facts, [&](const auto& each) { return each.id == app; });
  if (!subscribed)
    return failed(fmt::format("The app {} does not hear of the WhatsApp account {}, so that no message can come. Your "
                              "move: press Subscribe.",
                              app, meta.waba_id),
                  meta.at);
  const std::string callback = callback_in_force(meta, app);
  if (!callback.empty() && !is_own_callback(facts, callback))
    return failed(
        fmt::format("The app is subscribed, but Meta sends this number's messages to {}. Your move: in the Meta app, "
                    "under WhatsApp → Configuration, enter {} as the callback URL; if that is so already, a callback "
                    "of the account or the number overrides it and has to be cleared.",
                    callback, facts.callback_url),
        meta.at);
  return done(fmt::format("The app {} hears of the WhatsApp account {}.", app, meta.waba_id), meta.at);
}

Finding webhook_received(const GuideFacts& facts) {
  const auto& strangers = facts.unsigned_requests;
  const bool misfit = strangers.count > 0 && (!facts.app_secret_set || strangers.last >= *facts.app_secret_set);
  const auto misfits = [&](std::string_view since) {
    return failed(
        fmt::format("{} whose signature does not fit WHATSAPP_APP_SECRET{}, the last at {}. If Meta sent "
                    "them, the secret is another app's. Your move: copy the App secret from App settings → "
                    "Basic of the app that has the callback URL.",
                    strangers.count == 1 ? "A request came" : fmt::format("{} requests came", strangers.count), since,
                    when(strangers.last)),
        strangers.last);
  };
  if (facts.first_webhook) {
    // Proved under the secret of then; one that was set later has to prove itself where something did not fit.
    if (misfit && set_after(facts.app_secret_set, facts.first_webhook->at))
      return misfits(", which was changed after the first webhook");
    return done("The first signed webhook of this number arrived.", facts.first_webhook->at);
  }
  if (!facts.app_secret_set) return waiting("Your move: set WHATSAPP_APP_SECRET under Settings → Secrets.");
  if (misfit) return misfits("");
  if (!facts.foreign_number.empty())
    return failed(
        fmt::format("Signed webhooks come, but for the phone number id {}, not {}. Your move: correct "
                    "WHATSAPP_PHONE_NUMBER_ID, or write to the number that it names.",
                    facts.foreign_number, facts.number));
  const bool known = facts.meta && facts.meta->number.facts;
  return waiting(
      fmt::format("Your move: write a message to {} from a phone. If nothing comes, look whether the webhook field "
                  "messages is subscribed under WhatsApp → Configuration.",
                  known ? facts.meta->number.facts->display_phone_number : "your business number"));
}

Finding test_answered(const GuideFacts& facts) {
  constexpr const char* kClosed = "The channel is disabled: messages are kept, and nobody is answered.";
  if (facts.answered_at)
    return done(fmt::format("A message was answered, and Meta took the answer.{}{}", facts.channel_open ? "" : " ",
                            facts.channel_open ? "" : kClosed),
                facts.answered_at);
  // Before the first message nothing has failed.
  const StepState unready = facts.first_webhook ? StepState::kFailed : StepState::kWaiting;
  if (!facts.has_agent)
    return {unready, "No agent is set, so that nobody answers. Your move: set one under Agents.", {}};
  if (!facts.channel_open)
    return {unready, std::string(kClosed) + " Your move: open it under Channels → WhatsApp, then write again.", {}};
  if (facts.trouble && facts.trouble->failed)
    return failed(fmt::format("The last message was not answered: {}", facts.trouble->reason));
  if (facts.trouble) return waiting(fmt::format("The answer is not out yet: {}", facts.trouble->reason));
  if (!facts.first_webhook) return waiting("Waits for the first message.");
  return waiting("Your move: write a message from a phone, and see it answered.");
}

struct StepRule {
  std::string_view id;
  std::string_view title;
  Finding (*find)(const GuideFacts&);
};
constexpr StepRule kRules[] = {
    {"secrets_set", "Set the four values", &secrets_set},
    {"verification_received", "Enter the callback URL at Meta", &verification_received},
    {"token_accepted", "Meta accepts the access token", &token_accepted},
    {"number_found", "Meta shows the phone number", &number_found},
    {"app_subscribed", "The app hears of the WhatsApp account", &app_subscribed},
    {"webhook_received", "A signed webhook arrives", &webhook_received},
    {"test_answered", "A test message is answered", &test_answered},
};

std::string_view without_query(std::string_view url) {
  return url.substr(0, url.find('?'));
}

}  // namespace

std::string_view to_string(StepState state) {
  switch (state) {
    case StepState::kDone:
      return "done";
    case StepState::kWaiting:
      return "waiting";
    case StepState::kFailed:
      return "failed";
  }
  return "waiting";
}

std::vector<GuideStep> guide_steps(const GuideFacts& facts) {
  std::vector<GuideStep> steps;
  for (const auto& rule : kRules) {
    auto found = rule.find(facts);
    steps.push_back({rule.id, rule.title, found.state, std::move(found.detail), found.at});
  }
  return steps;
}

std::string callback_in_force(const MetaCheck& check, std::string_view app_id) {
  const whatsapp::NumberFacts none;
  const auto& number = check.number.facts ? *check.number.facts : none;
  if (!number.callback_of_number.empty()) return number.callback_of_number;
  if (check.apps.facts)
    for (const auto& app : *check.apps.facts)
      if (app.id == app_id && !app.callback.empty()) return app.callback;
  return number.callback();
}

bool is_own_callback(const GuideFacts& facts, std::string_view url) {
  const auto plain = without_query(url);
  for (const auto* own : {&facts.callback_url, &facts.platform_callback_url, &facts.host_callback_url})
    if (!own->empty() && plain == *own) return true;
  // Who has said how the gateway is reached means no other one.
  if (facts.public_url_is_set) return false;
  // A proxy may give the gateway further names; the path with the tenant's name in it is nobody else's.
  return plain.ends_with(fmt::format("/t/{}/webhooks/whatsapp", facts.tenant));
}

std::string in_words(std::chrono::milliseconds span) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(span).count();
  constexpr std::int64_t kHour = 60;
  constexpr std::int64_t kDay = 24 * kHour;
  if (minutes >= 2 * kDay) return fmt::format("{} days", minutes / kDay);
  if (minutes < kHour) return fmt::format("{} min", minutes);
  return minutes % kHour == 0 ? fmt::format("{} h", minutes / kHour)
                              : fmt::format("{} h {} min", minutes / kHour, minutes % kHour);
}

}  // namespace claw
