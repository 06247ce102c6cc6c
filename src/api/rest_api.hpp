#pragma once

#include <functional>

#include "api/live_feed.hpp"
#include "api/public_id.hpp"
#include "ledger/ledger.hpp"
#include "net/router.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// What a tenant's programs read and write, under /api/v1. The bearer token says which tenant; nothing in a request can
/// name another. docs/openapi.yaml describes every route, parameter and answer; tests/e2e/openapi.test.mjs holds it to
/// this class in both directions.
///
/// Lists come in pages with a cursor; one thing has a strong ETag; errors are RFC 9457 problems. The handlers stand in
/// rest_messages.cpp, rest_people.cpp and rest_kv.cpp, by what they are about.
class RestApi {
 public:
  static constexpr std::size_t kMaxLimit = 200;
  static constexpr std::size_t kMaxKeyBytes = 512;
  static constexpr std::size_t kMaxValueBytes = 64 * 1024;

  /// All must outlive this object, and this object the router.
  RestApi(Ledger& ledger, Directory& directory, LiveFeed& feed, PublicIds ids)
      : ledger_(ledger), directory_(directory), feed_(feed), ids_(std::move(ids)) {}

  void add_routes(net::Router& router);

 private:
  using Answer = Task<net::HttpResponse>;
  using Route = Answer (RestApi::*)(net::HttpRequest&, TenantRef tenant);
  /// Adds a route that runs only with a valid token.
  void add(net::Router& router, std::string method, std::string_view path, Route route);
  /// The tenant of the token in an Authorization header; nothing where there is none.
  [[nodiscard]] TenantRef tenant_of(std::string_view credentials) const;

  Answer list_routes(net::HttpRequest& request, TenantRef tenant);
  Answer stream(net::HttpRequest& request, TenantRef tenant);
  Answer list_messages(net::HttpRequest& request, TenantRef tenant);
  Answer show_message(net::HttpRequest& request, TenantRef tenant);
  Answer list_deliveries(net::HttpRequest& request, TenantRef tenant);
  Answer list_statuses(net::HttpRequest& request, TenantRef tenant);
  Answer list_events(net::HttpRequest& request, TenantRef tenant);
  Answer list_users(net::HttpRequest& request, TenantRef tenant);
  Answer show_user(net::HttpRequest& request, TenantRef tenant);
  Answer list_conversations(net::HttpRequest& request, TenantRef tenant);
  Answer show_conversation(net::HttpRequest& request, TenantRef tenant);
  Answer list_conversation_messages(net::HttpRequest& request, TenantRef tenant);
  Answer list_numbers(net::HttpRequest& request, TenantRef tenant);
  Answer list_agents(net::HttpRequest& request, TenantRef tenant);
  Answer kv_list(net::HttpRequest& request, TenantRef tenant);
  Answer kv_get(net::HttpRequest& request, TenantRef tenant);
  Answer kv_put(net::HttpRequest& request, TenantRef tenant);
  Answer kv_delete(net::HttpRequest& request, TenantRef tenant);

  Ledger& ledger_;
  Directory& directory_;
  LiveFeed& feed_;
  const PublicIds ids_;
  const net::Router* router_ = nullptr;  // constant after add_routes()
};

}  // namespace claw
