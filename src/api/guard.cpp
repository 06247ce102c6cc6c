#include "api/guard.hpp"

#include <fmt/format.h>

#include "api/problem.hpp"

namespace claw {

Caller Guard::caller_of(std::string_view credentials, std::string_view peer) const {
  constexpr std::string_view kScheme = "Bearer ";
  Caller caller;
  if (!credentials.starts_with(kScheme)) return caller;
  auto token = tokens_.use(credentials.substr(kScheme.size()));
  if (!token) return caller;
  caller.tenant = std::move(token->tenant);
  caller.actor = {Actor::Kind::kToken, token->id, std::move(token->label), std::string(peer)};
  caller.permissions = token->scopes;
  return caller;
}

void Guard::add(net::Router& router, std::string method, std::string_view path, Permission permission,
                Handler handler) {
  const auto guarded = [this, permission,
                        handler = std::move(handler)](net::HttpRequest& request) -> Task<net::HttpResponse> {
    const Caller caller = caller_of(request.header("Authorization"), request.peer);
    if (!caller.tenant)
      co_return problem(401, "Not signed in",
                        "Send an API token as Authorization: Bearer …; clawcentral token create makes one.");
    if (!caller.tenant->enabled)
      co_return problem(403, "Disabled", "This tenant is disabled; the operator can enable it.");
    if (!caller.may(permission))
      co_return problem(
          403, "Not allowed",
          fmt::format("This needs the permission {}; an owner of the tenant can give it.", to_string(permission)));
    co_return co_await handler(request, caller);
  };
  router.add(std::move(method), path, guarded);
}

std::function<bool()> Guard::still_allowed(const net::HttpRequest& request, Permission permission) const {
  return [this, credentials = std::string(request.header("Authorization")), permission] {
    const Caller now = caller_of(credentials, {});
    return now.tenant && now.tenant->enabled && now.may(permission);
  };
}

}  // namespace claw
