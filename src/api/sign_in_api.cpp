#include "api/sign_in_api.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/session_cookie.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

json::object tenant_json(const Tenant& tenant, Role role) {
  json::array permissions;
  for (const auto name : permissions_of(role).names()) permissions.emplace_back(name);
  return {{"name", tenant.name}, {"role", to_string(role)}, {"permissions", std::move(permissions)}};
}

HttpResponse too_many(std::chrono::seconds retry_after) {
  auto response = problem(429, "Too many tries", "There were too many tries. Wait a little, then try again.");
  response.headers.push_back({"Retry-After", std::to_string(retry_after.count())});
  return response;
}

HttpResponse refused(const SignIn::Outcome& outcome, bool code_given) {
  if (outcome.retry_after) return too_many(*outcome.retry_after);
  if (!outcome.password_right)
    return problem(401, "Not signed in", "E-mail and password do not fit together.", {{"totp_required", false}});
  return problem(401, "Not signed in",
                 code_given ? "The code is wrong, or was used already. Wait for the next one."
                            : "Give the code of your authenticator too.",
                 {{"totp_required", true}});
}

}  // namespace

Guard::Handler SignInApi::handler(Route route) {
  return [this, route](HttpRequest& request, const Caller& caller) { return (this->*route)(request, caller); };
}

void SignInApi::add_routes(net::Router& router) {
  const auto for_anybody = [&](const char* method, const char* path, Route route) {
    guard_.add_for_anybody(router, method, path, handler(route));
  };
  const auto for_person = [&](const char* method, const char* path, Route route) {
    guard_.add_for_person(router, method, path, handler(route));
  };
  for_anybody("GET", "/api/v1/setup", &SignInApi::show_setup);
  for_anybody("POST", "/api/v1/setup", &SignInApi::set_up);
  for_anybody("GET", "/api/v1/sign-in-methods", &SignInApi::list_methods);
  for_anybody("POST", "/api/v1/session", &SignInApi::sign_in);
  for_person("GET", "/api/v1/session", &SignInApi::show_session);
  for_person("DELETE", "/api/v1/session", &SignInApi::sign_out);
  for_person("GET", "/api/v1/sessions", &SignInApi::list_sessions);
  for_person("DELETE", "/api/v1/sessions", &SignInApi::sign_out_everywhere);
  for_anybody("GET", "/api/v1/invitations/{invitation}", &SignInApi::show_invitation);
  for_anybody("POST", "/api/v1/invitations/accept", &SignInApi::accept_invitation);
  for_person("PUT", "/api/v1/session/password", &SignInApi::set_password);
  for_person("PUT", "/api/v1/session/profile", &SignInApi::set_profile);
  for_person("POST", "/api/v1/session/totp", &SignInApi::begin_totp);
  for_person("PUT", "/api/v1/session/totp", &SignInApi::turn_totp_on);
  for_person("DELETE", "/api/v1/session/totp", &SignInApi::turn_totp_off);
}

bool SignInApi::is_secure(const HttpRequest& request) const {
  return is_https_ || guard_.came_by_https(request);
}

json::object SignInApi::session_json(const Person& person, std::string_view token) const {
  json::array tenants;
  for (const auto& tenant : directory_.all())
    if (const auto role = person.role_in(tenant->id)) tenants.push_back(tenant_json(*tenant, *role));
  return {{"person",
           {{"id", ids_.name('p', person.id.value)},
            {"email", person.email},
            {"name", person.name},
            {"platform_admin", person.platform_admin},
            {"totp", person.totp},
            {"has_password", person.has_password}}},
          {"tenants", std::move(tenants)},
          {"csrf", csrf_token(token)},
          {"version", CLAW_VERSION}};
}

