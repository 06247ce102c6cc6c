#include "api/rest_api.hpp"

#include <charconv>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "api/json_view.hpp"
#include "api/problem.hpp"
#include "whatsapp/utf8.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

Result<std::size_t> limit_of(const HttpRequest& request) {
  const auto text = request.query_value("limit");
  if (!text) return 50;
  std::size_t limit = 0;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (fault != std::errc{} || end != text->data() + text->size() || limit < 1 || limit > RestApi::kMaxLimit)
    return fail(ErrorKind::kInvalid, fmt::format("limit must be a whole number from 1 to {}", RestApi::kMaxLimit));
  return limit;
}

Result<std::int64_t> before_of(const HttpRequest& request, char kind, const PublicIds& ids) {
  const auto text = request.query_value("before");
  if (!text) return 0;
  const auto number = ids.number(kind, *text);
  if (!number) return fail(ErrorKind::kInvalid, "before must be an id from an earlier answer");
  return *number;
}

Result<std::optional<Direction>> direction_of(const HttpRequest& request) {
  const auto text = request.query_value("direction");
  if (!text) return std::nullopt;
  if (*text == "inbound") return Direction::kInbound;
  if (*text == "outbound") return Direction::kOutbound;
  return fail(ErrorKind::kInvalid, "direction must be inbound or outbound");
}

/// A page and where the next one begins: it is full by number or by weight.
template <class Record>
HttpResponse page(std::string_view name, json::array list, const std::vector<Record>& records, std::size_t limit) {
  std::size_t bytes = 0;
  for (const auto& record : records) bytes += weight_of(record);
  const bool full = list.size() == limit || bytes >= kMaxPageBytes;
  json::value next = full ? list.back().as_object().at("id") : json::value(nullptr);
  return net::json_response(200, json::serialize(json::object{{name, std::move(list)}, {"next", std::move(next)}}));
}

Result<std::string> key_of(const HttpRequest& request) {
  std::string key(request.param("key"));
  if (key.empty() || key.size() > RestApi::kMaxKeyBytes)
    return fail(ErrorKind::kInvalid, fmt::format("a key has 1 to {} bytes", RestApi::kMaxKeyBytes));
  if (whatsapp::valid_utf8(key) != key) return fail(ErrorKind::kInvalid, "a key must be UTF-8");
  return key;
}

Result<std::string> value_of(const HttpRequest& request, std::string_view key) {
  boost::system::error_code fault;
  const auto body = json::parse(request.body, fault);
  const auto* value = !fault && body.is_object() ? body.get_object().if_contains("value") : nullptr;
  if (!value || !value->is_string()) return fail(ErrorKind::kInvalid, R"(the body must be {"value": "some text"})");
  if (value->get_string().size() > RestApi::kMaxValueBytes)
    return fail(ErrorKind::kInvalid, fmt::format("a value has at most {} bytes", RestApi::kMaxValueBytes));
  if (key.starts_with("wa:") && (value->get_string().empty() || value->get_string().size() > 200))
    return fail(ErrorKind::kInvalid, "a wa: key holds the id of a user: 1 to 200 bytes");
  return std::string(value->get_string());
}

}  // namespace

void RestApi::add(net::Router& router, std::string method, std::string_view path, Route route) {
  router.add(std::move(method), path, [this, route](HttpRequest& request) -> Task<HttpResponse> {
    auto credentials = request.header("Authorization");
    constexpr std::string_view kScheme = "Bearer ";
    auto tenant = credentials.starts_with(kScheme) ? directory_.by_token(credentials.substr(kScheme.size())) : nullptr;
    if (!tenant)
      co_return problem(401, "Not signed in",
                        "Send an API token as Authorization: Bearer …; clawcentral token create makes one.");
    if (!tenant->enabled) co_return problem(403, "Disabled", "This tenant is disabled; the operator can enable it.");
    co_return co_await (this->*route)(request, std::move(tenant));
  });
}

