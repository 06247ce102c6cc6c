#include "api/event_sinks_api.hpp"

#include <cstdio>
#include <cstring>
#include <ctime>

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

constexpr char kSink = 'w';
constexpr char kEvent = 'n';
constexpr std::size_t kMaxNamed = 1'000;  ///< Events that one replay names.

json::array kinds_json(const SinkRow& sink) {
  json::array names;
  for (const auto& each : kEventKinds)
    if (sink.wants(each.kind)) names.push_back(json::value(each.name));
  return names;
}

json::object sink_json(const SinkRow& sink, std::int64_t waiting, std::optional<TimePoint> held_until,
                       const PublicIds& ids) {
  return {{"id", ids.name(kSink, sink.id)},
          {"name", sink.agent.empty() ? sink.name : sink.agent},
          {"agent", text_or_null(sink.agent)},
          {"url", text_or_null(sink.url)},
          {"events", kinds_json(sink)},
          {"enabled", sink.enabled},
          {"stopped", text_or_null(sink.stopped)},
          {"waiting", waiting},
          {"held_until", held_until ? time_json(*held_until) : json::value(nullptr)},
          {"old_secret_until", time_json(sink.before_until)},
          {"created_at", time_json(sink.created_at)},
          {"created_by", text_or_null(sink.created_by)},
          {"version", sink.version}};
}

json::value subject_json(const SinkEvent& event, const PublicIds& ids) {
  const auto kind = static_cast<std::uint32_t>(event.kind);
  if (kind <= static_cast<std::uint32_t>(EventKind::kMessageUnknown)) return json::value(ids.name('m', event.subject));
  if (event.kind == EventKind::kConversationTakenOver || event.kind == EventKind::kConversationHandedBack)
    return json::value(ids.name('c', event.subject));
  if (event.kind == EventKind::kAccountChanged) return json::value(ids.name('e', event.subject));
  if (event.kind == EventKind::kStatusOfBot) return json::value(ids.name('s', event.subject));
  return nullptr;
}

json::object event_json(const SinkEvent& event, const PublicIds& ids) {
  const bool waits = event.state == EventState::kWaiting;
  return {{"id", ids.name(kEvent, event.id)},
          {"event", to_string(event.kind)},
          {"about", subject_json(event, ids)},
          {"at", time_json(event.at)},
          {"state", to_string(event.state)},
          {"attempts", event.attempts},
          {"due_at", waits ? time_json(event.due) : json::value(nullptr)},
          {"tried_at", time_json(event.tried_at)},
          {"answer_status", event.status == 0 ? json::value(nullptr) : json::value(event.status)},
          {"took_ms", event.attempts == 0 ? json::value(nullptr) : json::value(event.took.count())},
          {"reason", text_or_null(event.reason)}};
}

Result<SinkChange> wish_in(HttpRequest& request) {
  const auto body = body_of(request, {"name", "url", "events", "enabled"});
  if (!body) return std::unexpected(body.error());
  SinkChange wish;
  for (auto [name, into] : {std::pair{"name", &wish.name}, std::pair{"url", &wish.url}}) {
    auto text = text_in(*body, name);
    if (!text) return std::unexpected(text.error());
    *into = std::move(*text);
  }
  const auto enabled = flag_in(*body, "enabled");
  if (!enabled) return std::unexpected(enabled.error());
  wish.enabled = *enabled;
  if (const auto* events = body->if_contains("events")) {
    wish.events = texts_of(*events);
    if (!wish.events) return fail(ErrorKind::kInvalid, "events must be a list of names of events");
  }
  return wish;
}

Result<std::optional<EventState>> state_named(const std::string& name) {
  if (name.empty()) return std::optional<EventState>();
  const auto state = event_state_named(name);
  if (!state) return fail(ErrorKind::kInvalid, "state is waiting, delivered, given_up or skipped");
  return state;
}

/// "2026-11-29T05:00:00Z", with or without milliseconds; kInvalid.
Result<TimePoint> time_in(const json::object& body, const char* name) {
  const auto text = text_in(body, name);
  if (!text) return std::unexpected(text.error());
  std::tm parts{};
  const char* const end = *text ? strptime((*text)->c_str(), "%Y-%m-%dT%H:%M:%S", &parts) : nullptr;
  int ms = 0;
  int read = 0;
  if (end && (std::string_view(end) == "Z" ||
              (std::sscanf(end, ".%3dZ%n", &ms, &read) == 1 && static_cast<std::size_t>(read) == std::strlen(end))))
    return TimePoint(std::chrono::seconds(timegm(&parts)) + std::chrono::milliseconds(ms));
  return fail(ErrorKind::kInvalid, fmt::format("{} must be a time like 2026-11-29T05:00:00Z", name));
}

