#include <boost/json.hpp>

#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/session_cookie.hpp"
#include "api/sign_in_api.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

/// What a change that asks for the password is answered, unless it was done.
HttpResponse not_done(Account::Outcome outcome) {
  if (outcome == Account::Outcome::kWrongPassword) return problem(403, "Wrong password", "This is not your password.");
  auto response = problem(429, "Too many tries", "There were too many tries. Wait a little, then try again.");
  response.headers.push_back({"Retry-After", "60"});
  return response;
}

}  // namespace

SignInApi::Answer SignInApi::set_password(HttpRequest& request, const Caller& caller) {
  const auto body = object_of(request);
  if (!body) co_return problem_of(body.error());
  auto old = text_or_empty(*body, "old");
  auto fresh = text_of(*body, "new");
  if (!old) co_return problem_of(old.error());
  if (!fresh) co_return problem_of(fresh.error());
  const auto outcome = co_await account_.set_password(caller.session, SecretString(std::move(*old)),
                                                      SecretString(std::move(*fresh)), caller.actor.from);
  if (!outcome) co_return problem_of(outcome.error());
  co_return *outcome == Account::Outcome::kDone ? no_content() : not_done(*outcome);
}

SignInApi::Answer SignInApi::set_profile(HttpRequest& request, const Caller& caller) {
  const auto body = object_of(request);
  if (!body) co_return problem_of(body.error());
  const auto name = text_of(*body, "name");
  if (!name) co_return problem_of(name.error());
  const auto done = co_await account_.set_name(caller.session, *name);
  if (!done) co_return problem_of(done.error());
  const auto person = people_.by_id(caller.session->person->id);
  co_return net::json_response(200, json::serialize(session_json(*person, cookie_in(request, kSessionCookie))));
}

SignInApi::Answer SignInApi::begin_totp(HttpRequest&, const Caller& caller) {
  const auto begun = co_await second_factor_.begin(caller.session->person);
  if (!begun) co_return problem_of(begun.error());
  auto response =
      net::json_response(200, json::serialize(json::object{{"secret", begun->secret}, {"uri", begun->uri}}));
  response.headers.push_back({"Cache-Control", "no-store"});
  co_return response;
}

SignInApi::Answer SignInApi::turn_totp_on(HttpRequest& request, const Caller& caller) {
  const auto body = object_of(request);
  if (!body) co_return problem_of(body.error());
  const auto code = text_of(*body, "code");
  if (!code) co_return problem_of(code.error());
  const auto codes = co_await second_factor_.turn_on(caller.session->person, *code, caller.actor.from);
  if (!codes) co_return problem_of(codes.error());
  auto response = net::json_response(
      200, json::serialize(json::object{{"recovery_codes", json::array(codes->begin(), codes->end())}}));
  response.headers.push_back({"Cache-Control", "no-store"});
  co_return response;
}

SignInApi::Answer SignInApi::turn_totp_off(HttpRequest& request, const Caller& caller) {
  const auto body = object_of(request);
  if (!body) co_return problem_of(body.error());
  auto password = text_or_empty(*body, "password");
  if (!password) co_return problem_of(password.error());
  const auto outcome =
      co_await account_.turn_totp_off(caller.session, SecretString(std::move(*password)), caller.actor.from);
  if (!outcome) co_return problem_of(outcome.error());
  co_return *outcome == Account::Outcome::kDone ? no_content() : not_done(*outcome);
}

}  // namespace claw
