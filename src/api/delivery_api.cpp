#include "api/delivery_api.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "api/body.hpp"
#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/settings_api.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

constexpr MessageState kDead[] = {MessageState::kAgentFailed, MessageState::kUnknown, MessageState::kFailed};

bool is_dead(MessageState state) {
  return std::ranges::find(kDead, state) != std::end(kDead);
}

Error no_dead_state() {
  return {ErrorKind::kInvalid, "state must be agent_failed, unknown or failed"};
}

Result<std::optional<MessageState>> dead_state_named(const std::optional<std::string>& name) {
  if (!name) return std::optional<MessageState>();
  for (const auto state : kDead)
    if (to_string(state) == *name) return std::optional(state);
  return std::unexpected(no_dead_state());
}

HttpResponse settings_response(const Tenant& tenant) {
  auto body = json::parse(delivery_settings_json(tenant.delivery)).as_object();
  body["version"] = tenant.version;
  return versioned(200, body, tenant.version);
}

}  // namespace

void DeliveryApi::add_routes(net::Router& router) {
  using Route = Answer (DeliveryApi::*)(HttpRequest&, const Caller&);
  const auto add = [&](std::string method, std::string_view path, Permission permission, Route route) {
    guard_.add(router, std::move(method), path, permission,
               [this, route](HttpRequest& request, const Caller& caller) { return (this->*route)(request, caller); });
  };
  add("GET", "/api/v1/delivery-settings", Permission::kSettingsRead, &DeliveryApi::show_settings);
  add("PUT", "/api/v1/delivery-settings", Permission::kSettingsWrite, &DeliveryApi::set_settings);
  add("GET", "/api/v1/dead-letters", Permission::kInboxRead, &DeliveryApi::list);
  add("POST", "/api/v1/dead-letters/rerun", Permission::kInboxWrite, &DeliveryApi::rerun_many);
  add("POST", "/api/v1/dead-letters/{id}/rerun", Permission::kInboxWrite, &DeliveryApi::rerun);
}

DeliveryApi::Answer DeliveryApi::show_settings(HttpRequest&, const Caller& caller) {
  co_return settings_response(*caller.tenant);
}

DeliveryApi::Answer DeliveryApi::set_settings(HttpRequest& request, const Caller& caller) {
  auto by = by_of(request, caller);
  if (!by) co_return problem_of(by.error());
  const auto body = body_of(request, {"outside_window", "template_name", "template_language", "template_takes_text",
                                      "on_unknown", "log_days"});
  if (!body) co_return problem_of(body.error());
  const auto changed = co_await admin_.set_delivery(std::move(*by), caller.tenant, json::serialize(*body));
  co_return changed ? settings_response(**changed) : problem_of(changed.error());
}

Task<Result<Page<MessageRecord>>> DeliveryApi::dead(TenantId tenant, std::optional<MessageState> state,
                                                    MessageId before, std::size_t limit) {
  Page<MessageRecord> all;
  for (const auto each : kDead) {
    if (state && *state != each) continue;
    MessageFilter filter;
    filter.limit = limit;
    filter.before = before;
    filter.state = each;
    auto page = co_await ledger_.messages(tenant, std::move(filter));
    if (!page) co_return std::unexpected(page.error());
    // Where one of them ends early, nothing older of the others is shown before the rest of it.
    all.next = std::max(all.next, page->next);
    std::ranges::move(*page, std::back_inserter(all));
  }
  std::ranges::sort(all, std::ranges::greater{}, &MessageRecord::id);
  const auto end = std::ranges::find_if(all, [&](const MessageRecord& record) { return record.id.value < all.next; });
  all.erase(end, all.end());
  if (all.size() > limit) {
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(limit), all.end());
    all.next = all.back().id.value;
  }
  co_return all;
}

DeliveryApi::Answer DeliveryApi::list(HttpRequest& request, const Caller& caller) {
  const auto limit = limit_of(request);
  const auto before = before_of(request, 'm', ids_);
  const auto state = state_of(request);
  if (!limit) co_return problem_of(limit.error());
  if (!before) co_return problem_of(before.error());
  if (!state) co_return problem_of(state.error());
  if (*state && !is_dead(**state)) co_return problem_of(no_dead_state());
  const auto page = co_await dead(caller.tenant->id, *state, MessageId{*before}, *limit);
  if (!page) co_return problem_of(page.error());
  const auto now = clock_.now();
  co_return page_of("dead_letters", *page, 'm', ids_, [&](const MessageRecord& record) {
    auto shown = message_json(record, ids_);
    shown["attempts"] = record.attempts;
    shown["age_seconds"] = std::chrono::duration_cast<std::chrono::seconds>(now - record.created_at).count();
    return shown;
  });
}

DeliveryApi::Answer DeliveryApi::rerun(HttpRequest& request, const Caller& caller) {
  const auto id = ids_.number('m', request.param("id"));
  if (!id) co_return problem(404, "Not found", "There is no such message.");
  const auto body = body_of(request, {});
  if (!body) co_return problem_of(body.error());
  const auto again = co_await desk_.rerun(caller.tenant, MessageId{*id});
  if (!again) co_return problem_of(again.error());
  const auto record = co_await ledger_.message(caller.tenant->id, MessageId{*id});
  if (!record) co_return problem_of(record.error());
  co_return net::json_response(202, json::serialize(message_json(*record, ids_)));
}

DeliveryApi::Answer DeliveryApi::rerun_many(HttpRequest& request, const Caller& caller) {
  const auto body = body_of(request, {"ids", "state"});
  if (!body) co_return problem_of(body.error());
  const auto name = text_in(*body, "state");
  if (!name) co_return problem_of(name.error());
  const auto state = dead_state_named(*name);
  if (!state) co_return problem_of(state.error());
  const auto* listed = body->if_contains("ids");
  if ((listed != nullptr) == state->has_value())
    co_return problem(400, "Bad request", "Say which: \"ids\", or \"state\" for all of one state.");
  std::vector<MessageId> wanted;
  bool more = false;
  if (listed) {
    const auto names = texts_of(*listed);
    if (!names || names->empty() || names->size() > kMaxRerun)
      co_return problem(400, "Bad request", fmt::format("ids must be a list of 1 to {} ids", kMaxRerun));
    for (const auto& each : *names) {
      const auto id = ids_.number('m', each);
      if (!id) co_return problem(400, "Bad request", "ids: one of them is no message's");
      wanted.push_back(MessageId{*id});
    }
  } else {
    const auto page = co_await dead(caller.tenant->id, *state, {}, kMaxRerun);
    if (!page) co_return problem_of(page.error());
    for (const auto& record : *page) wanted.push_back(record.id);
    more = page->next > 0;
  }
  // A person's answers go in the order in which they were to.
  std::ranges::sort(wanted);
  json::array again, left;
  for (const MessageId id : wanted) {
    const auto done = co_await desk_.rerun(caller.tenant, id);
    if (done)
      again.push_back(json::value(ids_.name('m', id.value)));
    else if (done.error().kind == ErrorKind::kConflict || done.error().kind == ErrorKind::kNotFound)
      left.push_back({{"id", ids_.name('m', id.value)}, {"reason", done.error().message}});
    else
      co_return problem_of(done.error());
  }
  co_return net::json_response(
      202, json::serialize(json::object{{"rerun", std::move(again)}, {"left", std::move(left)}, {"more", more}}));
}

}  // namespace claw
