#include <fmt/ranges.h>

#include "guide/finding.hpp"

namespace claw {
namespace {

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

}  // namespace

Checks settings_checks(const DoctorFacts& facts) {
  Checks checks;
  add(checks, "tenant_enabled", "The tenant is enabled", tenant_enabled(facts));
  add(checks, "secrets_present", "The secrets are set", secrets_present(facts.guide));
  add(checks, "channel_open", "People are let in", channel_open(facts));
  add(checks, "agent_set", "An agent answers", agent_set(facts));
  return checks;
}

}  // namespace claw
