#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "net/network_set.hpp"
#include "net/router.hpp"
#include "tenancy/api_tokens.hpp"
#include "tenancy/people.hpp"

namespace claw {

/// The one door of the API: finds out who asks and for which tenant, and lets in who has the permission of the route.
///
/// A program shows a token, which says for which tenant. A person has a session, whose token is in a cookie, and names
/// the tenant by the header X-Claw-Tenant or, where headers cannot be set, by ?tenant=…; for what is not theirs people
/// are answered as if it were not there. Each write of a person carries X-CSRF-Token (session_cookie.hpp).
///
/// What it refuses never reaches a handler: 401 for nobody, 403 for a write that may be another site's, 400 where no
/// tenant is named, 404 for a stranger to it, 403 for a disabled tenant or a missing permission.
class Guard {
 public:
  using Handler = std::function<Task<net::HttpResponse>(net::HttpRequest&, const Caller&)>;

  /// `proxies` are believed what they say of clients. All must outlive this object, and this object the routers.
  Guard(Directory& directory, ApiTokens& tokens, People& people, net::NetworkSet proxies)
      : directory_(directory), tokens_(tokens), people_(people), proxies_(std::move(proxies)) {}

  /// From now on each route of a tenant that add() adds is put into `router` as well, for whoever is at this machine's
  /// keyboard: X-Claw-Tenant names the tenant, X-Claw-Operator the person, and nobody is asked for a permission. Routes
  /// that read their body themselves are left out. REQUIRES: nothing listens for `router`, which lives as long as this.
  void also_for_the_keyboard(net::Router& router) { keyboard_ = &router; }

  /// Adds a route that runs only for who has `permission`: of a tenant, which stands in the caller, or for
  /// Permission::kPlatform of the platform and no tenant. The caller lives until the handler's task ends.
  void add(net::Router& router, std::string method, std::string_view path, Permission permission, Handler handler,
           net::BodyMode mode = net::BodyMode::kWhole);
  /// Adds a route for every person who is signed in, about nobody else: the caller has a session and no tenant.
  void add_for_person(net::Router& router, std::string method, std::string_view path, Handler handler);
  /// Adds a route for everybody. The caller has a session where a person is signed in who may use it.
  void add_for_anybody(net::Router& router, std::string method, std::string_view path, Handler handler);

  /// Whether who sent `request` would be let in now; for streams, which outlive the credentials they began with. May be
  /// called after the request is gone.
  [[nodiscard]] std::function<bool()> still_allowed(const net::HttpRequest& request, Permission permission) const;

  /// The program that sent a request, by its token; nothing for anybody else. For routes that answer in words of their
  /// own, which look at permissions themselves.
  [[nodiscard]] std::optional<Caller> program_of(const net::HttpRequest& request) const;

  /// True if a proxy of ours was reached by https.
  [[nodiscard]] bool came_by_https(const net::HttpRequest& request) const;

 private:
  /// What a request says of who sent it.
  struct Credentials {
    std::string authorization;
    std::string session_token;
    std::string tenant;
    std::string from;
  };
  [[nodiscard]] Credentials credentials_of(const net::HttpRequest& request) const;
  /// Who it is: a program with its tenant, a person with a session, or nobody.
  [[nodiscard]] Caller identify(const Credentials& by) const;
  [[nodiscard]] Caller identify_program(const Credentials& by) const;
  /// Gives a person tenant and permissions, where they have any.
  void enter(Caller& caller, std::string_view tenant) const;
  /// The refusal of a request that a route of a tenant, or of the platform, does not take; else `caller` is complete.
  [[nodiscard]] std::optional<net::HttpResponse> refuse(Caller& caller, std::string_view tenant,
                                                        Permission permission) const;

  void add_for_the_keyboard(std::string method, std::string_view path, Handler handler);

  Directory& directory_;
  ApiTokens& tokens_;
  People& people_;
  const net::NetworkSet proxies_;
  net::Router* keyboard_ = nullptr;  // constant after also_for_the_keyboard()
};

}  // namespace claw
