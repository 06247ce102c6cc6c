#include "api/settings_api.hpp"

#include "api/parameters.hpp"

namespace claw {

void SettingsApi::add(net::Router& router, std::string method, std::string_view path, Permission permission,
                      Route route) {
  guard_.add(
      router, std::move(method), path, permission,
      [this, route](net::HttpRequest& request, const Caller& caller) { return (this->*route)(request, caller); });
}

void SettingsApi::add_routes(net::Router& router) {
  add(router, "GET", "/api/v1/tenants", Permission::kPlatform, &SettingsApi::list_tenants);
  add(router, "POST", "/api/v1/tenants", Permission::kPlatform, &SettingsApi::create_tenant);
  add(router, "GET", "/api/v1/tenants/{name}", Permission::kPlatform, &SettingsApi::show_tenant);
  add(router, "PATCH", "/api/v1/tenants/{name}", Permission::kPlatform, &SettingsApi::change_tenant);
  add(router, "GET", "/api/v1/platform", Permission::kPlatform, &SettingsApi::show_platform);
  add(router, "GET", "/api/v1/platform/secrets/{name}", Permission::kPlatform, &SettingsApi::show_platform_secret);
  add(router, "PUT", "/api/v1/platform/secrets/{name}", Permission::kPlatform, &SettingsApi::set_platform_secret);
  add(router, "DELETE", "/api/v1/platform/secrets/{name}", Permission::kPlatform, &SettingsApi::delete_platform_secret);
  add(router, "PUT", "/api/v1/platform/claims/{waba_id}/{phone_number_id}", Permission::kPlatform,
      &SettingsApi::set_claim);
  add(router, "DELETE", "/api/v1/platform/claims/{waba_id}/{phone_number_id}", Permission::kPlatform,
      &SettingsApi::delete_claim);
  add(router, "GET", "/api/v1/platform/audit", Permission::kPlatform, &SettingsApi::list_platform_audit);
  add(router, "GET", "/api/v1/tenant", Permission::kSettingsRead, &SettingsApi::show_own_tenant);
  add(router, "PUT", "/api/v1/channel", Permission::kSettingsWrite, &SettingsApi::set_channel);
  add(router, "GET", "/api/v1/conversation-settings", Permission::kSettingsRead,
      &SettingsApi::show_conversation_settings);
  add(router, "PATCH", "/api/v1/conversation-settings", Permission::kSettingsWrite,
      &SettingsApi::change_conversation_settings);
  add(router, "GET", "/api/v1/routing", Permission::kSettingsRead, &SettingsApi::show_routing);
  add(router, "PUT", "/api/v1/routing", Permission::kSettingsWrite, &SettingsApi::set_routing);
  add(router, "GET", "/api/v1/secrets", Permission::kSettingsRead, &SettingsApi::list_secrets);
  add(router, "GET", "/api/v1/secrets/{name}", Permission::kSettingsRead, &SettingsApi::show_secret);
  add(router, "PUT", "/api/v1/secrets/{name}", Permission::kSettingsWrite, &SettingsApi::set_secret);
  add(router, "DELETE", "/api/v1/secrets/{name}", Permission::kSettingsWrite, &SettingsApi::delete_secret);
  add(router, "POST", "/api/v1/verify-token", Permission::kSettingsWrite, &SettingsApi::make_verify_token);
  add(router, "GET", "/api/v1/agents/{name}", Permission::kSettingsRead, &SettingsApi::show_agent);
  add(router, "PUT", "/api/v1/agents/{name}", Permission::kSettingsWrite, &SettingsApi::set_agent);
  add(router, "DELETE", "/api/v1/agents/{name}", Permission::kSettingsWrite, &SettingsApi::delete_agent);
  add(router, "GET", "/api/v1/tokens", Permission::kMembers, &SettingsApi::list_tokens);
  add(router, "POST", "/api/v1/tokens", Permission::kMembers, &SettingsApi::create_token);
  add(router, "DELETE", "/api/v1/tokens/{id}", Permission::kMembers, &SettingsApi::revoke_token);
  add(router, "GET", "/api/v1/audit", Permission::kAuditRead, &SettingsApi::list_audit);
}

Result<By> by_of(const net::HttpRequest& request, const Caller& caller) {
  auto condition = condition_of(request);
  if (!condition) return std::unexpected(condition.error());
  return By{caller.actor, std::move(*condition)};
}

}  // namespace claw
