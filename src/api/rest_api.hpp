#pragma once

#include <functional>

#include "api/guard.hpp"
#include "api/live_feed.hpp"
#include "base/public_id.hpp"
#include "ledger/ledger.hpp"
#include "net/router.hpp"

namespace claw {

/// What is read and written of a tenant's messages and people, under /api/v1. The guard says which tenant; nothing else
/// in a request can name another. docs/openapi.yaml describes every route, parameter and answer;
/// tests/e2e/openapi.test.mjs holds it to this class in both directions.
///
/// Lists come in pages with a cursor; one thing has a strong ETag; errors are RFC 9457 problems. The handlers stand in
/// rest_messages.cpp, rest_people.cpp and rest_kv.cpp, by what they are about.
class RestApi {
 public:
  static constexpr std::size_t kMaxLimit = 200;
  static constexpr std::size_t kMaxKeyBytes = 512;
  static constexpr std::size_t kMaxValueBytes = 64 * 1024;

  /// All must outlive this object, and this object the router.
  RestApi(Ledger& ledger, Guard& guard, LiveFeed& feed, Clock& clock, PublicIds ids)
      : ledger_(ledger), guard_(guard), feed_(feed), clock_(clock), ids_(std::move(ids)) {}

  void add_routes(net::Router& router);

 private:
  using Answer = Task<net::HttpResponse>;
  using Route = Answer (RestApi::*)(net::HttpRequest&, TenantRef tenant);
  void add(net::Router& router, std::string method, std::string_view path, Permission permission, Route route);

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
  Guard& guard_;
  LiveFeed& feed_;
  Clock& clock_;
  const PublicIds ids_;
  const net::Router* router_ = nullptr;  // constant after add_routes()
};

}  // namespace claw
