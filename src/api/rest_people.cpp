#include <algorithm>

#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/rest_api.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;

/// `search` begins a phone number where it begins with a digit or a plus, else a name.
template <class Filter>
void search(const HttpRequest& request, Filter& filter) {
  std::string words = words_of(request, "search");
  // A plus that was not encoded came as a space.
  if (words.starts_with('+') || words.starts_with(' ')) words.erase(0, 1);
  const bool is_phone = !words.empty() && words.front() >= '0' && words.front() <= '9';
  (is_phone ? filter.phone : filter.name) = std::move(words);
}

}  // namespace

RestApi::Answer RestApi::list_users(HttpRequest& request, TenantRef tenant) {
  const auto limit = limit_of(request);
  if (!limit) co_return problem_of(limit.error());
  UserFilter filter{.limit = *limit, .after = words_of(request, "after")};
  search(request, filter);
  const auto page = co_await ledger_.users(tenant->id, std::move(filter));
  if (!page) co_return problem_of(page.error());
  json::array list;
  for (const auto& user : *page) list.push_back(user_json(user));
  co_return page_of("users", std::move(list), page->next);
}

RestApi::Answer RestApi::show_user(HttpRequest& request, TenantRef tenant) {
  const auto user = co_await ledger_.user(tenant->id, std::string(request.param("id")));
  if (!user) co_return problem_of(user.error());
  co_return tagged(request, user_detail_json(*user, clock_.now(), ids_));
}

RestApi::Answer RestApi::list_conversations(HttpRequest& request, TenantRef tenant) {
  const auto limit = limit_of(request);
  const auto before = before_of(request, 'm', ids_);
  if (!limit) co_return problem_of(limit.error());
  if (!before) co_return problem_of(before.error());
  ConversationFilter filter{.limit = *limit, .before = MessageId{*before}};
  search(request, filter);
  const auto page = co_await ledger_.conversations(tenant->id, std::move(filter));
  if (!page) co_return problem_of(page.error());
  co_return page_of("conversations", *page, 'm', ids_,
                    [this](const auto& record) { return conversation_json(record, clock_.now(), ids_); });
}

RestApi::Answer RestApi::show_conversation(HttpRequest& request, TenantRef tenant) {
  const auto id = ids_.number('c', request.param("id"));
  if (!id) co_return problem(404, "Not found", "There is no such conversation.");
  const auto record = co_await ledger_.conversation(tenant->id, ConversationId{*id});
  if (!record) co_return problem_of(record.error());
  co_return tagged(request, conversation_detail_json(*record, *tenant, clock_.now(), ids_));
}

RestApi::Answer RestApi::list_conversation_messages(HttpRequest& request, TenantRef tenant) {
  const auto id = ids_.number('c', request.param("id"));
  const auto limit = limit_of(request);
  const auto before = before_of(request, 'm', ids_);
  if (!id || *id == 0) co_return problem(404, "Not found", "There is no such conversation.");
  if (!limit) co_return problem_of(limit.error());
  if (!before) co_return problem_of(before.error());
  MessageFilter filter{
      .limit = *limit, .before = MessageId{*before}, .conversation = ConversationId{*id}, .with_statuses = true};
  const auto page = co_await ledger_.messages(tenant->id, std::move(filter));
  if (!page) co_return problem_of(page.error());
  co_return page_of("messages", *page, 'm', ids_, [this](const auto& record) { return delivery_json(record, ids_); });
}

RestApi::Answer RestApi::list_numbers(HttpRequest&, TenantRef tenant) {
  const auto waiting = co_await ledger_.waiting(tenant->id);
  if (!waiting) co_return problem_of(waiting.error());
  json::array list;
  for (const auto& number : tenant->phone_number_ids) {
    const auto found = waiting->outbox.find(number);
    list.push_back(number_json(*tenant, number, found == waiting->outbox.end() ? 0 : found->second));
  }
  co_return net::json_response(200, json::serialize(json::object{{"numbers", std::move(list)}}));
}

RestApi::Answer RestApi::list_agents(HttpRequest&, TenantRef tenant) {
  json::array list;
  for (const auto& [name, agent] : tenant->agents) list.push_back(agent_json(*tenant, agent));
  co_return net::json_response(200, json::serialize(json::object{{"agents", std::move(list)}}));
}

}  // namespace claw
