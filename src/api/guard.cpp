#include "api/guard.hpp"

#include <fmt/format.h>

#include "api/problem.hpp"
#include "api/session_cookie.hpp"
#include "base/crypto.hpp"
#include "net/forwarded.hpp"

namespace claw {
namespace {

bool is_nobody(const Caller& caller) {
  return !caller.session && !caller.tenant;
}

bool is_write(const net::HttpRequest& request) {
  return request.method != "GET" && request.method != "HEAD";
}

/// Browsers say so of themselves and let no page say otherwise (Fetch Metadata); other clients say nothing.
bool is_of_another_site(const net::HttpRequest& request) {
  const auto site = request.header("Sec-Fetch-Site");
  return site == "cross-site" || site == "same-site";
}

/// Whether a write that came with a session's cookie was made by our own page.
bool is_of_our_page(const net::HttpRequest& request, std::string_view session_token) {
  return !is_of_another_site(request) &&
         equal_in_constant_time(request.header("X-CSRF-Token"), csrf_token(session_token));
}

net::HttpResponse not_signed_in() {
  return problem(401, "Not signed in",
                 "Sign in, or send an API token as Authorization: Bearer …; clawcentral token create makes one.");
}

net::HttpResponse not_our_page() {
  return problem(403, "Not from this page",
                 "A write needs the header X-CSRF-Token with the csrf of GET /api/v1/session. Load the page anew.");
}

}  // namespace

Guard::Credentials Guard::credentials_of(const net::HttpRequest& request) const {
  Credentials by;
  by.authorization = request.header("Authorization");
  by.session_token = cookie_in(request, kSessionCookie);
  by.tenant = request.header("X-Claw-Tenant");
  if (by.tenant.empty()) by.tenant = request.query_value("tenant").value_or("");
  by.from = net::client_address(request, proxies_);
  return by;
}

Caller Guard::identify_program(const Credentials& by) const {
  constexpr std::string_view kScheme = "Bearer ";
  Caller caller;
  caller.actor.from = by.from;
  if (!by.authorization.starts_with(kScheme)) return caller;
  auto token = tokens_.use(std::string_view(by.authorization).substr(kScheme.size()));
  if (!token) return caller;
  caller.tenant = std::move(token->tenant);
  caller.actor = {Actor::Kind::kToken, token->id, std::move(token->label), by.from};
  caller.permissions = token->scopes;
  return caller;
}

Caller Guard::identify(const Credentials& by) const {
  if (!by.authorization.empty()) return identify_program(by);
  Caller caller;
  caller.actor.from = by.from;
  if (!by.session_token.empty()) caller.session = people_.session(by.session_token);
  if (caller.session) caller.actor = caller.session->person->actor(by.from);
  return caller;
}

std::optional<Caller> Guard::program_of(const net::HttpRequest& request) const {
  Caller caller = identify_program(credentials_of(request));
  if (!caller.tenant) return std::nullopt;
  return caller;
}

void Guard::enter(Caller& caller, std::string_view tenant) const {
  auto named = directory_.by_name(tenant);
  const auto role = named ? caller.session->person->role_in(named->id) : std::nullopt;
  if (!role) return;
  caller.tenant = std::move(named);
  caller.permissions = permissions_of(*role);
}

std::optional<net::HttpResponse> Guard::refuse(Caller& caller, std::string_view tenant, Permission permission) const {
  if (caller.session && permission == Permission::kPlatform) {
    if (caller.session->person->platform_admin) caller.permissions = permissions_of(Role::kPlatform);
  } else if (caller.session) {
    if (tenant.empty())
      return problem(400, "No tenant", "Name the tenant by the header X-Claw-Tenant, or by ?tenant=….");
    enter(caller, tenant);
    if (!caller.tenant) return problem(404, "Not found", "There is no such tenant.");
  }
  if (caller.tenant && !caller.tenant->enabled && permission != Permission::kPlatform)
    return problem(403, "Disabled", "This tenant is disabled; the operator can enable it.");
  if (!caller.may(permission))
    return problem(
        403, "Not allowed",
        fmt::format("This needs the permission {}; an owner of the tenant can give it.", to_string(permission)));
  return std::nullopt;
}

void Guard::add(net::Router& router, std::string method, std::string_view path, Permission permission, Handler handler,
                net::BodyMode mode) {
  if (keyboard_ && permission != Permission::kPlatform && mode == net::BodyMode::kWhole)
    add_for_the_keyboard(method, path, handler);
  const auto guarded = [this, permission,
                        handler = std::move(handler)](net::HttpRequest& request) -> Task<net::HttpResponse> {
    const auto by = credentials_of(request);
    Caller caller = identify(by);
    if (is_nobody(caller)) co_return not_signed_in();
    if (caller.session && is_write(request) && !is_of_our_page(request, by.session_token)) co_return not_our_page();
    if (auto refusal = refuse(caller, by.tenant, permission)) co_return std::move(*refusal);
    if (caller.session) people_.seen(caller.session, co_await boost::asio::this_coro::executor);
    co_return co_await handler(request, caller);
  };
  router.add(std::move(method), path, guarded, mode);
}

void Guard::add_for_the_keyboard(std::string method, std::string_view path, Handler handler) {
  keyboard_->add(std::move(method), path,
                 [this, handler = std::move(handler)](net::HttpRequest& request) -> Task<net::HttpResponse> {
                   Caller caller;
                   caller.tenant = directory_.by_name(request.header("X-Claw-Tenant"));
                   if (!caller.tenant)
                     co_return problem(404, "Not found",
                                       fmt::format("there is no tenant \"{}\"; clawcentral tenant list shows them",
                                                   request.header("X-Claw-Tenant")));
                   caller.actor = {Actor::Kind::kCommandLine, 0, std::string(request.header("X-Claw-Operator")), {}};
                   caller.permissions = permissions_of(Role::kOwner);
                   co_return co_await handler(request, caller);
                 });
}

void Guard::add_for_person(net::Router& router, std::string method, std::string_view path, Handler handler) {
  const auto guarded = [this, handler = std::move(handler)](net::HttpRequest& request) -> Task<net::HttpResponse> {
    const auto by = credentials_of(request);
    const Caller caller = identify(by);
    if (is_nobody(caller)) co_return not_signed_in();
    if (!caller.session) co_return problem(403, "Not allowed", "This is for people who signed in, not for API tokens.");
    if (is_write(request) && !is_of_our_page(request, by.session_token)) co_return not_our_page();
    people_.seen(caller.session, co_await boost::asio::this_coro::executor);
    co_return co_await handler(request, caller);
  };
  router.add(std::move(method), path, guarded);
}

void Guard::add_for_anybody(net::Router& router, std::string method, std::string_view path, Handler handler) {
  const auto guarded = [this, handler = std::move(handler)](net::HttpRequest& request) -> Task<net::HttpResponse> {
    const auto by = credentials_of(request);
    // Another site must not sign anybody in here, be it as somebody else.
    if (is_write(request) && is_of_another_site(request)) co_return not_our_page();
    Caller caller = identify(by);
    if (caller.session && is_write(request) && !is_of_our_page(request, by.session_token)) {
      caller = {};
      caller.actor.from = by.from;
    }
    co_return co_await handler(request, caller);
  };
  router.add(std::move(method), path, guarded);
}

std::function<bool()> Guard::still_allowed(const net::HttpRequest& request, Permission permission) const {
  return [this, by = credentials_of(request), permission] {
    Caller caller = identify(by);
    return !is_nobody(caller) && !refuse(caller, by.tenant, permission);
  };
}

bool Guard::came_by_https(const net::HttpRequest& request) const {
  return net::came_by_https(request, proxies_);
}

}  // namespace claw
