#include "guide/diagnosis.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace claw {
namespace {

using Checks = std::vector<DoctorCheck>;

constexpr const char* kNewToken =
    "Make a token of a system user in Business settings → System users, with whatsapp_business_messaging and "
    "whatsapp_business_management, and replace WHATSAPP_ACCESS_TOKEN under Settings → Secrets.";
constexpr const char* kCopySecret =
    "Copy the App secret from App settings → Basic of the app that has the callback URL, and replace "
    "WHATSAPP_APP_SECRET under Settings → Secrets.";
constexpr const char* kProofMark = "appsecret_proof";

/// A check's result, before it has its name.
struct Finding {
  Severity severity = Severity::kOk;
  std::string seen;
  std::string todo = {};
};

Finding ok(std::string seen) {
  return {Severity::kOk, std::move(seen)};
}
Finding skipped(std::string why) {
  return {Severity::kSkipped, std::move(why)};
}
Finding warning(std::string seen, std::string todo) {
  return {Severity::kWarning, std::move(seen), std::move(todo)};
}
Finding error(std::string seen, std::string todo) {
  return {Severity::kError, std::move(seen), std::move(todo)};
}

void add(Checks& checks, std::string id, std::string_view title, Finding found) {
  checks.push_back({std::move(id), title, found.severity, std::move(found.seen), std::move(found.todo)});
}

std::string when(TimePoint at) {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", std::chrono::floor<std::chrono::minutes>(at));
}

std::string seconds(std::chrono::milliseconds span) {
  return fmt::format("{:.1f} s", static_cast<double>(span.count()) / 1000);
}

std::string mebibytes(std::int64_t bytes) {
  return fmt::format("{} MiB", bytes / (1024 * 1024));
}

// --- what is set here

Finding secrets_present(const GuideFacts& facts) {
  std::vector<std::string_view> missing;
  if (!facts.token_set) missing.push_back(kAccessToken);
  if (facts.number.empty()) missing.push_back(kPhoneNumberId);
  if (!facts.app_secret_set) missing.push_back(kAppSecret);
  if (!facts.verify_token_set) missing.push_back(kVerifyToken);
  if (missing.empty()) return ok("Access token, phone number id, app secret and verify token are set.");
  return error(fmt::format("{} {} not set.", fmt::join(missing, ", "), missing.size() == 1 ? "is" : "are"),
               "Set what is missing under Settings → Secrets.");
}

Finding tenant_enabled(const DoctorFacts& facts) {
  if (facts.tenant_enabled) return ok("The tenant is enabled.");
  return error("The tenant is disabled: webhooks are answered 503, and nothing is sent.",
               fmt::format("The platform's admin enables it: clawcentral tenant enable {}.", facts.guide.tenant));
}

Finding channel_open(const DoctorFacts& facts) {
  switch (facts.policy) {
    case ChannelPolicy::kDisabled:
      return error("The channel is off: what people write is kept, and nobody is answered.",
                   "Choose who may talk under Channels → WhatsApp.");
    case ChannelPolicy::kAllowlist:
      return {Severity::kNote, "Only who is on the allowlist is answered."};
    case ChannelPolicy::kPairing:
      return {Severity::kNote, "Who is new waits until somebody lets them in, under Pairing."};
    case ChannelPolicy::kOpen:
      break;
  }
  return ok("Everybody is answered who is not blocked.");
}

Finding agent_set(const DoctorFacts& facts) {
  if (facts.guide.has_agent) return ok(fmt::format("The agent {} answers.", facts.default_agent));
  return error("No agent is set, so that nobody answers.", "Set one under Agents, and make it the default.");
}

Checks settings_checks(const DoctorFacts& facts) {
  Checks checks;
  add(checks, "tenant_enabled", "The tenant is enabled", tenant_enabled(facts));
  add(checks, "secrets_present", "The secrets are set", secrets_present(facts.guide));
  add(checks, "channel_open", "People are let in", channel_open(facts));
  add(checks, "agent_set", "An agent answers", agent_set(facts));
  return checks;
}

// --- what Meta says

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
                  kCoexistencePerSecond);
  if (extra.messages_per_second <= kCoexistencePerSecond) return {Severity::kNote, std::move(seen)};
  return warning(fmt::format("{} The gateway sends {}.", seen, extra.messages_per_second),
                 fmt::format("The operator sets graph.messages_per_second to {}.", kCoexistencePerSecond));
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

// --- our address, from outside

bool is_tls_fault(std::string_view fault) {
  return fault.contains("SSL") || fault.contains("TLS") || fault.contains("certificate");
}