void RestApi::add_routes(net::Router& router) {
  add(router, "GET", "/api/v1/messages", &RestApi::list_messages);
  add(router, "GET", "/api/v1/messages/{id}", &RestApi::show_message);
  add(router, "GET", "/api/v1/events", &RestApi::list_events);
  add(router, "GET", "/api/v1/kv/{key...}", &RestApi::kv_get);
  add(router, "PUT", "/api/v1/kv/{key...}", &RestApi::kv_put);
  add(router, "DELETE", "/api/v1/kv/{key...}", &RestApi::kv_delete);
}

Task<HttpResponse> RestApi::list_messages(HttpRequest& request, TenantRef tenant) {
  const auto limit = limit_of(request);
  const auto before = before_of(request, 'm', ids_);
  const auto direction = direction_of(request);
  if (!limit) co_return problem_of(limit.error());
  if (!before) co_return problem_of(before.error());
  if (!direction) co_return problem_of(direction.error());
  MessageFilter filter{*limit, MessageId{*before}, std::string(request.query_value("user").value_or("")), *direction};
  const auto records = co_await ledger_.messages(tenant->id, std::move(filter));
  if (!records) co_return problem_of(records.error());
  json::array list;
  for (const auto& record : *records) list.push_back(message_json(record, ids_));
  co_return page("messages", std::move(list), *records, *limit);
}

Task<HttpResponse> RestApi::show_message(HttpRequest& request, TenantRef tenant) {
  const auto id = ids_.number('m', request.param("id"));
  if (!id) co_return problem(404, "Not found", "There is no such message.");
  const auto record = co_await ledger_.message(tenant->id, MessageId{*id});
  if (!record) co_return problem_of(record.error());
  co_return net::json_response(200, json::serialize(message_detail_json(*record, ids_)));
}

Task<HttpResponse> RestApi::list_events(HttpRequest& request, TenantRef tenant) {
  const auto limit = limit_of(request);
  const auto before = before_of(request, 'e', ids_);
  if (!limit) co_return problem_of(limit.error());
  if (!before) co_return problem_of(before.error());
  EventFilter filter{*limit, *before, std::string(request.query_value("kind").value_or(""))};
  const auto records = co_await ledger_.events(tenant->id, std::move(filter));
  if (!records) co_return problem_of(records.error());
  json::array list;
  for (const auto& record : *records) list.push_back(event_json(record, ids_));
  co_return page("events", std::move(list), *records, *limit);
}

Task<HttpResponse> RestApi::kv_get(HttpRequest& request, TenantRef tenant) {
  const auto key = key_of(request);
  if (!key) co_return problem_of(key.error());
  const auto value = co_await ledger_.kv_get(tenant->id, *key);
  if (!value) co_return problem_of(value.error());
  co_return net::json_response(200, json::serialize(json::object{{"key", *key}, {"value", *value}}));
}

Task<HttpResponse> RestApi::kv_put(HttpRequest& request, TenantRef tenant) {
  const auto key = key_of(request);
  if (!key) co_return problem_of(key.error());
  auto value = value_of(request, *key);
  if (!value) co_return problem_of(value.error());
  const std::string shown = *value;
  if (const auto kept = co_await ledger_.kv_put(tenant->id, *key, std::move(*value)); !kept)
    co_return problem_of(kept.error());
  co_return net::json_response(200, json::serialize(json::object{{"key", *key}, {"value", shown}}));
}

Task<HttpResponse> RestApi::kv_delete(HttpRequest& request, TenantRef tenant) {
  const auto key = key_of(request);
  if (!key) co_return problem_of(key.error());
  if (const auto gone = co_await ledger_.kv_delete(tenant->id, *key); !gone) co_return problem_of(gone.error());
  HttpResponse response;
  response.status = 204;
  response.content_type.clear();
  co_return response;
}

}  // namespace claw
