#include "api/api_commands.hpp"

#include <algorithm>
#include <initializer_list>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "api/delivery_api.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using Answer = Result<json::object>;

/// One run of one command: what the handlers below share.
struct Call {
  const net::Router& routes;
  std::string tenant;
  std::string who;
  json::object arguments;

  [[nodiscard]] std::string text(std::string_view name) const {
    const auto* value = arguments.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
  }
  [[nodiscard]] bool flag(std::string_view name) const {
    const auto* value = arguments.if_contains(name);
    return value && value->is_bool() && value->get_bool();
  }
  /// Those of the arguments that were given, as the body of a request.
  [[nodiscard]] json::object given(std::initializer_list<std::string_view> names) const {
    json::object body;
    for (const auto name : names)
      if (const auto* value = arguments.if_contains(name)) body[name] = *value;
    return body;
  }
};

std::string problem_in(const net::HttpResponse& response) {
  boost::system::error_code fault;
  const auto body = json::parse(response.body, fault);
  const auto* detail = !fault && body.is_object() ? body.get_object().if_contains("detail") : nullptr;
  return detail && detail->is_string() ? std::string(detail->get_string())
                                       : fmt::format("the gateway answered {}", response.status);
}

/// Asks the API as the person at the keyboard. Arguments named in `query` go there.
Task<Answer> ask(const Call& call, std::string method, std::string path, json::object body = {},
                 std::vector<std::string> query = {}) {
  net::HttpRequest request;
  request.method = std::move(method);
  request.target = request.path = std::move(path);
  request.headers = {{"X-Claw-Tenant", call.tenant}, {"X-Claw-Operator", call.who}};
  if (request.method != "GET") request.body = json::serialize(body);
  for (const auto& name : query) {
    const auto* value = call.arguments.if_contains(name);
    if (!value) continue;
    request.query.emplace_back(name, value->is_string() ? call.text(name) : json::serialize(*value));
  }
  const auto response = co_await call.routes.dispatch(request);
  if (response.status == 204) co_return json::object{};
  if (response.status >= 300)
    co_return fail(response.status == 404 ? ErrorKind::kNotFound : ErrorKind::kInvalid, problem_in(response));
  co_return json::parse(response.body).as_object();
}

Task<Answer> list_dead(Call& call) {
  co_return co_await ask(call, "GET", "/api/v1/dead-letters", {}, {"state", "limit", "before"});
}

/// The ids of all that is dead now, oldest first, so that a person's answers go in the order in which they were to;
/// those beyond the limit are the oldest, and `more` says that there are some.
Task<Result<std::vector<std::string>>> all_dead(Call& call, bool& more) {
  std::vector<std::string> ids;
  call.arguments["limit"] = DeliveryApi::kMaxRerun;
  for (;;) {
    const auto page = co_await list_dead(call);
    if (!page) co_return std::unexpected(page.error());
    for (const auto& each : page->at("dead_letters").as_array()) ids.emplace_back(each.at("id").as_string());
    more = !page->at("next").is_null();
    if (!more || ids.size() >= ApiCommands::kMaxRerun) break;
    call.arguments["before"] = page->at("next");
  }
  std::ranges::reverse(ids);
  co_return ids;
}

Task<Answer> rerun(Call& call) {
  std::vector<std::string> ids;
  if (const auto* named = call.arguments.if_contains("ids"); named && named->is_array())
    for (const auto& each : named->get_array())
      if (each.is_string()) ids.emplace_back(each.get_string());
  const bool all = call.flag("all");
  if (all != ids.empty())
    co_return fail(ErrorKind::kInvalid, "say which: ids of messages, from dead-letters list, or --all");
  if (!all && call.arguments.contains("state"))
    co_return fail(ErrorKind::kInvalid, "--state is for --all: an id says itself which message is meant");
  bool more = false;
  if (all) {
    auto found = co_await all_dead(call, more);
    if (!found) co_return std::unexpected(found.error());
    ids = std::move(*found);
  }
  json::array again, left;
  for (std::size_t from = 0; from < ids.size(); from += DeliveryApi::kMaxRerun) {
    const auto end = std::min(ids.size(), from + DeliveryApi::kMaxRerun);
    json::array some;
    for (std::size_t i = from; i < end; ++i) some.push_back(json::value(ids[i]));
    auto told = co_await ask(call, "POST", "/api/v1/dead-letters/rerun", {{"ids", std::move(some)}});
    if (!told) co_return std::unexpected(told.error());
    for (auto& each : told->at("rerun").as_array()) again.push_back(std::move(each));
    for (auto& each : told->at("left").as_array()) left.push_back(std::move(each));
  }
  co_return json::object{{"rerun", std::move(again)}, {"left", std::move(left)}, {"more", more}};
}

constexpr std::string_view kSinks = "/api/v1/event-sinks";