/// The last try to verify, where it came with another verify token and nothing was changed since.
std::optional<TimePoint> other_token_at(const GuideFacts& facts) {
  const auto& last = facts.last_verification;
  if (!last || last->verified || !last->outcome.contains("verify token is another")) return std::nullopt;
  // Notes have whole seconds.
  const auto& set = facts.verify_token_set;
  if (set && std::chrono::floor<std::chrono::seconds>(*set) > last->at) return std::nullopt;
  return last->at;
}

Finding verified(const GuideFacts& facts) {
  constexpr const char* kEnter =
      "Enter the value of WHATSAPP_VERIFY_TOKEN in the Meta app, under WhatsApp → Configuration, and press Verify and "
      "save.";
  const auto other = other_token_at(facts);
  if (other && !facts.verified_at)
    return error(fmt::format("Meta asked with another verify token than WHATSAPP_VERIFY_TOKEN, at {}.", when(*other)),
                 kEnter);
  // Anybody can ask so: of what was verified before it is told for a day.
  if (other && facts.now - *other < kRefusalTold)
    return warning(fmt::format("Meta verified the callback URL at {}; at {} somebody asked with another verify token.",
                               when(*facts.verified_at), when(*other)),
                   fmt::format("If it was you: {}", kEnter));
  if (facts.verified_at) return ok(fmt::format("Meta verified the callback URL at {}.", when(*facts.verified_at)));
  if (facts.first_webhook) return ok("Webhooks come, so that the callback URL was verified.");
  return warning("Meta has never verified the callback URL.",
                 fmt::format("In the Meta app, under WhatsApp → Configuration, enter {} and the value of "
                             "WHATSAPP_VERIFY_TOKEN, and press Verify and save.",
                             facts.callback_url));
}

Finding public_url(const GuideFacts& facts, const AddressFacts& address) {
  if (!address.is_set)
    return warning(fmt::format("public_url is not set; {} is a guess.", facts.callback_url),
                   "The operator sets public_url to how the outside reaches the gateway: https://claw.example.org.");
  const auto& probe = address.verification;
  if (probe.status == 0 && is_tls_fault(probe.fault)) return skipped("The certificate keeps everybody out: see below.");
  if (probe.status == 0)
    return error(fmt::format("{} cannot be reached from here: {}.", facts.callback_url, probe.fault),
                 "Look at DNS, the firewall, the reverse proxy, and whether the gateway listens where it forwards to.");
  if (address.meta_calls && !facts.callback_url.starts_with("https:"))
    return error(fmt::format("{} is not https: Meta calls no other.", facts.callback_url),
                 "Put a reverse proxy with a certificate in front, and set public_url to its address.");
  return ok(fmt::format("{} answers ({}).", facts.callback_url, seconds(probe.took)));
}

Finding certificate(const GuideFacts& facts, const AddressFacts& address) {
  if (!facts.callback_url.starts_with("https:")) return skipped("The address is not https.");
  const auto& probe = address.verification;
  if (probe.status != 0) return ok("The certificate is trusted, with its chain.");
  if (!is_tls_fault(probe.fault)) return skipped("The address cannot be reached.");
  return error(
      fmt::format("The certificate of {} is not accepted: {}.", facts.callback_url, probe.fault),
      "Renew it, and have the server send the whole chain (fullchain.pem): Meta accepts neither an expired, nor "
      "a self-signed, nor an incomplete one.");
}

Finding verification_answered(const AddressFacts& address) {
  const auto& probe = address.verification;
  if (probe.status == 0) return skipped("The address cannot be reached.");
  if (probe.status == 200 && probe.body == address.challenge) return ok("A verification as Meta makes it is answered.");
  return error(
      fmt::format("A verification as Meta makes it was answered {}, not with its challenge.", probe.status),
      "Something stands in between: have the reverse proxy forward the path whole, with its query, and without "
      "a page of its own.");
}

Finding delivery_answered(const GuideFacts& facts, const AddressFacts& address) {
  const auto& probe = address.delivery;
  if (!facts.app_secret_set) return skipped("WHATSAPP_APP_SECRET is not set, so that nothing can be signed.");
  if (probe.status == 0) return skipped("The address cannot be reached.");
  if (probe.status == 200) return ok(fmt::format("A signed test webhook was taken ({}).", seconds(probe.took)));
  if (probe.status == 401)
    return error("A signed test webhook arrived changed: its signature did not fit any more.",
                 "Have the reverse proxy forward bodies and the header X-Hub-Signature-256 untouched.");
  return error(fmt::format("A signed test webhook was answered {}.", probe.status),
               probe.status == 503 ? "The gateway takes nothing for this tenant now: see the other checks."
                                   : "Have the reverse proxy forward POST requests to this path.");
}

