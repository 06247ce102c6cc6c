#include <boost/json.hpp>
#include <fmt/format.h>

#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/rest_api.hpp"
#include "whatsapp/utf8.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

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

json::object entry_json(const std::string& key, const std::string& value) {
  return {{"key", key}, {"value", value}};
}

}  // namespace

RestApi::Answer RestApi::kv_list(HttpRequest& request, TenantRef tenant) {
  const auto limit = limit_of(request);
  if (!limit) co_return problem_of(limit.error());
  const auto page =
      co_await ledger_.kv_list(tenant->id, {*limit, words_of(request, "after"), words_of(request, "prefix")});
  if (!page) co_return problem_of(page.error());
  json::array list;
  for (const auto& entry : *page) list.push_back(entry_json(entry.key, entry.value));
  co_return page_of("entries", std::move(list), page->next);
}

RestApi::Answer RestApi::kv_get(HttpRequest& request, TenantRef tenant) {
  const auto key = key_of(request);
  if (!key) co_return problem_of(key.error());
  const auto value = co_await ledger_.kv_get(tenant->id, *key);
  if (!value) co_return problem_of(value.error());
  co_return tagged(request, entry_json(*key, *value), kv_version(*value));
}

RestApi::Answer RestApi::kv_put(HttpRequest& request, TenantRef tenant) {
  const auto key = key_of(request);
  auto condition = condition_of(request);
  if (!key) co_return problem_of(key.error());
  if (!condition) co_return problem_of(condition.error());
  auto value = value_of(request, *key);
  if (!value) co_return problem_of(value.error());
  const std::string shown = *value;
  if (const auto kept = co_await ledger_.kv_put(tenant->id, *key, std::move(*value), std::move(*condition)); !kept)
    co_return problem_of(kept.error());
  auto response = net::json_response(200, json::serialize(entry_json(*key, shown)));
  response.headers.push_back({"ETag", fmt::format("\"{}\"", kv_version(shown))});
  co_return response;
}

RestApi::Answer RestApi::kv_delete(HttpRequest& request, TenantRef tenant) {
  const auto key = key_of(request);
  auto condition = condition_of(request);
  if (!key) co_return problem_of(key.error());
  if (!condition) co_return problem_of(condition.error());
  if (const auto gone = co_await ledger_.kv_delete(tenant->id, *key, std::move(*condition)); !gone)
    co_return problem_of(gone.error());
  co_return no_content();
}

}  // namespace claw
