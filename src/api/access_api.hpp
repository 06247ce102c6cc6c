#pragma once

#include "api/guard.hpp"
#include "base/public_id.hpp"
#include "conversation/access.hpp"
#include "net/router.hpp"

namespace claw {

/// Who may talk, over the API: allowlist, pairing requests, blocks and opt-outs, and what would become of a message.
/// Access does the work; docs/openapi.yaml describes the routes.
class AccessApi {
 public:
  static constexpr std::size_t kMaxAddresses = 1'000;  ///< In one request.

  /// All must outlive this object, and this object the router.
  AccessApi(Access& access, Ledger& ledger, Guard& guard, Clock& clock, PublicIds ids)
      : access_(access), ledger_(ledger), guard_(guard), clock_(clock), ids_(std::move(ids)) {}

  void add_routes(net::Router& router);

 private:
  using Answer = Task<net::HttpResponse>;
  using Route = Answer (AccessApi::*)(net::HttpRequest&, const Caller&);

  Answer list(net::HttpRequest& request, const Caller& caller);
  Answer put(net::HttpRequest& request, const Caller& caller);
  Answer remove(net::HttpRequest& request, const Caller& caller);
  Answer approve(net::HttpRequest& request, const Caller& caller);
  Answer reject(net::HttpRequest& request, const Caller& caller);
  Answer block(net::HttpRequest& request, const Caller& caller);
  Answer approve_by_code(net::HttpRequest& request, const Caller& caller);
  Answer decide_many(net::HttpRequest& request, const Caller& caller);
  Answer explain_routing(net::HttpRequest& request, const Caller& caller);
  Answer decide(const Caller& caller, std::int64_t id, PairingDecision decision);

  Access& access_;
  Ledger& ledger_;
  Guard& guard_;
  Clock& clock_;
  const PublicIds ids_;
};

}  // namespace claw