Task<Answer> list_webhooks(Call& call) {
  co_return co_await ask(call, "GET", std::string(kSinks));
}

/// The path of the webhook that is meant, and of what is below it.
Task<Result<std::string>> webhook_path(Call& call, std::string_view below = "") {
  const auto wanted = call.text("webhook");
  const auto all = co_await list_webhooks(call);
  if (!all) co_return std::unexpected(all.error());
  std::vector<std::string> ids, names;
  for (const auto& each : all->at("sinks").as_array()) {
    std::string id(each.at("id").as_string());
    names.emplace_back(each.at("name").as_string());
    if (id == wanted) co_return fmt::format("{}/{}{}", kSinks, id, below);
    if (names.back() == wanted) ids.push_back(std::move(id));
  }
  if (ids.empty())
    co_return fail(ErrorKind::kNotFound, names.empty() ? "there is no webhook yet; clawcentral webhooks add makes one"
                                                       : fmt::format("there is no webhook \"{}\"; there are: {}",
                                                                     wanted, fmt::join(names, ", ")));
  if (ids.size() > 1)
    co_return fail(ErrorKind::kInvalid,
                   fmt::format("\"{}\" is the name of several; say its id: {}", wanted, fmt::join(ids, ", ")));
  co_return fmt::format("{}/{}{}", kSinks, ids.front(), below);
}

/// Asks about the webhook that is meant.
Task<Answer> ask_webhook(Call& call, std::string method, std::string_view below, json::object body = {},
                         std::vector<std::string> query = {}) {
  auto path = co_await webhook_path(call, below);
  if (!path) co_return std::unexpected(path.error());
  co_return co_await ask(call, std::move(method), std::move(*path), std::move(body), std::move(query));
}

Task<Answer> show_webhook(Call& call) {
  co_return co_await ask_webhook(call, "GET", "");
}

Task<Answer> add_webhook(Call& call) {
  co_return co_await ask(call, "POST", std::string(kSinks), call.given({"name", "url", "events"}));
}

Task<Answer> set_webhook(Call& call) {
  co_return co_await ask_webhook(call, "PATCH", "", call.given({"name", "url", "events", "enabled"}));
}

Task<Answer> rotate_webhook(Call& call) {
  co_return co_await ask_webhook(call, "POST", "/secret");
}

Task<Answer> remove_webhook(Call& call) {
  const auto gone = co_await ask_webhook(call, "DELETE", "");
  if (!gone) co_return std::unexpected(gone.error());
  co_return json::object{{"removed", call.text("webhook")}};
}

Task<Answer> test_webhook(Call& call) {
  co_return co_await ask_webhook(call, "POST", "/test");
}

Task<Answer> webhook_log(Call& call) {
  co_return co_await ask_webhook(call, "GET", "/events", {}, {"state", "limit", "before"});
}

Task<Answer> replay_webhook(Call& call) {
  const bool names_events = call.arguments.contains("events");
  if (names_events == (call.arguments.contains("from") && call.arguments.contains("to")))
    co_return fail(ErrorKind::kInvalid, "say which: ids of events, from webhooks log, or a time by --from and --to");
  co_return co_await ask_webhook(call, "POST", "/replay",
                                 names_events ? call.given({"events"}) : call.given({"from", "to", "state"}));
}

struct Known {
  const char* name;
  Task<Answer> (*run)(Call&);
};

constexpr Known kCommands[] = {
    {"dead_letters.list", &list_dead},    {"dead_letters.rerun", &rerun},       {"webhooks.list", &list_webhooks},
    {"webhooks.show", &show_webhook},     {"webhooks.add", &add_webhook},       {"webhooks.set", &set_webhook},
    {"webhooks.rotate", &rotate_webhook}, {"webhooks.remove", &remove_webhook}, {"webhooks.test", &test_webhook},
    {"webhooks.log", &webhook_log},       {"webhooks.replay", &replay_webhook},
};

}  // namespace

bool ApiCommands::is_mine(std::string_view command) {
  return std::ranges::any_of(kCommands, [command](const Known& each) { return command == each.name; });
}

Task<Result<std::string>> ApiCommands::run(std::string command, std::string arguments, std::string who) const {
  boost::system::error_code fault;
  auto parsed = json::parse(arguments, fault);
  if (fault || !parsed.is_object()) co_return fail(ErrorKind::kInvalid, "the arguments are no JSON object in UTF-8");
  Call call{routes_, "", std::move(who), std::move(parsed.get_object())};
  call.tenant = call.text("tenant");
  const auto* const known = std::ranges::find(kCommands, command, &Known::name);
  if (known == std::end(kCommands))
    co_return fail(ErrorKind::kInvalid, fmt::format("there is no command \"{}\"", command));
  const auto answer = co_await known->run(call);
  if (!answer) co_return std::unexpected(answer.error());
  co_return json::serialize(*answer);
}

}  // namespace claw
