#pragma once

#include "api/guard.hpp"
#include "base/public_id.hpp"
#include "events/event_delivery.hpp"
#include "events/sinks.hpp"
#include "net/router.hpp"

namespace claw {

/// /api/v1/event-sinks: where a tenant wants to be told what happened, and what came of it. docs/openapi.yaml describes
/// it.
class EventSinksApi {
 public:
  /// All must outlive this object, and this object the router.
  EventSinksApi(Sinks& sinks, EventStore& store, EventDelivery& delivery, Guard& guard, PublicIds ids)
      : sinks_(sinks), store_(store), delivery_(delivery), guard_(guard), ids_(std::move(ids)) {}

  void add_routes(net::Router& router);

 private:
  using Answer = Task<net::HttpResponse>;
  Answer list(net::HttpRequest& request, const Caller& caller);
  Answer create(net::HttpRequest& request, const Caller& caller);
  Answer show(net::HttpRequest& request, const Caller& caller);
  Answer change(net::HttpRequest& request, const Caller& caller);
  Answer remove(net::HttpRequest& request, const Caller& caller);
  Answer rotate(net::HttpRequest& request, const Caller& caller);
  Answer test(net::HttpRequest& request, const Caller& caller);
  Answer events(net::HttpRequest& request, const Caller& caller);
  Answer replay(net::HttpRequest& request, const Caller& caller);
  /// The sink that the path names; kNotFound.
  Task<Result<SinkRow>> named(net::HttpRequest& request, const Caller& caller);
  /// A sink as the API shows it, with what waits for it.
  Task<Result<net::HttpResponse>> shown(int status, const SinkRow& sink, const std::string& secret = "");

  Sinks& sinks_;
  EventStore& store_;
  EventDelivery& delivery_;
  Guard& guard_;
  const PublicIds ids_;
};

}  // namespace claw
