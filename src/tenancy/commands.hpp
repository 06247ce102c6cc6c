#pragma once

#include <string>

#include "ledger/audit.hpp"
#include "tenancy/admin.hpp"

namespace claw {

/// What the command line can do to tenants, whether it speaks to a running server or works on the files itself: one
/// command with JSON arguments in, JSON out. Admin does the work.
///
/// | command | arguments | answer |
/// |---|---|---|
/// | tenant.create | tenant | tenant as in tenant.show |
/// | tenant.list | - | [tenant …] |
/// | tenant.show | tenant | {name, enabled, created_at, policy, webhook, secrets, missing, agents, settings} |
/// | tenant.disable, tenant.enable | tenant | tenant |
/// | secret.set | tenant, name, value and (or) description | tenant |
/// | secret.list | tenant | [{name, description, set_at, set_by, value for ids}], the known ones also where not set |
/// | secret.delete | tenant, name | tenant |
/// | token.create | tenant, label, scopes [name …], expires_in_days | {id, token, label, scopes, expires_at}: the only
/// time the token is shown |
/// | token.list | tenant | [{id, label, scopes, created_at, created_by, expires_at, last_used_at}] |
/// | token.revoke | tenant, id | tenant |
/// | agent.set | tenant, agent, kind, default, options (see check_agent_options) | tenant |
/// | agent.delete | tenant, agent | tenant |
/// | channel.set | tenant, policy (null: none of its own), number | tenant |
/// | routing.show | tenant | {rules, default_agent} |
/// | routing.set | tenant, rules (see parse_routing_rules), default_agent | as routing.show |
/// | conversations.show | tenant | what can be set of conversations (see ConversationChange) |
/// | conversations.set | tenant and any of it | as conversations.show |
/// | audit.list | tenant, search | [{at, who, action, what, from}], the newest 200 |
///
/// A change is durable, and in force in this process, when run() returns. Fails as Admin does. Safe to call from any
/// coroutine.
class Commands {
 public:
  /// `public_url` is how the outside reaches the webhooks ("https://claw.example.org"), for the address that
  /// tenant.show gives. All references must outlive this object.
  Commands(Admin& admin, Directory& directory, AuditLog& audit, std::string public_url)
      : admin_(admin), directory_(directory), audit_(audit), public_url_(std::move(public_url)) {}

  /// `who` is at the keyboard, for the audit log.
  [[nodiscard]] Task<Result<std::string>> run(std::string command, std::string arguments, std::string who);

 private:
  Admin& admin_;
  Directory& directory_;
  AuditLog& audit_;
  const std::string public_url_;
};

}  // namespace claw
