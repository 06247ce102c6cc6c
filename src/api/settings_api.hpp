#pragma once

#include "api/guard.hpp"
#include "base/public_id.hpp"
#include "ingress/unclaimed_delivery.hpp"
#include "ledger/audit.hpp"
#include "ledger/ledger.hpp"
#include "net/router.hpp"
#include "tenancy/admin.hpp"

namespace claw {

/// How tenants are set up over the API: tenants, secrets, the channel, agents, API tokens and the audit log, under
/// /api/v1. Admin does the work; this reads requests and renders answers. docs/openapi.yaml describes every route.
///
/// What can be edited has a version, which is its ETag: `If-Match` changes only what the client saw, 412 else. The
/// handlers stand in tenants.cpp, conversation_settings.cpp, secrets.cpp, agents.cpp, tokens.cpp, platform.cpp and
/// audit.cpp.
class SettingsApi {
 public:
  /// What came to the platform's address before its number was claimed.
  struct Platform {
    UnclaimedItems& unclaimed;
    UnclaimedDelivery& delivery;
  };
  struct Options {
    std::string public_url;  ///< How the outside reaches the webhooks.
  };
  /// All must outlive this object, and this object the router.
  SettingsApi(Admin& admin, Directory& directory, Ledger& ledger, AuditLog& audit, Guard& guard, PublicIds ids,
              Platform platform, Options options)
      : admin_(admin),
        directory_(directory),
        ledger_(ledger),
        audit_(audit),
        guard_(guard),
        ids_(std::move(ids)),
        platform_(platform),
        options_(std::move(options)) {}

  void add_routes(net::Router& router);

 private:
  using Answer = Task<net::HttpResponse>;
  using Route = Answer (SettingsApi::*)(net::HttpRequest&, const Caller&);
  void add(net::Router& router, std::string method, std::string_view path, Permission permission, Route route);

  Answer list_tenants(net::HttpRequest& request, const Caller& caller);
  Answer create_tenant(net::HttpRequest& request, const Caller& caller);
  Answer show_tenant(net::HttpRequest& request, const Caller& caller);
  Answer change_tenant(net::HttpRequest& request, const Caller& caller);
  Answer show_own_tenant(net::HttpRequest& request, const Caller& caller);
  Answer set_channel(net::HttpRequest& request, const Caller& caller);
  Answer show_conversation_settings(net::HttpRequest& request, const Caller& caller);
  Answer change_conversation_settings(net::HttpRequest& request, const Caller& caller);
  Answer show_routing(net::HttpRequest& request, const Caller& caller);
  Answer set_routing(net::HttpRequest& request, const Caller& caller);
  Answer tenant_response(int status, TenantRef tenant);

  Answer list_secrets(net::HttpRequest& request, const Caller& caller);
  Answer show_secret(net::HttpRequest& request, const Caller& caller);
  Answer set_secret(net::HttpRequest& request, const Caller& caller);
  Answer delete_secret(net::HttpRequest& request, const Caller& caller);
  Answer make_verify_token(net::HttpRequest& request, const Caller& caller);

  Answer show_agent(net::HttpRequest& request, const Caller& caller);
  Answer set_agent(net::HttpRequest& request, const Caller& caller);
  Answer delete_agent(net::HttpRequest& request, const Caller& caller);

  Answer list_tokens(net::HttpRequest& request, const Caller& caller);
  Answer create_token(net::HttpRequest& request, const Caller& caller);
  Answer revoke_token(net::HttpRequest& request, const Caller& caller);

  Answer show_platform(net::HttpRequest& request, const Caller& caller);
  Answer show_platform_secret(net::HttpRequest& request, const Caller& caller);
  Answer set_platform_secret(net::HttpRequest& request, const Caller& caller);
  Answer delete_platform_secret(net::HttpRequest& request, const Caller& caller);
  Answer set_claim(net::HttpRequest& request, const Caller& caller);
  Answer delete_claim(net::HttpRequest& request, const Caller& caller);

  Answer list_audit(net::HttpRequest& request, const Caller& caller);
  Answer list_platform_audit(net::HttpRequest& request, const Caller& caller);
  Answer audit_page(const net::HttpRequest& request, TenantId tenant, bool of_all);

  Admin& admin_;
  Directory& directory_;
  Ledger& ledger_;
  AuditLog& audit_;
  Guard& guard_;
  const PublicIds ids_;
  const Platform platform_;
  const Options options_;
};

/// Who asks for a change, with the condition that the request names.
[[nodiscard]] Result<By> by_of(const net::HttpRequest& request, const Caller& caller);

}  // namespace claw
