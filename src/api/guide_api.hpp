#pragma once

#include "api/guard.hpp"
#include "guide/guide.hpp"
#include "ledger/audit.hpp"
#include "net/router.hpp"
#include "tenancy/admin.hpp"

namespace claw {

/// /api/v1/guide: what guides an admin from an empty tenant to an answered message, step by step.
/// docs/openapi.yaml describes it.
///
/// All answer with the guide of one number (?number=, else the tenant's first), so that a page shows what it pressed
/// for.
class GuideApi {
 public:
  /// All must outlive this object, and this object the router.
  GuideApi(Guide& guide, Admin& admin, AuditLog& audit, Directory& directory, Guard& guard, Clock& clock)
      : guide_(guide), admin_(admin), audit_(audit), directory_(directory), guard_(guard), clock_(clock) {}

  void add_routes(net::Router& router);

 private:
  using Answer = Task<net::HttpResponse>;
  Answer show(net::HttpRequest& request, const Caller& caller);
  Answer check(net::HttpRequest& request, const Caller& caller);
  Answer subscribe(net::HttpRequest& request, const Caller& caller);
  Answer confirm(net::HttpRequest& request, const Caller& caller);
  /// The guide as it is after what was done.
  Answer guide_of(TenantId tenant, std::string number);

  Guide& guide_;
  Admin& admin_;
  AuditLog& audit_;
  Directory& directory_;
  Guard& guard_;
  Clock& clock_;
};

}  // namespace claw
