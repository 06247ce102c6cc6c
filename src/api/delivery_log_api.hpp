#pragma once

#include "api/guard.hpp"
#include "api/message_way.hpp"
#include "base/public_id.hpp"
#include "ledger/delivery_log.hpp"
#include "net/router.hpp"

namespace claw {

/// /api/v1/delivery-log: what went between Meta and us; /api/v1/messages/{id}/why: the way of a message, with what the
/// log has of it. docs/openapi.yaml describes both.
///
/// Who may read messages sees each exchange, with the words of people counted in the place of shown; the bodies as they
/// were are for who may read the audit log.
class DeliveryLogApi {
 public:
  static constexpr std::size_t kMaxLooked = 2'000;
  /// Of the log, for each message of a turn.
  static constexpr std::size_t kMaxLogged = 50;

  /// All must outlive this object, and this object the router. `log` is null where there is none: 404 then.
  DeliveryLogApi(DeliveryLog* log, Ledger& ledger, Guard& guard, PublicIds ids)
      : log_(log), ledger_(ledger), guard_(guard), ids_(std::move(ids)) {}

  void add_routes(net::Router& router);

 private:
  using Answer = Task<net::HttpResponse>;
  Answer list(net::HttpRequest& request, const Caller& caller);
  Answer show(net::HttpRequest& request, const Caller& caller);
  Answer payload(net::HttpRequest& request, const Caller& caller);
  Answer why(net::HttpRequest& request, const Caller& caller);
  /// The turn that the message belongs to.
  Task<Result<WayFacts>> facts_of(TenantId tenant, MessageId message);
  /// Adds what else had the turn of `facts.question`, and its replies in the order of their parts: looks at kMaxLooked
  /// messages behind its first message at most.
  Task<Result<void>> add_turn(TenantId tenant, WayFacts& facts);
  /// Adds what the log has about `name`, under that name alone.
  Task<> add_logged(TenantId tenant, std::string name, WayFacts& facts);
  /// Adds what the log has about a message that somebody wrote: of the webhooks those that brought it, not those that
  /// only speak of it.
  Task<> add_logged_of(TenantId tenant, MessageRecord question, WayFacts& facts);
  /// What a search word names: a message's wamid, a person's addresses, or itself.
  Task<std::vector<std::string>> names_of(TenantId tenant, std::string word);
  Task<Result<ExchangeDetail>> detail_of(const net::HttpRequest& request, const Caller& caller);

  DeliveryLog* const log_;
  Ledger& ledger_;
  Guard& guard_;
  const PublicIds ids_;
};

}  // namespace claw