HttpResponse SignInApi::signed_in(const HttpRequest& request, int status, const SecretString& token) {
  const auto session = people_.session(token.expose());
  if (!session) return problem_of({ErrorKind::kTransient, ""});
  auto response = net::json_response(status, json::serialize(session_json(*session->person, token.expose())));
  const auto life = std::chrono::floor<std::chrono::seconds>(people_.life().absolute);
  response.headers.push_back(set_cookie(kSessionCookie, token.expose(), life, is_secure(request)));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

HttpResponse SignInApi::signed_out(const HttpRequest& request) const {
  auto response = no_content();
  response.headers.push_back(set_cookie(kSessionCookie, "", std::chrono::seconds(0), is_secure(request)));
  return response;
}

SignInApi::Answer SignInApi::show_setup(HttpRequest&, const Caller&) {
  co_return net::json_response(200, json::serialize(json::object{{"needed", !people_.has_platform_admin()}}));
}

SignInApi::Answer SignInApi::set_up(HttpRequest& request, const Caller& caller) {
  const auto body = object_of(request);
  if (!body) co_return problem_of(body.error());
  const auto code = text_of(*body, "code");
  const auto email = text_of(*body, "email");
  const auto name = text_of(*body, "name");
  const auto password = text_of(*body, "password");
  for (const auto* text : {&code, &email, &name, &password})
    if (!*text) co_return problem_of(text->error());
  const auto token =
      co_await sign_in_.set_up(*code, *email, *name, SecretString(std::string(*password)), visitor_of(request, caller));
  if (!token) co_return problem_of(token.error());
  co_return signed_in(request, 201, *token);
}

SignInApi::Answer SignInApi::list_methods(HttpRequest&, const Caller&) {
  json::value oidc = nullptr;
  if (!oidc_label_.empty()) oidc = json::object{{"label", oidc_label_}, {"url", "/api/v1/oidc/start"}};
  co_return net::json_response(200, json::serialize(json::object{{"password", true}, {"oidc", std::move(oidc)}}));
}

SignInApi::Answer SignInApi::sign_in(HttpRequest& request, const Caller& caller) {
  const auto body = object_of(request);
  if (!body) co_return problem_of(body.error());
  const auto email = text_of(*body, "email");
  const auto password = text_of(*body, "password");
  const auto code = text_or_empty(*body, "code");
  for (const auto* text : {&email, &password, &code})
    if (!*text) co_return problem_of(text->error());
  const auto outcome =
      co_await sign_in_.by_password(*email, SecretString(std::string(*password)), *code, visitor_of(request, caller));
  if (!outcome) co_return problem_of(outcome.error());
  if (outcome->token.empty()) co_return refused(*outcome, !code->empty());
  co_return signed_in(request, 200, outcome->token);
}

SignInApi::Answer SignInApi::show_session(HttpRequest& request, const Caller& caller) {
  const auto shown = session_json(*caller.session->person, cookie_in(request, kSessionCookie));
  auto response = net::json_response(200, json::serialize(shown));
  response.headers.push_back({"Cache-Control", "no-store"});
  co_return response;
}

SignInApi::Answer SignInApi::sign_out(HttpRequest& request, const Caller& caller) {
  if (const auto done = co_await account_.sign_out(caller.session); !done) co_return problem_of(done.error());
  co_return signed_out(request);
}

SignInApi::Answer SignInApi::sign_out_everywhere(HttpRequest& request, const Caller& caller) {
  const auto done = co_await account_.sign_out_everywhere(caller.session, caller.actor.from);
  if (!done) co_return problem_of(done.error());
  co_return signed_out(request);
}

SignInApi::Answer SignInApi::list_sessions(HttpRequest&, const Caller& caller) {
  json::array list;
  for (const auto& session : people_.sessions(caller.session->person->id))
    list.push_back({{"id", ids_.name('b', session->id)},
                    {"created_at", time_json(session->created_at)},
                    {"last_seen_at", time_json(from_ms(session->last_seen_ms))},
                    {"from", session->from},
                    {"agent", session->agent},
                    {"current", session->id == caller.session->id}});
  co_return net::json_response(200, json::serialize(json::object{{"sessions", std::move(list)}}));
}

SignInApi::Answer SignInApi::show_invitation(HttpRequest& request, const Caller&) {
  const auto found = people_.invitation(request.param("invitation"));
  const auto tenant = found ? directory_.by_id(found->tenant) : nullptr;
  if (!tenant)
    co_return problem(404, "Not found", "This invitation was used, taken back or has expired; ask for a new one.");
  co_return net::json_response(
      200, json::serialize(json::object{{"email", found->email}, {"tenant", tenant->name}, {"role", found->role}}));
}

SignInApi::Answer SignInApi::accept_invitation(HttpRequest& request, const Caller& caller) {
  const auto body = object_of(request);
  if (!body) co_return problem_of(body.error());
  const auto code = text_of(*body, "code");
  const auto name = text_or_empty(*body, "name");
  const auto password = text_or_empty(*body, "password");
  for (const auto* text : {&code, &name, &password})
    if (!*text) co_return problem_of(text->error());
  const auto invitation = people_.invitation(*code);
  if (caller.session) {
    const auto joined = co_await sign_in_.join(*code, caller.session->person, caller.actor.from);
    if (!joined) co_return problem_of(joined.error());
    if (invitation) feed_.tell_tenant(invitation->tenant, "members");
    const auto person = people_.by_id(caller.session->person->id);
    co_return net::json_response(201, json::serialize(session_json(*person, cookie_in(request, kSessionCookie))));
  }
  const auto token =
      co_await sign_in_.accept(*code, *name, SecretString(std::string(*password)), visitor_of(request, caller));
  if (!token) co_return problem_of(token.error());
  if (invitation) feed_.tell_tenant(invitation->tenant, "members");
  co_return signed_in(request, 201, *token);
}

}  // namespace claw