Checks address_checks(const DoctorFacts& facts) {
  const AddressFacts nothing;
  const auto& address = facts.address ? *facts.address : nothing;
  Checks checks;
  add(checks, "verification", "Meta verified the callback URL", verified(facts.guide));
  add(checks, "public_url", "The public address is reached", public_url(facts.guide, address));
  add(checks, "certificate", "The certificate", certificate(facts.guide, address));
  add(checks, "verification_answered", "A verification comes through", verification_answered(address));
  add(checks, "delivery_answered", "A signed webhook comes through", delivery_answered(facts.guide, address));
  return checks;
}

// --- who helps

Finding agent_answers(const Helper& agent) {
  const std::string mend = fmt::format("Look at the agent's server; its address is under Agents → {}.", agent.name);
  if (!agent.secret_missing.empty())
    return error(fmt::format("The secret {} is not set, which the agent's server wants.", agent.secret_missing),
                 "Set it under Settings → Secrets, or take its name from the agent.");
  if (!agent.probe) return ok(fmt::format("The agent {} is part of this program.", agent.name));
  const auto& probe = *agent.probe;
  if (probe.status == 0) return error(fmt::format("The agent {} is down: {}.", agent.name, probe.fault), mend);
  if (probe.status >= 500)
    return error(fmt::format("The agent {} is down: its server answered {}.", agent.name, probe.status), mend);
  if (agent.kind == "openai" && (probe.status == 401 || probe.status == 403))
    return error(fmt::format("The server of the agent {} refuses its key ({}).", agent.name, probe.status),
                 "Replace the key under Settings → Secrets.");
  if (probe.took >= kSlowAgent)
    return warning(
        fmt::format("The agent {} is slow: its server took {} for a plain question.", agent.name, seconds(probe.took)),
        mend);
  return ok(fmt::format("The agent {} answers ({}).", agent.name, seconds(probe.took)));
}

Finding speech_answers(const Helper& provider) {
  if (!provider.probe) return ok(fmt::format("{} runs on this machine.", provider.name));
  if (provider.probe->fault.empty())
    return ok(fmt::format("{} answers ({}).", provider.name, seconds(provider.probe->took)));
  return error(fmt::format("The speech provider {} refuses: {}.", provider.name, provider.probe->fault),
               "Correct its address, model or key under Settings → Speech; Try shows what it understands.");
}

Checks helper_checks(std::string_view kind, std::string_view title, const std::optional<std::vector<Helper>>& helpers,
                     Finding (*find)(const Helper&)) {
  Checks checks;
  if (helpers)
    for (const auto& each : *helpers) add(checks, fmt::format("{}:{}", kind, each.name), title, find(each));
  return checks;
}

// --- the gateway itself

Finding storage(const GatewayFacts& gateway) {
  if (!gateway.storage_fault.empty())
    return error(gateway.storage_fault, "The operator looks at the disk of data_dir.");
  if (gateway.storage_full)
    return error("The tenant has stored as much as it may: nothing comes in any more, and Meta keeps it for days.",
                 "Raise limits.stored_bytes, or keep things for a shorter time (limits.retention_days).");
  return ok("The databases take writes.");
}

Finding disk(const GatewayFacts& gateway) {
  if (gateway.disk_free < 0) return skipped("The free space is not known.");
  if (gateway.disk_free >= gateway.disk_wanted) return ok(fmt::format("{} are free.", mebibytes(gateway.disk_free)));
  return error(fmt::format("The disk is nearly full: {} are free, of {} that should be.", mebibytes(gateway.disk_free),
                           mebibytes(gateway.disk_wanted)),
               "The operator makes room on the disk of data_dir, or has things kept for a shorter time "
               "(limits.retention_days).");
}

Finding backlog(const GatewayFacts& gateway) {
  if (!gateway.sending_held.empty())
    return error(fmt::format("Nothing is sent: {}.", gateway.sending_held), "See the checks of the access token.");
  const auto most = std::max({gateway.not_accepted, gateway.turns_waiting, gateway.to_be_sent});
  std::string seen = fmt::format("{} messages wait to be read, {} for their turn, {} to be sent.", gateway.not_accepted,
                                 gateway.turns_waiting, gateway.to_be_sent);
  if (most < kBacklog) return ok(std::move(seen));
  return warning(std::move(seen), "Look at the agents: a slow one makes everybody wait.");
}

