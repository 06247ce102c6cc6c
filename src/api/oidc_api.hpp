#pragma once

#include "api/guard.hpp"
#include "api/open_id_provider.hpp"
#include "tenancy/sign_in.hpp"
#include "tenancy/vault.hpp"

namespace claw {

/// Signing in by an OpenID provider, under /api/v1/oidc: the browser goes to the provider and comes back. What goes
/// wrong leads to /sign-in#error=WORDS. docs/openapi.yaml describes both routes.
///
/// What the answer must be to is in a cookie of the browser that asked, sealed, for kPatience.
class OidcApi {
 public:
  static constexpr std::chrono::minutes kPatience{10};

  /// `provider` may be null: there is none. All must outlive this object, and this object the router. `is_https`: the
  /// public address is.
  OidcApi(Guard& guard, OpenIdProvider* provider, SignIn& sign_in, People& people, const Vault& vault, Clock& clock,
          bool is_https)
      : guard_(guard),
        provider_(provider),
        sign_in_(sign_in),
        people_(people),
        vault_(vault),
        clock_(clock),
        is_https_(is_https) {}

  void add_routes(net::Router& router);

 private:
  /// A sign-in under way.
  struct Begun {
    OpenIdProvider::Challenge challenge;
    std::string next;
  };
  Task<net::HttpResponse> start(net::HttpRequest& request, const Caller& caller);
  Task<net::HttpResponse> come_back(net::HttpRequest& request, const Caller& caller);
  /// The person's token; an error's message is for the person.
  Task<Result<SecretString>> finish(const net::HttpRequest& request, const Begun& begun, const Caller& caller);

  [[nodiscard]] std::string seal(const Begun& begun) const;
  [[nodiscard]] std::optional<Begun> open(std::string_view sealed) const;
  [[nodiscard]] net::HttpHeader cookie(const net::HttpRequest& request, std::string_view name, std::string_view value,
                                       std::chrono::seconds life) const;

  Guard& guard_;
  OpenIdProvider* const provider_;
  SignIn& sign_in_;
  People& people_;
  const Vault& vault_;
  Clock& clock_;
  const bool is_https_;
};

/// A path of our own to go to after the sign-in; "/" for anything else, which may lead to another site.
[[nodiscard]] std::string own_path(std::string_view text);

}  // namespace claw
