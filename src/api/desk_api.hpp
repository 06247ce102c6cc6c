#pragma once

#include "api/guard.hpp"
#include "base/public_id.hpp"
#include "conversation/desk.hpp"
#include "net/router.hpp"

namespace claw {

/// Answering by hand over the API: take a conversation over, answer in it, hand it back. docs/openapi.yaml describes
/// the routes.
class DeskApi {
 public:
  /// All must outlive this object, and this object the router.
  DeskApi(Desk& desk, Ledger& ledger, Guard& guard, Clock& clock, PublicIds ids)
      : desk_(desk), ledger_(ledger), guard_(guard), clock_(clock), ids_(std::move(ids)) {}

  void add_routes(net::Router& router);

 private:
  using Answer = Task<net::HttpResponse>;
  Answer take_over(net::HttpRequest& request, const Caller& caller);
  Answer hand_back(net::HttpRequest& request, const Caller& caller);
  Answer reply(net::HttpRequest& request, const Caller& caller);
  Answer send(net::HttpRequest& request, const Caller& caller);
  Answer show(TenantRef tenant, ConversationId conversation);
  Answer said_response(const Tenant& tenant, const Result<HandReply>& said);

  Desk& desk_;
  Ledger& ledger_;
  Guard& guard_;
  Clock& clock_;
  const PublicIds ids_;
};

}  // namespace claw
