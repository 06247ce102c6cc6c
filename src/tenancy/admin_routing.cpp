#include <algorithm>

#include <fmt/format.h>

#include "tenancy/admin.hpp"

namespace claw {

Task<Result<TenantRef>> Admin::set_policy(By by, TenantRef tenant, PolicyChange wanted) {
  if (wanted.policy && !policy_named(*wanted.policy))
    co_return fail(ErrorKind::kInvalid,
                   fmt::format("there is no policy \"{}\"; use open, pairing, allowlist or disabled", *wanted.policy));
  if (wanted.number.empty() && !wanted.policy)
    co_return fail(ErrorKind::kInvalid, "only a number can be without a policy of its own; name one, or a policy");
  // What is left of a number that went can be taken away.
  const bool may = wanted.number.empty() || tenant->owns_number(wanted.number) ||
                   (!wanted.policy && tenant->access.by_number.contains(wanted.number));
  if (!may)
    co_return fail(ErrorKind::kInvalid, fmt::format("the phone number id {} is not one of yours", wanted.number));
  std::string setting = "channel.policy";
  std::string said = fmt::format("set the channel's policy to {}", wanted.policy.value_or(""));
  if (!wanted.number.empty()) {
    setting += "." + wanted.number;
    said = wanted.policy ? fmt::format("set the policy of the number {} to {}", wanted.number, *wanted.policy)
                         : fmt::format("took its own policy from the number {}", wanted.number);
  }
  auto changed =
      change(by, tenant->id, "channel.set", wanted.number.empty() ? "policy" : wanted.number, std::move(said));
  std::vector<SettingRow> settings{
      {tenant->id, std::move(setting), wanted.policy.value_or(""), clock_.now(), by.actor.name}};
  co_return co_await change_settings(std::move(tenant), "channel", std::move(settings), std::move(changed));
}

Task<Result<TenantRef>> Admin::set_routing(By by, TenantRef tenant, RoutingChange wanted) {
  std::vector<std::string> agents;
  for (const auto& [name, agent] : tenant->agents) agents.push_back(name);
  const auto rules = parse_routing_rules(wanted.rules, agents, tenant->phone_number_ids);
  if (!rules) co_return std::unexpected(rules.error());
  if (wanted.default_agent && !tenant->agents.contains(*wanted.default_agent))
    co_return fail(ErrorKind::kInvalid, fmt::format("the default agent \"{}\" is not there", *wanted.default_agent));
  std::vector<SettingRow> settings{
      {tenant->id, "routing.rules", rules->empty() ? "" : routing_rules_json(*rules), clock_.now(), by.actor.name}};
  std::string said = rules->empty()
                         ? std::string("took all rules from the routing")
                         : fmt::format("set the routing: {} rule{}", rules->size(), rules->size() == 1 ? "" : "s");
  if (wanted.default_agent && *wanted.default_agent != tenant->default_agent) {
    said += fmt::format(", {} is the default agent", *wanted.default_agent);
    settings.push_back({tenant->id, "agent.default", *wanted.default_agent, clock_.now(), by.actor.name});
  }
  auto changed = change(by, tenant->id, "routing.set", "routing", std::move(said));
  co_return co_await change_settings(std::move(tenant), "routing", std::move(settings), std::move(changed));
}

}  // namespace claw
