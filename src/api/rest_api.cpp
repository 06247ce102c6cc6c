#include "api/rest_api.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "api/problem.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

/// What has a contract with programs: ours, and the Cloud API as its clients know it.
constexpr std::string_view kRoots[] = {"/api/v1", "/graph/"};

}  // namespace

void RestApi::add(net::Router& router, std::string method, std::string_view path, Permission permission, Route route) {
  guard_.add(router, std::move(method), path, permission, [this, route](HttpRequest& request, const Caller& caller) {
    return (this->*route)(request, caller.tenant);
  });
}

void RestApi::add_routes(net::Router& router) {
  router_ = &router;
  add(router, "GET", "/api/v1", Permission::kInboxRead, &RestApi::list_routes);
  add(router, "GET", "/api/v1/stream", Permission::kInboxRead, &RestApi::stream);
  add(router, "GET", "/api/v1/messages", Permission::kInboxRead, &RestApi::list_messages);
  add(router, "GET", "/api/v1/messages/{id}", Permission::kInboxRead, &RestApi::show_message);
  add(router, "GET", "/api/v1/deliveries", Permission::kInboxRead, &RestApi::list_deliveries);
  add(router, "GET", "/api/v1/statuses", Permission::kInboxRead, &RestApi::list_statuses);
  add(router, "GET", "/api/v1/events", Permission::kInboxRead, &RestApi::list_events);
  add(router, "GET", "/api/v1/users", Permission::kInboxRead, &RestApi::list_users);
  add(router, "GET", "/api/v1/users/{id}", Permission::kInboxRead, &RestApi::show_user);
  add(router, "GET", "/api/v1/conversations", Permission::kInboxRead, &RestApi::list_conversations);
  add(router, "GET", "/api/v1/conversations/{id}", Permission::kInboxRead, &RestApi::show_conversation);
  add(router, "GET", "/api/v1/conversations/{id}/messages", Permission::kInboxRead,
      &RestApi::list_conversation_messages);
  add(router, "GET", "/api/v1/numbers", Permission::kSettingsRead, &RestApi::list_numbers);
  add(router, "GET", "/api/v1/agents", Permission::kSettingsRead, &RestApi::list_agents);
  add(router, "GET", "/api/v1/kv", Permission::kInboxRead, &RestApi::kv_list);
  add(router, "GET", "/api/v1/kv/{key...}", Permission::kInboxRead, &RestApi::kv_get);
  add(router, "PUT", "/api/v1/kv/{key...}", Permission::kInboxWrite, &RestApi::kv_put);
  add(router, "DELETE", "/api/v1/kv/{key...}", Permission::kInboxWrite, &RestApi::kv_delete);
}

RestApi::Answer RestApi::list_routes(HttpRequest&, TenantRef) {
  json::array list;
  for (const auto& [method, path] : router_->routes())
    if (std::ranges::any_of(kRoots, [&](std::string_view root) { return path.starts_with(root); }))
      list.push_back({{"method", method}, {"path", path}});
  co_return net::json_response(200, json::serialize(json::object{{"routes", std::move(list)}}));
}

RestApi::Answer RestApi::stream(HttpRequest& request, TenantRef tenant) {
  const bool again = !request.header("Last-Event-ID").empty();
  auto listener = co_await feed_.open(tenant->id, again);
  if (!listener) co_return problem_of(listener.error());
  // A stream may last for days: who loses the permission loses the stream with the next thing it would hear.
  co_return net::event_stream(std::move(*listener), guard_.still_allowed(request, Permission::kInboxRead));
}

}  // namespace claw
