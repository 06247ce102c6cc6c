#include <algorithm>

#include "guide/finding.hpp"

namespace claw {
namespace {

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
  if (probe.status != 0 && !probe.certificate) return ok("The certificate is trusted, with its chain.");
  if (probe.status != 0) {
    const auto& [begins, ends] = *probe.certificate;
    const auto left = ends - facts.now;
    if (left < std::min<TimePoint::duration>(kCertificateWarning, (ends - begins) / 3))
      return warning(
          fmt::format("The certificate of {} ends in {} ({}), and was not renewed.", facts.callback_url, in_words(left),
                      when(ends)),
          "Renew it, and see why it does not renew itself: the log of certbot, of the reverse proxy, or of who else "
          "does it says so. From its end on Meta delivers nothing.");
    return ok(fmt::format("The certificate is trusted, with its chain, until {}.", when(ends)));
  }
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

}  // namespace

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

}  // namespace claw
