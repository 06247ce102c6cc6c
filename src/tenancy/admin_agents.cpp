#include <fmt/format.h>

#include "tenancy/admin.hpp"
#include "tenancy/agent_options.hpp"

namespace claw {

Task<Result<TenantRef>> Admin::set_agent(By by, TenantRef tenant, AgentChange wanted) {
  if (!is_tenant_name(wanted.name))
    co_return fail(ErrorKind::kInvalid, "an agent's name is 1 to 63 of a-z, 0-9 and -, not - at an end");
  auto options = check_agent_options(wanted.kind, wanted.options);
  if (!options) co_return std::unexpected(options.error());
  const std::string said =
      fmt::format("{} the agent {} of kind {}{}", tenant->agents.contains(wanted.name) ? "changed" : "made",
                  wanted.name, wanted.kind, wanted.make_default ? ", the default" : "");
  auto changed = change(by, tenant->id, "agent.set", wanted.name, said);
  AgentRow row{tenant->id, std::move(wanted.name), std::move(wanted.kind), std::move(*options)};
  co_return co_await done(tenant->id, "agents",
                          co_await store_.put_agent(std::move(row), wanted.make_default, std::move(changed)));
}

Task<Result<TenantRef>> Admin::delete_agent(By by, TenantRef tenant, std::string name) {
  auto changed = change(by, tenant->id, "agent.delete", name, fmt::format("deleted the agent {}", name));
  co_return co_await done(tenant->id, "agents",
                          co_await store_.delete_agent(tenant->id, std::move(name), std::move(changed)));
}

}  // namespace claw
