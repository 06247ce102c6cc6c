#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace re2 {
class RE2;
}

namespace claw {

struct Tenant;

/// What a rule looks at, in the order in which kinds are tried. Stored by name.
enum class RouteBy : std::uint8_t {
  kPeer,        ///< One person, by phone or BSUID.
  kPeerPrefix,  ///< Phone numbers that begin so: "49" is Germany.
  kReferral,    ///< The first message of a session came by this ad: its `source_id` or `ctwa_clid`.
  kKeyword,     ///< The first message of a session is this, without regard to case and surrounding blanks.
  kPattern,     ///< The first message of a session matches this regular expression (RE2's, anywhere in it).
  kNumber,      ///< It was written to this phone number id.
  kChannel,     ///< Any number of the tenant.
};
[[nodiscard]] std::string_view to_string(RouteBy by);

struct RoutingRule {
  RouteBy by = RouteBy::kChannel;
  std::string value;   ///< Empty for kChannel.
  std::string number;  ///< Only what was written to this phone number id; empty: to any.
  std::string agent;
  std::shared_ptr<const re2::RE2> pattern;  ///< Of kPattern. Shared: a tenant is copied whole when it is read again.
};

/// The rules as a tenant keeps them: a JSON array of {by, value?, number?, agent}, 1,000 at most. Fails with kInvalid,
/// naming the rule and what is wrong; phone numbers may stand as people write them. Also for an agent that is not among
/// `agents` or a number not among `numbers`.
[[nodiscard]] Result<std::vector<RoutingRule>> parse_routing_rules(std::string_view json,
                                                                   const std::vector<std::string>& agents,
                                                                   const std::vector<std::string>& numbers);
/// The same of what was stored: rules that have become wrong are left out.
[[nodiscard]] std::vector<RoutingRule> read_routing_rules(std::string_view json);
[[nodiscard]] std::string routing_rules_json(const std::vector<RoutingRule>& rules);

/// A message as routing sees it.
struct RoutingQuestion {
  std::string_view number = {};
  std::string_view phone = {};
  std::string_view bsuid = {};
  std::string_view text = {};       ///< Of a message of type text; else empty.
  std::string_view source_id = {};  ///< Of its referral.
  std::string_view ctwa_clid = {};  ///< Of its referral.
  bool first_of_session = true;
};

struct RoutingAnswer {
  std::string agent;       ///< Empty: no rule fits and there is no default agent.
  std::string matched_by;  ///< "peer", "peer_prefix", "referral", "keyword", "pattern", "number", "channel", "default".
  int rule = -1;           ///< Its place among the tenant's rules, from 0; -1 where none fits.
};

/// Which agent answers: the first kind that has a rule that fits, in it the first rule; then the tenant's default
/// agent. Pure. What a session began with is kept by the session: ask with `first_of_session` false for what follows,
/// and the rules about first messages stay silent.
[[nodiscard]] RoutingAnswer route(const Tenant& tenant, const RoutingQuestion& question);

}  // namespace claw
