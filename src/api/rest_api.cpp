#include "api/rest_api.hpp"

#include <boost/json.hpp>

#include "api/problem.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

constexpr std::string_view kRoot = "/api/v1";

}  // namespace

TenantRef RestApi::tenant_of(std::string_view credentials) const {
  constexpr std::string_view kScheme = "Bearer ";
  return credentials.starts_with(kScheme) ? directory_.by_token(credentials.substr(kScheme.size())) : nullptr;
}

void RestApi::add(net::Router& router, std::string method, std::string_view path, Route route) {
  router.add(std::move(method), path, [this, route](HttpRequest& request) -> Answer {
    auto tenant = tenant_of(request.header("Authorization"));
    if (!tenant)
      co_return problem(401, "Not signed in",
                        "Send an API token as Authorization: Bearer …; clawcentral token create makes one.");
    if (!tenant->enabled) co_return problem(403, "Disabled", "This tenant is disabled; the operator can enable it.");
    co_return co_await (this->*route)(request, std::move(tenant));
  });
}

void RestApi::add_routes(net::Router& router) {
  router_ = &router;
  add(router, "GET", "/api/v1", &RestApi::list_routes);
  add(router, "GET", "/api/v1/stream", &RestApi::stream);
  add(router, "GET", "/api/v1/messages", &RestApi::list_messages);
  add(router, "GET", "/api/v1/messages/{id}", &RestApi::show_message);
  add(router, "GET", "/api/v1/deliveries", &RestApi::list_deliveries);
  add(router, "GET", "/api/v1/statuses", &RestApi::list_statuses);
  add(router, "GET", "/api/v1/events", &RestApi::list_events);
  add(router, "GET", "/api/v1/users", &RestApi::list_users);
  add(router, "GET", "/api/v1/users/{id}", &RestApi::show_user);
  add(router, "GET", "/api/v1/conversations", &RestApi::list_conversations);
  add(router, "GET", "/api/v1/conversations/{id}", &RestApi::show_conversation);
  add(router, "GET", "/api/v1/conversations/{id}/messages", &RestApi::list_conversation_messages);
  add(router, "GET", "/api/v1/numbers", &RestApi::list_numbers);
  add(router, "GET", "/api/v1/agents", &RestApi::list_agents);
  add(router, "GET", "/api/v1/kv", &RestApi::kv_list);
  add(router, "GET", "/api/v1/kv/{key...}", &RestApi::kv_get);
  add(router, "PUT", "/api/v1/kv/{key...}", &RestApi::kv_put);
  add(router, "DELETE", "/api/v1/kv/{key...}", &RestApi::kv_delete);
}

RestApi::Answer RestApi::list_routes(HttpRequest&, TenantRef) {
  json::array list;
  for (const auto& [method, path] : router_->routes())
    if (path.starts_with(kRoot)) list.push_back({{"method", method}, {"path", path}});
  co_return net::json_response(200, json::serialize(json::object{{"routes", std::move(list)}}));
}

RestApi::Answer RestApi::stream(HttpRequest& request, TenantRef tenant) {
  const bool again = !request.header("Last-Event-ID").empty();
  auto listener = co_await feed_.open(tenant->id, again);
  if (!listener) co_return problem_of(listener.error());
  // A stream may last for days: who loses the token loses the stream with the next thing it would hear.
  const auto allowed = [this, credentials = std::string(request.header("Authorization"))] {
    const auto now = tenant_of(credentials);
    return now && now->enabled;
  };
  co_return net::event_stream(std::move(*listener), allowed);
}

}  // namespace claw
