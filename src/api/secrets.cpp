#include "api/body.hpp"
#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/settings_api.hpp"
#include "base/crypto.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

HttpResponse secret_response(const Tenant& tenant, const std::string& name) {
  const auto view = secret_view(tenant, name);
  return versioned(200, secret_json(view), view.set ? view.set->version : std::string());
}

}  // namespace

SettingsApi::Answer SettingsApi::list_secrets(HttpRequest&, const Caller& caller) {
  json::array list;
  for (const auto& view : secret_views(*caller.tenant)) list.push_back(secret_json(view));
  co_return net::json_response(200, json::serialize(json::object{{"secrets", std::move(list)}}));
}

SettingsApi::Answer SettingsApi::show_secret(HttpRequest& request, const Caller& caller) {
  const std::string name(request.param("name"));
  if (!known_secret(name) && !caller.tenant->secrets_set.contains(name))
    co_return problem(404, "Not found", "There is no such secret.");
  co_return secret_response(*caller.tenant, name);
}

SettingsApi::Answer SettingsApi::set_secret(HttpRequest& request, const Caller& caller) {
  auto by = by_of(request, caller);
  if (!by) co_return problem_of(by.error());
  auto body = body_of(request, {"value", "description"});
  if (!body) co_return problem_of(body.error());
  auto value = secret_in(*body, "value");
  if (!value) co_return problem_of(value.error());
  auto description = text_in(*body, "description");
  if (!description) co_return problem_of(description.error());
  const std::string name(request.param("name"));
  SecretChange change{name, std::move(*value), std::move(*description)};
  const auto changed = co_await admin_.set_secret(std::move(*by), caller.tenant, std::move(change));
  if (!changed) co_return problem_of(changed.error());
  co_return secret_response(**changed, name);
}

SettingsApi::Answer SettingsApi::delete_secret(HttpRequest& request, const Caller& caller) {
  auto by = by_of(request, caller);
  if (!by) co_return problem_of(by.error());
  const auto gone = co_await admin_.delete_secret(std::move(*by), caller.tenant, std::string(request.param("name")));
  co_return gone ? no_content() : problem_of(gone.error());
}

SettingsApi::Answer SettingsApi::make_verify_token(HttpRequest&, const Caller&) {
  constexpr std::size_t kBytes = 24;
  auto response = net::json_response(200, json::serialize(json::object{{"value", to_base64url(random_bytes(kBytes))}}));
  response.headers.push_back({"Cache-Control", "no-store"});
  co_return response;
}

}  // namespace claw
