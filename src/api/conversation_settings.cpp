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

Result<std::optional<std::vector<std::string>>> texts_in(const json::object& body, std::string_view name) {
  const auto* list = body.if_contains(name);
  if (!list) return std::nullopt;
  std::vector<std::string> texts;
  if (!list->is_array()) return fail(ErrorKind::kInvalid, std::string(name) + " must be a list of texts");
  for (const auto& each : list->get_array()) {
    if (!each.is_string()) return fail(ErrorKind::kInvalid, std::string(name) + " must be a list of texts");
    texts.emplace_back(each.get_string());
  }
  return texts;
}

/// Null is never.
Result<std::optional<std::int64_t>> minute_in(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  if (value && value->is_null()) return std::optional<std::int64_t>(-1);
  auto minute = integer_in(body, name);
  if (minute && *minute && **minute < 0)
    return fail(ErrorKind::kInvalid, std::string(name) + " is a minute of the day, 0 to 1439 (UTC), or null");
  return minute;
}

Result<ConversationChange> change_in(HttpRequest& request) {
  const auto body = body_of(
      request, {"queue", "debounce_ms", "max_merged", "idle_reset_minutes", "daily_reset_minute", "take_over_minutes",
                "owners", "opt_out_words", "opt_in_words", "max_pending", "approval_notice"});
  if (!body) return std::unexpected(body.error());
  ConversationChange change;
  std::optional<Error> fault;
  const auto take = [&fault](auto& into, auto read) {
    if (read)
      into = std::move(*read);
    else if (!fault)
      fault = read.error();
  };
  take(change.queue, text_in(*body, "queue"));
  take(change.debounce_ms, integer_in(*body, "debounce_ms"));
  take(change.max_merged, integer_in(*body, "max_merged"));
  take(change.idle_reset_minutes, integer_in(*body, "idle_reset_minutes"));
  take(change.daily_reset_minute, minute_in(*body, "daily_reset_minute"));
  take(change.take_over_minutes, integer_in(*body, "take_over_minutes"));
  take(change.max_pending, integer_in(*body, "max_pending"));
  take(change.approval_notice, flag_in(*body, "approval_notice"));
  take(change.owners, texts_in(*body, "owners"));
  take(change.opt_out_words, texts_in(*body, "opt_out_words"));
  take(change.opt_in_words, texts_in(*body, "opt_in_words"));
  if (fault) return std::unexpected(*fault);
  return change;
}

HttpResponse settings_response(const Tenant& tenant) {
  const SessionSettings& session = tenant.session;
  const AccessSettings& access = tenant.access;
  const json::object shown{
      {"queue", to_string(session.queue)},
      {"debounce_ms", session.debounce.count()},
      {"max_merged", session.max_merged},
      {"idle_reset_minutes", session.idle_reset.count()},
      {"daily_reset_minute",
       session.daily_reset_minute < 0 ? json::value(nullptr) : json::value(session.daily_reset_minute)},
      {"take_over_minutes", session.take_over.count()},
      {"owners", json::value_from(session.owners)},
      {"opt_out_words", json::value_from(access.opt_out_words)},
      {"opt_in_words", json::value_from(access.opt_in_words)},
      {"max_pending", access.max_pending},
      {"approval_notice", access.approval_notice},
      {"version", tenant.version}};
  return versioned(200, shown, tenant.version);
}

HttpResponse routing_response(const Tenant& tenant) {
  const json::object shown{{"rules", json::parse(routing_rules_json(tenant.routing))},
                           {"default_agent", text_or_null(tenant.default_agent)},
                           {"version", tenant.version}};
  return versioned(200, shown, tenant.version);
}

}  // namespace

SettingsApi::Answer SettingsApi::show_conversation_settings(HttpRequest&, const Caller& caller) {
  co_return settings_response(*caller.tenant);
}

SettingsApi::Answer SettingsApi::change_conversation_settings(HttpRequest& request, const Caller& caller) {
  auto by = by_of(request, caller);
  if (!by) co_return problem_of(by.error());
  auto change = change_in(request);
  if (!change) co_return problem_of(change.error());
  const auto changed = co_await admin_.change_conversations(std::move(*by), caller.tenant, std::move(*change));
  co_return changed ? settings_response(**changed) : problem_of(changed.error());
}

SettingsApi::Answer SettingsApi::show_routing(HttpRequest&, const Caller& caller) {
  co_return routing_response(*caller.tenant);
}

SettingsApi::Answer SettingsApi::set_routing(HttpRequest& request, const Caller& caller) {
  auto by = by_of(request, caller);
  if (!by) co_return problem_of(by.error());
  const auto body = body_of(request, {"rules", "default_agent"});
  if (!body) co_return problem_of(body.error());
  const auto* rules = body->if_contains("rules");
  if (!rules) co_return problem(400, "Bad request", "rules must be a list; an empty one takes them all away");
  auto agent = text_in(*body, "default_agent");
  if (!agent) co_return problem_of(agent.error());
  const auto changed = co_await admin_.set_routing(
      std::move(*by), caller.tenant, {.rules = json::serialize(*rules), .default_agent = std::move(*agent)});
  co_return changed ? routing_response(**changed) : problem_of(changed.error());
}

}  // namespace claw
