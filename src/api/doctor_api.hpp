#pragma once

#include "api/guard.hpp"
#include "guide/doctor.hpp"
#include "net/router.hpp"

namespace claw {

/// GET /api/v1/doctor?number=&user=&part=: what a doctor finds, the tenant's whole set-up or one part of it.
/// docs/openapi.yaml describes it.
class DoctorApi {
 public:
  /// Both must outlive this object, and this object the router.
  DoctorApi(Doctor& doctor, Guard& guard) : doctor_(doctor), guard_(guard) {}

  void add_routes(net::Router& router);

 private:
  Task<net::HttpResponse> examine(net::HttpRequest& request, const Caller& caller);

  Doctor& doctor_;
  Guard& guard_;
};

}  // namespace claw
