#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "net/router.hpp"
#include "tenancy/api_tokens.hpp"

namespace claw {

/// The one door of the API: finds out who asks and for which tenant, and lets in who has the permission of the route.
///
/// What it refuses never reaches a handler: 401 for nobody, 403 for a disabled tenant or a missing permission.
class Guard {
 public:
  using Handler = std::function<Task<net::HttpResponse>(net::HttpRequest&, const Caller&)>;

  /// `tokens` must outlive this object, and this object the routers.
  explicit Guard(ApiTokens& tokens) : tokens_(tokens) {}

  /// Adds a route that runs only for who has `permission`. The caller lives until the handler's task ends.
  void add(net::Router& router, std::string method, std::string_view path, Permission permission, Handler handler);

  /// Whether who sent `request` would be let in now; for streams, which outlive the credentials they began with. May be
  /// called after the request is gone.
  [[nodiscard]] std::function<bool()> still_allowed(const net::HttpRequest& request, Permission permission) const;

 private:
  /// Null tenant: nobody.
  [[nodiscard]] Caller caller_of(std::string_view credentials, std::string_view peer) const;

  ApiTokens& tokens_;
};

}  // namespace claw
