#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/rest_api.hpp"

namespace claw {

using net::HttpRequest;

RestApi::Answer RestApi::list_messages(HttpRequest& request, TenantRef tenant) {
  const auto limit = limit_of(request);
  const auto before = before_of(request, 'm', ids_);
  const auto direction = direction_of(request);
  const auto state = state_of(request);
  if (!limit) co_return problem_of(limit.error());
  if (!before) co_return problem_of(before.error());
  if (!direction) co_return problem_of(direction.error());
  if (!state) co_return problem_of(state.error());
  MessageFilter filter{
      .limit = *limit, .before = MessageId{*before}, .user = words_of(request, "user"), .direction = *direction};
  filter.state = *state;
  const auto page = co_await ledger_.messages(tenant->id, std::move(filter));
  if (!page) co_return problem_of(page.error());
  co_return page_of("messages", *page, 'm', ids_, [this](const auto& record) { return message_json(record, ids_); });
}

RestApi::Answer RestApi::show_message(HttpRequest& request, TenantRef tenant) {
  const auto id = ids_.number('m', request.param("id"));
  if (!id) co_return problem(404, "Not found", "There is no such message.");
  const auto record = co_await ledger_.message(tenant->id, MessageId{*id});
  if (!record) co_return problem_of(record.error());
  co_return tagged(request, message_detail_json(*record, ids_));
}

RestApi::Answer RestApi::list_deliveries(HttpRequest& request, TenantRef tenant) {
  const auto limit = limit_of(request);
  const auto before = before_of(request, 'm', ids_);
  const auto state = state_of(request);
  if (!limit) co_return problem_of(limit.error());
  if (!before) co_return problem_of(before.error());
  if (!state) co_return problem_of(state.error());
  if (*state && **state < MessageState::kQueued)
    co_return problem(400, "Bad request", "state must be one of an outbound message");
  MessageFilter filter{.limit = *limit,
                       .before = MessageId{*before},
                       .user = words_of(request, "user"),
                       .direction = Direction::kOutbound,
                       .state = *state,
                       .with_statuses = true};
  const auto page = co_await ledger_.messages(tenant->id, std::move(filter));
  if (!page) co_return problem_of(page.error());
  co_return page_of("deliveries", *page, 'm', ids_, [this](const auto& record) { return delivery_json(record, ids_); });
}

RestApi::Answer RestApi::list_statuses(HttpRequest& request, TenantRef tenant) {
  const auto limit = limit_of(request);
  const auto before = before_of(request, 's', ids_);
  if (!limit) co_return problem_of(limit.error());
  if (!before) co_return problem_of(before.error());
  const auto page = co_await ledger_.statuses(tenant->id, {*limit, *before, words_of(request, "status")});
  if (!page) co_return problem_of(page.error());
  co_return page_of("statuses", *page, 's', ids_, [this](const auto& entry) { return status_json(entry, ids_); });
}

RestApi::Answer RestApi::list_events(HttpRequest& request, TenantRef tenant) {
  const auto limit = limit_of(request);
  const auto before = before_of(request, 'e', ids_);
  if (!limit) co_return problem_of(limit.error());
  if (!before) co_return problem_of(before.error());
  const auto page = co_await ledger_.events(tenant->id, {*limit, *before, words_of(request, "kind")});
  if (!page) co_return problem_of(page.error());
  co_return page_of("events", *page, 'e', ids_, [this](const auto& record) { return event_json(record, ids_); });
}

}  // namespace claw
