#pragma once

#include <string>

#include "base/clock.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// What the command line can do to tenants, whether it speaks to a running server or works on the files itself: one
/// command with JSON arguments in, JSON out.
///
/// | command | arguments | answer |
/// |---|---|---|
/// | tenant.create | tenant | tenant as in tenant.show |
/// | tenant.list | - | [tenant …] |
/// | tenant.show | tenant | {name, enabled, created_at, policy, webhook, secrets, missing, agents, settings} |
/// | tenant.disable, tenant.enable | tenant | tenant |
/// | secret.set | tenant, name, value | tenant |
/// | secret.list | tenant | [{name, set_at, value for settings}] |
/// | secret.delete | tenant, name | tenant |
/// | token.create | tenant, label | {id, token, label}: the only time the token is shown |
/// | token.list | tenant | [{id, label, created_at}] |
/// | token.revoke | tenant, id | tenant |
/// | agent.set | tenant, agent, kind, default, options (see check_agent_options) | tenant |
/// | channel.set | tenant, policy | tenant |
///
/// A change is durable, and in force in this process, when run() returns. Fails with kInvalid, kNotFound, kConflict
/// with a message for the person at the keyboard; kTransient when the store is away. Safe to call from any coroutine.
class Admin {
 public:
  /// `public_url` is how the outside reaches the webhooks ("https://claw.example.org"), for the address that
  /// tenant.show gives. All references must outlive this object.
  Admin(TenantStore& store, Directory& directory, const Vault& vault, Clock& clock, std::string public_url)
      : store_(store), directory_(directory), vault_(vault), clock_(clock), public_url_(std::move(public_url)) {}

  [[nodiscard]] Task<Result<std::string>> run(std::string command, std::string arguments);

 private:
  TenantStore& store_;
  Directory& directory_;
  const Vault& vault_;
  Clock& clock_;
  const std::string public_url_;
};

}  // namespace claw