Result<ReplayWish> replay_in(HttpRequest& request, const PublicIds& ids) {
  const auto body = body_of(request, {"events", "from", "to", "state"});
  if (!body) return std::unexpected(body.error());
  ReplayWish wish;
  if (const auto* events = body->if_contains("events")) {
    const auto names = texts_of(*events);
    if (!names || names->empty() || names->size() > kMaxNamed)
      return fail(ErrorKind::kInvalid, fmt::format("events must be a list of 1 to {} ids of events", kMaxNamed));
    for (const auto& name : *names) {
      const auto id = ids.number(kEvent, name);
      if (!id) return fail(ErrorKind::kInvalid, fmt::format("events: {} is no id of an event", name));
      wish.events.push_back(*id);
    }
    return wish;
  }
  const auto from = time_in(*body, "from");
  if (!from) return std::unexpected(from.error());
  const auto to = time_in(*body, "to");
  if (!to) return std::unexpected(to.error());
  auto named = text_or_empty(*body, "state");
  if (!named) return std::unexpected(named.error());
  auto state = state_named(*named);
  if (!state) return std::unexpected(state.error());
  wish.from = *from;
  wish.to = *to;
  wish.state = *state;
  return wish;
}

}  // namespace

void EventSinksApi::add_routes(net::Router& router) {
  using Route = Answer (EventSinksApi::*)(HttpRequest&, const Caller&);
  const auto add = [&](std::string method, std::string_view path, Permission permission, Route route) {
    guard_.add(router, std::move(method), path, permission,
               [this, route](HttpRequest& request, const Caller& caller) { return (this->*route)(request, caller); });
  };
  add("GET", "/api/v1/event-sinks", Permission::kSettingsRead, &EventSinksApi::list);
  add("POST", "/api/v1/event-sinks", Permission::kSettingsWrite, &EventSinksApi::create);
  add("GET", "/api/v1/event-sinks/{id}", Permission::kSettingsRead, &EventSinksApi::show);
  add("PATCH", "/api/v1/event-sinks/{id}", Permission::kSettingsWrite, &EventSinksApi::change);
  add("DELETE", "/api/v1/event-sinks/{id}", Permission::kSettingsWrite, &EventSinksApi::remove);
  add("POST", "/api/v1/event-sinks/{id}/secret", Permission::kSettingsWrite, &EventSinksApi::rotate);
  add("POST", "/api/v1/event-sinks/{id}/test", Permission::kSettingsWrite, &EventSinksApi::test);
  add("GET", "/api/v1/event-sinks/{id}/events", Permission::kSettingsRead, &EventSinksApi::events);
  add("POST", "/api/v1/event-sinks/{id}/replay", Permission::kSettingsWrite, &EventSinksApi::replay);
}

Task<Result<SinkRow>> EventSinksApi::named(HttpRequest& request, const Caller& caller) {
  const auto id = ids_.number(kSink, request.param("id"));
  if (!id) co_return fail(ErrorKind::kNotFound, "There is no such webhook.");
  co_return co_await sinks_.find(caller.tenant->id, *id);
}

Task<Result<HttpResponse>> EventSinksApi::shown(int status, const SinkRow& sink, const std::string& secret) {
  const auto waiting = co_await store_.waiting(sink.id);
  if (!waiting) co_return std::unexpected(waiting.error());
  auto body = sink_json(sink, *waiting, delivery_.held_until(sink.id), ids_);
  if (!secret.empty()) body["secret"] = secret;
  auto response = versioned(status, body, sink.version);
  co_return response;
}

EventSinksApi::Answer EventSinksApi::list(HttpRequest&, const Caller& caller) {
  const auto rows = co_await sinks_.list(caller.tenant->id);
  if (!rows) co_return problem_of(rows.error());
  json::array sinks;
  for (const auto& row : *rows) {
    const auto waiting = co_await store_.waiting(row.id);
    if (!waiting) co_return problem_of(waiting.error());
    sinks.push_back(sink_json(row, *waiting, delivery_.held_until(row.id), ids_));
  }
  json::array kinds;
  for (const auto& each : kEventKinds) kinds.push_back({{"event", each.name}, {"words", each.words}});
  co_return net::json_response(200,
                               json::serialize(json::object{{"sinks", std::move(sinks)}, {"kinds", std::move(kinds)}}));
}

