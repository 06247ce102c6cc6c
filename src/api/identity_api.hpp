#pragma once

#include <functional>

#include "api/guard.hpp"
#include "base/public_id.hpp"
#include "ledger/identity_store.hpp"
#include "net/router.hpp"
#include "tenancy/admin.hpp"

namespace claw {

/// Who is who, as far as a tenant's admin says it, and which groups are answered: addresses of users, users who are one
/// person, groups. docs/openapi.yaml describes the routes.
class IdentityApi {
 public:
  /// Told of each change once it is durable: who keeps people or conversations in memory follows it.
  using Listener = std::function<void(const IdentityChange&)>;
  /// All must outlive this object, and this object the router.
  IdentityApi(IdentityStore& store, Admin& admin, Guard& guard, Clock& clock, PublicIds ids, Listener changed)
      : store_(store),
        admin_(admin),
        guard_(guard),
        clock_(clock),
        ids_(std::move(ids)),
        changed_(std::move(changed)) {}

  void add_routes(net::Router& router);

 private:
  using Answer = Task<net::HttpResponse>;
  Answer link(net::HttpRequest& request, const Caller& caller);
  Answer unlink(net::HttpRequest& request, const Caller& caller);
  Answer merge(net::HttpRequest& request, const Caller& caller);
  Answer list_groups(net::HttpRequest& request, const Caller& caller);
  Answer set_group(net::HttpRequest& request, const Caller& caller);
  /// The user, once everybody knows.
  [[nodiscard]] net::HttpResponse done(const Result<Identified>& identified) const;
  [[nodiscard]] AuditRow audit(const Caller& caller, std::string action, std::string what) const;

  IdentityStore& store_;
  Admin& admin_;
  Guard& guard_;
  Clock& clock_;
  const PublicIds ids_;
  const Listener changed_;
};

}  // namespace claw
