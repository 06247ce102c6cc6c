#pragma once

#include <functional>

#include "api/public_id.hpp"
#include "ledger/ledger.hpp"
#include "net/router.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// What a tenant's programs read and write, under /api/v1. The bearer token says which tenant; nothing in a request can
/// name another.
///
/// | address | what |
/// |---|---|
/// | GET /api/v1/messages?limit=&before=&user=&direction= | newest first; `next` is the `before` of the next page |
/// | GET /api/v1/messages/{id} | with the raw webhook, the history of statuses and errors |
/// | GET /api/v1/events?limit=&before=&kind= | what came and is no message: calls, templates, account, unparsed,
/// foreign | | GET, PUT, DELETE /api/v1/kv/{key} | {"value": "…"} |
///
/// Errors are RFC 9457 problems.
class RestApi {
 public:
  static constexpr std::size_t kMaxLimit = 200;
  static constexpr std::size_t kMaxKeyBytes = 512;
  static constexpr std::size_t kMaxValueBytes = 64 * 1024;

  /// All must outlive this object, and this object the router.
  RestApi(Ledger& ledger, Directory& directory, PublicIds ids)
      : ledger_(ledger), directory_(directory), ids_(std::move(ids)) {}

  void add_routes(net::Router& router);

 private:
  using Route = Task<net::HttpResponse> (RestApi::*)(net::HttpRequest&, TenantRef);
  /// Adds a route that runs only with a valid token.
  void add(net::Router& router, std::string method, std::string_view path, Route route);
  Task<net::HttpResponse> list_messages(net::HttpRequest& request, TenantRef tenant);
  Task<net::HttpResponse> show_message(net::HttpRequest& request, TenantRef tenant);
  Task<net::HttpResponse> list_events(net::HttpRequest& request, TenantRef tenant);
  Task<net::HttpResponse> kv_get(net::HttpRequest& request, TenantRef tenant);
  Task<net::HttpResponse> kv_put(net::HttpRequest& request, TenantRef tenant);
  Task<net::HttpResponse> kv_delete(net::HttpRequest& request, TenantRef tenant);

  Ledger& ledger_;
  Directory& directory_;
  const PublicIds ids_;
};

}  // namespace claw