EventSinksApi::Answer EventSinksApi::create(HttpRequest& request, const Caller& caller) {
  auto wish = wish_in(request);
  if (!wish) co_return problem_of(wish.error());
  const auto made = co_await sinks_.create({caller.actor}, caller.tenant->id, std::move(*wish));
  if (!made) co_return problem_of(made.error());
  auto answer = co_await shown(201, made->row, made->secret);
  co_return answer ? std::move(*answer) : problem_of(answer.error());
}

EventSinksApi::Answer EventSinksApi::show(HttpRequest& request, const Caller& caller) {
  const auto sink = co_await named(request, caller);
  if (!sink) co_return problem_of(sink.error());
  auto answer = co_await shown(200, *sink);
  co_return answer ? std::move(*answer) : problem_of(answer.error());
}

EventSinksApi::Answer EventSinksApi::change(HttpRequest& request, const Caller& caller) {
  auto by = by_of(request, caller);
  if (!by) co_return problem_of(by.error());
  const auto sink = co_await named(request, caller);
  if (!sink) co_return problem_of(sink.error());
  auto wish = wish_in(request);
  if (!wish) co_return problem_of(wish.error());
  const auto changed = co_await sinks_.change(std::move(*by), caller.tenant->id, sink->id, std::move(*wish));
  if (!changed) co_return problem_of(changed.error());
  auto answer = co_await shown(200, *changed);
  co_return answer ? std::move(*answer) : problem_of(answer.error());
}

EventSinksApi::Answer EventSinksApi::remove(HttpRequest& request, const Caller& caller) {
  auto by = by_of(request, caller);
  if (!by) co_return problem_of(by.error());
  const auto sink = co_await named(request, caller);
  if (!sink) co_return problem_of(sink.error());
  const auto gone = co_await sinks_.remove(std::move(*by), caller.tenant->id, sink->id);
  co_return gone ? no_content() : problem_of(gone.error());
}

EventSinksApi::Answer EventSinksApi::rotate(HttpRequest& request, const Caller& caller) {
  auto by = by_of(request, caller);
  if (!by) co_return problem_of(by.error());
  const auto sink = co_await named(request, caller);
  if (!sink) co_return problem_of(sink.error());
  const auto made = co_await sinks_.rotate(std::move(*by), caller.tenant->id, sink->id);
  if (!made) co_return problem_of(made.error());
  auto answer = co_await shown(200, made->row, made->secret);
  co_return answer ? std::move(*answer) : problem_of(answer.error());
}

EventSinksApi::Answer EventSinksApi::test(HttpRequest& request, const Caller& caller) {
  auto sink = co_await named(request, caller);
  if (!sink) co_return problem_of(sink.error());
  if (!sink->agent.empty())
    co_return problem(409, "Conflict", "A bot takes Meta's webhooks alone: write to its number to try it.");
  const auto outcome = co_await delivery_.test(std::move(*sink));
  const bool taken = outcome.state == EventState::kDelivered;
  co_return net::json_response(
      200, json::serialize(
               json::object{{"delivered", taken},
                            {"answer_status", outcome.status == 0 ? json::value(nullptr) : json::value(outcome.status)},
                            {"took_ms", outcome.took.count()},
                            {"reason", text_or_null(outcome.reason)}}));
}

EventSinksApi::Answer EventSinksApi::events(HttpRequest& request, const Caller& caller) {
  const auto sink = co_await named(request, caller);
  if (!sink) co_return problem_of(sink.error());
  const auto limit = limit_of(request);
  if (!limit) co_return problem_of(limit.error());
  const auto before = before_of(request, kEvent, ids_);
  if (!before) co_return problem_of(before.error());
  const auto state = state_named(words_of(request, "state"));
  if (!state) co_return problem_of(state.error());
  const auto page = co_await store_.events(caller.tenant->id, sink->id, {*limit, *before, *state});
  if (!page) co_return problem_of(page.error());
  co_return page_of("events", *page, kEvent, ids_, [this](const SinkEvent& event) { return event_json(event, ids_); });
}

EventSinksApi::Answer EventSinksApi::replay(HttpRequest& request, const Caller& caller) {
  const auto sink = co_await named(request, caller);
  if (!sink) co_return problem_of(sink.error());
  auto wish = replay_in(request, ids_);
  if (!wish) co_return problem_of(wish.error());
  const auto count = co_await sinks_.replay({caller.actor}, caller.tenant->id, sink->id, std::move(*wish));
  if (!count) co_return problem_of(count.error());
  co_return net::json_response(202,
                               json::serialize(json::object{{"events", *count}, {"more", *count == kMaxReplayed}}));
}

}  // namespace claw
