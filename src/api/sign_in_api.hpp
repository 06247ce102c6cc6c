#pragma once

#include <boost/json/fwd.hpp>

#include "api/guard.hpp"
#include "api/live_feed.hpp"
#include "base/public_id.hpp"
#include "tenancy/account.hpp"

namespace claw {

/// How people come in, under /api/v1: the first admin's link, sessions, accepting invitations; and what they change of
/// themselves. docs/openapi.yaml describes every route.
///
/// A session's token is in a cookie and nowhere else. The handlers stand in sign_in_api.cpp and account_api.cpp.
class SignInApi {
 public:
  /// All must outlive this object, and this object the router. `is_https`: the public address is. `oidc_label`: of the
  /// OpenID provider; empty: there is none.
  SignInApi(Guard& guard, Directory& directory, People& people, SignIn& sign_in, Account& account,
            SecondFactor& second_factor, LiveFeed& feed, PublicIds ids, bool is_https, std::string oidc_label)
      : guard_(guard),
        directory_(directory),
        people_(people),
        sign_in_(sign_in),
        account_(account),
        second_factor_(second_factor),
        feed_(feed),
        ids_(std::move(ids)),
        is_https_(is_https),
        oidc_label_(std::move(oidc_label)) {}

  void add_routes(net::Router& router);

 private:
  using Answer = Task<net::HttpResponse>;
  using Route = Answer (SignInApi::*)(net::HttpRequest&, const Caller&);
  Guard::Handler handler(Route route);

  Answer show_setup(net::HttpRequest& request, const Caller& caller);
  Answer set_up(net::HttpRequest& request, const Caller& caller);
  Answer list_methods(net::HttpRequest& request, const Caller& caller);
  Answer sign_in(net::HttpRequest& request, const Caller& caller);
  Answer show_session(net::HttpRequest& request, const Caller& caller);
  Answer sign_out(net::HttpRequest& request, const Caller& caller);
  Answer sign_out_everywhere(net::HttpRequest& request, const Caller& caller);
  Answer list_sessions(net::HttpRequest& request, const Caller& caller);
  Answer show_invitation(net::HttpRequest& request, const Caller& caller);
  Answer accept_invitation(net::HttpRequest& request, const Caller& caller);
  Answer set_password(net::HttpRequest& request, const Caller& caller);
  Answer set_profile(net::HttpRequest& request, const Caller& caller);
  Answer begin_totp(net::HttpRequest& request, const Caller& caller);
  Answer turn_totp_on(net::HttpRequest& request, const Caller& caller);
  Answer turn_totp_off(net::HttpRequest& request, const Caller& caller);

  [[nodiscard]] bool is_secure(const net::HttpRequest& request) const;
  [[nodiscard]] boost::json::object session_json(const Person& person, std::string_view token) const;
  /// The session that begins with `token`, and its cookie.
  [[nodiscard]] net::HttpResponse signed_in(const net::HttpRequest& request, int status, const SecretString& token);
  [[nodiscard]] net::HttpResponse signed_out(const net::HttpRequest& request) const;

  Guard& guard_;
  Directory& directory_;
  People& people_;
  SignIn& sign_in_;
  Account& account_;
  SecondFactor& second_factor_;
  LiveFeed& feed_;
  const PublicIds ids_;
  const bool is_https_;
  const std::string oidc_label_;
};

}  // namespace claw