Finding recent_failures(const GatewayFacts& gateway) {
  if (gateway.last_failure.empty()) return ok("Nothing failed in the last hour.");
  return warning(fmt::format("In the last hour a message failed: {}.", gateway.last_failure),
                 "Open it under Conversations: its way says where it ended.");
}

Checks gateway_checks(const DoctorFacts& facts) {
  const GatewayFacts nothing;
  const auto& gateway = facts.gateway ? *facts.gateway : nothing;
  Checks checks;
  add(checks, "storage", "What comes is kept", storage(gateway));
  add(checks, "disk", "Room on the disk", disk(gateway));
  add(checks, "backlog", "Nothing piles up", backlog(gateway));
  add(checks, "recent_failures", "Messages get answers", recent_failures(gateway));
  return checks;
}

// --- one person

Finding person_access(const PersonFacts& person) {
  if (!person.about) return error(person.fault, "Write a phone number with its country code, or a BSUID.");
  const auto& [sender, verdict] = person.about->access;
  if (verdict.admission == Admission::kAdmit) return ok(person.about->says);
  if (verdict.admission == Admission::kHold)
    return error(sender.standing == Standing::kPending
                     ? "They wait in pairing: what they write is kept until somebody decides."
                     : "They are not known yet: what they write is kept, and they get a code to be let in with.",
                 "Let them in under Pairing.");
  if (verdict.reason == "opted_out")
    return error("They opted out: nothing is answered until they opt in again.",
                 "They write START (or your own word for it). Nobody else may undo that.");
  if (verdict.reason == "blocked")
    return error("They are blocked: what they write is kept and not answered.",
                 "Unblock them under Pairing → Blocked.");
  return error(person.about->says, "Put them on the list under Pairing, or change who may talk under Channels.");
}

Finding person_window(const PersonFacts& person, TimePoint now) {
  if (!person.about) return skipped("Nobody is known by this address.");
  if (person.last_inbound == TimePoint{})
    return warning("The window is closed: they never wrote to this number.",
                   "Write to them by a template; free text is refused by Meta (131047) until they write.");
  const TimePoint end = std::max(person.window_until, person.last_inbound + kServiceWindow);
  if (now < end) return ok(fmt::format("The window is open until {}.", when(end)));
  return warning(fmt::format("The window closed at {}: they last wrote at {}.", when(end), when(person.last_inbound)),
                 "Write to them by a template; free text is refused by Meta (131047) until they write.");
}

Checks person_checks(const DoctorFacts& facts) {
  Checks checks;
  if (!facts.person) return checks;
  add(checks, "person_access", "They are let in", person_access(*facts.person));
  add(checks, "person_window", "They may be written to", person_window(*facts.person, facts.guide.now));
  return checks;
}

}  // namespace

std::string_view to_string(Severity severity) {
  constexpr std::string_view kNames[] = {"ok", "note", "skipped", "warning", "error"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::string_view to_string(DoctorPart part) {
  constexpr std::string_view kNames[] = {"settings", "meta", "address", "agents", "speech", "gateway", "person"};
  return kNames[static_cast<std::size_t>(part)];
}

std::optional<DoctorPart> doctor_part_named(std::string_view name) {
  for (const auto part : kDoctorParts)
    if (to_string(part) == name) return part;
  return std::nullopt;
}

std::vector<DoctorCheck> diagnose(DoctorPart part, const DoctorFacts& facts) {
  switch (part) {
    case DoctorPart::kSettings:
      return settings_checks(facts);
    case DoctorPart::kMeta:
      return meta_checks(facts);
    case DoctorPart::kAddress:
      return address_checks(facts);
    case DoctorPart::kAgents:
      return helper_checks("agent", "Agents answer", facts.agents, agent_answers);
    case DoctorPart::kSpeech:
      return helper_checks("speech", "Speech is understood", facts.speech, speech_answers);
    case DoctorPart::kGateway:
      return gateway_checks(facts);
    case DoctorPart::kPerson:
      return person_checks(facts);
  }
  return {};
}

bool is_healthy(const std::vector<DoctorCheck>& checks) {
  return std::ranges::none_of(checks, [](const auto& check) { return check.severity >= Severity::kWarning; });
}

boost::json::object check_json(const DoctorCheck& check) {
  return {{"id", check.id},
          {"title", check.title},
          {"severity", to_string(check.severity)},
          {"seen", check.seen},
          {"do", check.todo.empty() ? boost::json::value(nullptr) : boost::json::value(check.todo)}};
}

}  // namespace claw
