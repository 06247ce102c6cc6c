#pragma once

#include "api/guard.hpp"
#include "base/public_id.hpp"
#include "conversation/desk.hpp"
#include "ledger/ledger.hpp"
#include "net/router.hpp"
#include "tenancy/admin.hpp"

namespace claw {

/// How messages are delivered (GET, PUT /delivery-settings) and what ended badly: GET /dead-letters lists turns whose
/// agent failed and sends that failed or are unknown, POST /dead-letters/{id}/rerun and /dead-letters/rerun run them
/// again under their ids.
class DeliveryApi {
 public:
  /// Dead letters of one request.
  static constexpr std::size_t kMaxRerun = 200;

  /// All must outlive this object, and this object the router.
  DeliveryApi(Admin& admin, Desk& desk, Ledger& ledger, Guard& guard, Clock& clock, PublicIds ids)
      : admin_(admin), desk_(desk), ledger_(ledger), guard_(guard), clock_(clock), ids_(std::move(ids)) {}

  void add_routes(net::Router& router);

 private:
  using Answer = Task<net::HttpResponse>;
  Answer show_settings(net::HttpRequest& request, const Caller& caller);
  Answer set_settings(net::HttpRequest& request, const Caller& caller);
  Answer list(net::HttpRequest& request, const Caller& caller);
  Answer rerun(net::HttpRequest& request, const Caller& caller);
  Answer rerun_many(net::HttpRequest& request, const Caller& caller);

  /// Of one state or, without one, of all three: newest first.
  Task<Result<Page<MessageRecord>>> dead(TenantId tenant, std::optional<MessageState> state, MessageId before,
                                         std::size_t limit);

  Admin& admin_;
  Desk& desk_;
  Ledger& ledger_;
  Guard& guard_;
  Clock& clock_;
  const PublicIds ids_;
};

}  // namespace claw
