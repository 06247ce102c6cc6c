#include <algorithm>

#include <fmt/ranges.h>

#include "guide/finding.hpp"

namespace claw {
namespace {

constexpr const char* kNewToken =
    "Make a token of a system user in Business settings → System users, with whatsapp_business_messaging and "
    "whatsapp_business_management, and replace WHATSAPP_ACCESS_TOKEN under Settings → Secrets.";
constexpr const char* kCopySecret =
    "Copy the App secret from App settings → Basic of the app that has the callback URL, and replace "
    "WHATSAPP_APP_SECRET under Settings → Secrets.";
constexpr const char* kProofMark = "appsecret_proof";

/// What Meta said, where it was asked after the last change of a secret; else nothing of it counts.
const MetaCheck& said_of(const GuideFacts& facts) {
  static const MetaCheck kNothing;
  return facts.meta ? *facts.meta : kNothing;
}

bool proof_refused(const MetaCheck& meta) {
  return meta.token.fault.contains(kProofMark) || meta.number.fault.contains(kProofMark);
}

Finding meta_reached(const GuideFacts& facts) {
  const auto& meta = said_of(facts);
  if (!facts.token_set || facts.number.empty()) return skipped("Meta is asked once the secrets are set.");
  if (meta.unreachable.empty()) return ok("Meta answers.");
  return error(fmt::format("Meta could not be asked: {}", meta.unreachable),
               "Look at the machine's way to graph.facebook.com: DNS, firewall, graph.base_url. Nothing else here says "
               "that your values are wrong.");
}

bool is_expired(const whatsapp::TokenFacts& token, TimePoint now) {
  constexpr std::int64_t kExpired = 463;
  return token.fault.subcode == kExpired || (token.expires_s != 0 && from_ms(token.expires_s * 1'000) <= now);
}

Finding token_alive(const GuideFacts& facts) {
  const auto& meta = said_of(facts);
  if (!meta.token.asked()) return skipped("Meta was not asked: see above.");
  if (proof_refused(meta) && !meta.token.facts) return skipped("It cannot be told before the app secret is right.");
  if (!meta.token.facts) {
    const bool expired = meta.token.fault.contains("/463") || meta.token.fault.contains("expired");
    return error(fmt::format("{}{}", expired ? "The access token has expired: " : "", meta.token.fault), kNewToken);
  }
  const auto& token = *meta.token.facts;
  const TimePoint end = from_ms(token.expires_s * 1'000);
  if (is_expired(token, facts.now))
    return error(token.expires_s != 0 && end <= facts.now ? fmt::format("The access token expired at {}.", when(end))
                                                          : "The access token has expired.",
                 kNewToken);
  if (!token.valid)
    return error(fmt::format("Meta says that the access token is not valid{}{}.",
                             token.fault.message.empty() ? "" : ": ", token.fault.message),
                 kNewToken);
  if (token.expires_s == 0) return ok("The access token is valid, and does not expire.");
  if (end - facts.now < kTokenWarning)
    return warning(fmt::format("The access token dies in {} ({}).", in_words(end - facts.now), when(end)), kNewToken);
  return ok(fmt::format("The access token is valid until {}.", when(end)));
}

/// The token, where Meta knows it and it is good.
const whatsapp::TokenFacts* good_token(const GuideFacts& facts) {
  const auto& token = said_of(facts).token.facts;
  return token && token->valid && !is_expired(*token, facts.now) ? &*token : nullptr;
}

Finding token_permissions(const GuideFacts& facts) {
  const auto* token = good_token(facts);
  if (!token) return skipped("Waits for a token that Meta accepts.");
  std::vector<std::string_view> missing;
  for (const auto permission : kNeededPermissions)
    if (!token->has(permission)) missing.push_back(permission);
  if (missing.empty()) return ok("The access token has both permissions.");
  return error(fmt::format("The access token lacks {}.", fmt::join(missing, " and ")), kNewToken);
}

bool has_permissions(const GuideFacts& facts) {
  const auto* token = good_token(facts);
  return token && std::ranges::all_of(kNeededPermissions, [&](auto each) { return token->has(each); });
}

Finding token_app(const GuideFacts& facts) {
  const auto* token = good_token(facts);
  if (!token) return skipped("Waits for a token that Meta accepts.");
  if (facts.app_id.empty() || token->app_id == facts.app_id)
    return ok(fmt::format("The access token is of the app {}.", token->app_id));
  return error(fmt::format("The access token is of the app {}; WHATSAPP_APP_ID says {}.", token->app_id, facts.app_id),
               "Use the token of a system user that was made for your app, or correct WHATSAPP_APP_ID under Settings → "
               "Secrets.");
}

Finding app_secret(const GuideFacts& facts, const MetaFacts& extra) {
  if (!facts.app_secret_set) return skipped("WHATSAPP_APP_SECRET is not set.");
  if (proof_refused(said_of(facts)) || extra.secret_refused)
    return error("WHATSAPP_APP_SECRET is not the secret of the app that the access token was made for.", kCopySecret);
  const auto& strangers = facts.unsigned_requests;
  const bool since = strangers.count > 0 && strangers.last >= *facts.app_secret_set;
  if (extra.subscriptions.facts)
    return ok(since ? fmt::format("Meta takes it. {} requests came that somebody else signed, the last at {}.",
                                  strangers.count, when(strangers.last))
                    : "Meta takes it.");
  if (since && !facts.first_webhook)
    return error(fmt::format("{} requests came whose signature does not fit, the last at {}.", strangers.count,
                             when(strangers.last)),
                 kCopySecret);
  return skipped("Meta could not be asked about it.");
}

Finding number_account(const GuideFacts& facts) {
  const auto& meta = said_of(facts);
  if (!has_permissions(facts) || !meta.number.asked()) return skipped("Waits for a token that Meta accepts.");
  if (!meta.number.facts)
    return error(meta.number.fault, "Correct WHATSAPP_PHONE_NUMBER_ID, or give the token's system user the account.");
  const auto& numbers = meta.numbers_of_waba.facts;
  if (numbers && std::ranges::find(*numbers, facts.number) == numbers->end())
    return error(fmt::format("The number {} is not one of the WhatsApp account {}{}.", facts.number, meta.waba_id,
                             meta.waba_of_number.empty() ? "" : fmt::format("; it belongs to {}", meta.waba_of_number)),
                 "Correct WHATSAPP_WABA_ID or WHATSAPP_PHONE_NUMBER_ID under Settings → Secrets.");
  if (!numbers && !meta.numbers_of_waba.fault.empty())
    return error(meta.numbers_of_waba.fault, "Correct WHATSAPP_WABA_ID under Settings → Secrets.");
  return ok(fmt::format("{} ({}){}.", meta.number.facts->display_phone_number, meta.number.facts->verified_name,
                        meta.waba_id.empty() ? "" : fmt::format(" is of the WhatsApp account {}", meta.waba_id)));
}

Finding number_registered(const whatsapp::NumberFacts& number) {
  if (!number.platform_type.empty() && number.platform_type != "CLOUD_API")
    return error(
        fmt::format("The number is not registered with the Cloud API (Meta calls it {}).", number.platform_type),
        "Register it in WhatsApp Manager → Phone numbers, with a PIN of six digits.");
  constexpr std::string_view kWorking[] = {"CONNECTED", "FLAGGED", "RATE_LIMITED", "RESTRICTED"};
  if (!number.status.empty() && std::ranges::find(kWorking, number.status) == std::end(kWorking))
    return error(fmt::format("Meta says that the number is {}.", number.status),
                 "WhatsApp Manager → Phone numbers says why and what to do.");
  if (!number.status.empty() && number.status != "CONNECTED")
    return warning(fmt::format("Meta says that the number is {}: it restricts what may be sent.", number.status),
                   "WhatsApp Manager → Phone numbers says why.");
  return ok("The number is registered with the Cloud API and connected.");
}

Finding number_name(const whatsapp::NumberFacts& number) {
  if (number.name_status == "DECLINED")
    return warning(fmt::format("Meta declined the display name {}.", number.verified_name),
                   "Choose another one in WhatsApp Manager → Phone numbers.");
  return ok(fmt::format("People see {}.", number.verified_name));
}

Finding number_quality(const whatsapp::NumberFacts& number) {
  if (number.quality_rating == "RED")
    return warning("The number's quality is low (red): people block or report it, and Meta may restrict it.",
                   "Write only to people who asked for it, and less often; WhatsApp Manager → Insights shows what was "
                   "reported.");
  if (number.quality_rating == "YELLOW") return {Severity::kNote, "The number's quality is medium (yellow)."};
  return ok(number.quality_rating == "GREEN" ? "The number's quality is high (green)."
                                             : "Meta has not rated the number yet.");
}

Finding number_throughput(const whatsapp::NumberFacts& number, const MetaFacts& extra) {
  if (!number.on_business_app)
    return ok(fmt::format("Throughput: {}.", number.throughput.empty() ? "STANDARD" : number.throughput));
  std::string seen =
      fmt::format("The number is also in the WhatsApp Business app (coexistence): Meta takes {} messages a second.",
                  whatsapp::kCoexistencePerSecond);
  if (extra.messages_per_second <= whatsapp::kCoexistencePerSecond) return {Severity::kNote, std::move(seen)};
  return warning(fmt::format("{} The gateway sends {}.", seen, extra.messages_per_second),
                 fmt::format("The operator sets graph.messages_per_second to {}.", whatsapp::kCoexistencePerSecond));
}

Finding messaging_tier(const MetaFacts& extra) {
  if (!extra.people_limit || !extra.people_this_month)
    return ok(extra.people_this_month
                  ? fmt::format("{} people this month; no limit is known.", *extra.people_this_month)
                  : "No limit is known.");
  const auto people = *extra.people_this_month;
  const auto limit = *extra.people_limit;
  std::string seen = fmt::format("{} people this month, of {} that may be written to.", people, limit);
  constexpr const char* kRaise =
      "Verify the business and keep the quality high: Meta raises the limit by itself. WhatsApp Manager → Overview → "
      "Limits shows what is asked for.";
  if (people >= limit) return warning("The messaging limit is reached: " + seen, kRaise);
  if (people * 10 >= limit * 9) return warning("The messaging limit is nearly reached: " + seen, kRaise);
  return ok(std::move(seen));
}

Finding app_subscribed(const GuideFacts& facts) {
  const auto& meta = said_of(facts);
  if (!has_permissions(facts)) return skipped("Waits for a token that Meta accepts.");
  if (meta.waba_id.empty())
    return warning("It is not known which WhatsApp account the number belongs to.",
                   "Set WHATSAPP_WABA_ID, the WhatsApp Business Account ID that WhatsApp → API Setup shows.");
  if (!meta.apps.facts) return skipped(meta.apps.fault.empty() ? "Meta was not asked." : meta.apps.fault);
  const auto& app = meta.token.facts->app_id;
  if (std::ranges::any_of(*meta.apps.facts, [&](const auto& each) { return each.id == app; }))
    return ok(fmt::format("The app {} hears of the WhatsApp account {}.", app, meta.waba_id));
  return error(fmt::format("The app {} is not subscribed to the WhatsApp account {}, so that no message can come, "
                           "although the callback URL is verified.",
                           app, meta.waba_id),
               "Press Subscribe under Channels → WhatsApp, at step 5.");
}

Finding callback_at_meta(const GuideFacts& facts, const MetaFacts& extra) {
  const auto& meta = said_of(facts);
  std::string callback = facts.meta ? callback_in_force(meta, good_token(facts) ? good_token(facts)->app_id : "") : "";
  if (callback.empty() && extra.subscriptions.facts) callback = extra.subscriptions.facts->callback;
  const std::string enter = fmt::format(
      "In the Meta app, under WhatsApp → Configuration, enter {} as the callback URL and the value of "
      "WHATSAPP_VERIFY_TOKEN. If that is so already, a callback of the account or the number overrides it.",
      facts.callback_url);
  if (callback.empty() && !meta.number.facts && !extra.subscriptions.facts) return skipped("Meta did not tell it.");
  if (callback.empty()) return error("Meta has no callback URL for this number.", enter);
  if (is_own_callback(facts, callback)) return ok(fmt::format("Meta sends to {}.", callback));
  return error(fmt::format("Meta sends this number's messages to {}, which is not this gateway.", callback), enter);
}

Finding field_messages(const MetaFacts& extra) {
  if (!extra.subscriptions.facts)
    return skipped(extra.subscriptions.fault.empty() ? "Meta was not asked." : extra.subscriptions.fault);
  const auto& fields = extra.subscriptions.facts->fields;
  if (std::ranges::find(fields, "messages") != fields.end()) return ok("The webhook field messages is subscribed.");
  return error("The webhook field messages is not subscribed: neither messages nor statuses come.",
               "In the Meta app, under WhatsApp → Configuration → Webhook fields, subscribe messages.");
}

Finding templates(const MetaFacts& extra) {
  if (!extra.templates.facts)
    return skipped(extra.templates.fault.empty() ? "Meta was not asked." : extra.templates.fault);
  constexpr std::size_t kNamed = 5;
  std::vector<std::string> halted;
  for (const auto& each : *extra.templates.facts)
    if (each.status == "PAUSED" || each.status == "DISABLED")
      halted.push_back(fmt::format("{} ({}) is {}", each.name, each.language, each.status));
  if (halted.empty()) return ok(fmt::format("{} templates, none paused or disabled.", extra.templates.facts->size()));
  const auto more = halted.size() > kNamed ? fmt::format(", and {} more", halted.size() - kNamed) : std::string();
  halted.resize(std::min(halted.size(), kNamed));
  return warning(
      fmt::format("{}{}: Meta refuses to send them.", fmt::join(halted, ", "), more),
      "Use another template, or change it: WhatsApp Manager → Message templates says what people reported. A "
      "paused one comes back by itself.");
}

Finding clock_right(const MetaFacts& extra) {
  if (!extra.clock_ahead) return skipped(extra.clock_fault.empty() ? "Meta was not asked." : extra.clock_fault);
  constexpr std::chrono::seconds kRounding{30};  // to the nearest minute
  const auto off = std::chrono::abs(*extra.clock_ahead);
  if (off < kClockWarning) return ok("This machine's clock agrees with Meta's.");
  auto seen = fmt::format("This machine's clock is {} {} of Meta's.", in_words(off + kRounding),
                          extra.clock_ahead->count() > 0 ? "ahead" : "behind");
  constexpr const char* kSync = "Set the clock by NTP (timedatectl set-ntp true). Windows and time-outs go by it.";
  return off >= kClockError ? error(std::move(seen), kSync) : warning(std::move(seen), kSync);
}

void add_number_checks(Checks& checks, const GuideFacts& facts, const MetaFacts& extra) {
  const auto& number = said_of(facts).number.facts;
  const auto of_number = [&](std::string id, std::string_view title, auto find) {
    add(checks, std::move(id), title, number ? find(*number) : skipped("Meta did not show the number."));
  };
  of_number("number_registered", "The number is registered", number_registered);
  of_number("number_name", "The display name", number_name);
  of_number("number_quality", "The number's quality", number_quality);
  of_number("number_throughput", "Messages a second",
            [&](const whatsapp::NumberFacts& each) { return number_throughput(each, extra); });
}

}  // namespace

Checks meta_checks(const DoctorFacts& facts) {
  const MetaFacts nothing;
  const auto& extra = facts.meta ? *facts.meta : nothing;
  const auto& guide = facts.guide;
  Checks checks;
  add(checks, "meta_reached", "Meta can be asked", meta_reached(guide));
  add(checks, "token_alive", "The access token is alive", token_alive(guide));
  add(checks, "token_permissions", "The token's permissions", token_permissions(guide));
  add(checks, "token_app", "The token's app", token_app(guide));
  add(checks, "app_secret", "The app secret fits", app_secret(guide, extra));
  add(checks, "number_account", "The number belongs to the account", number_account(guide));
  add_number_checks(checks, guide, extra);
  add(checks, "messaging_tier", "The messaging limit", messaging_tier(extra));
  add(checks, "app_subscribed", "The app hears of the account", app_subscribed(guide));
  add(checks, "callback_at_meta", "Meta's callback URL is ours", callback_at_meta(guide, extra));
  add(checks, "field_messages", "The webhook field messages", field_messages(extra));
  add(checks, "templates", "Templates may be sent", templates(extra));
  add(checks, "clock", "The clock", clock_right(extra));
  return checks;
}

}  // namespace claw
