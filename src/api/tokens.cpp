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

Result<Permissions> scopes_in(const json::object& body) {
  const auto* given = body.if_contains("scopes");
  if (!given || !given->is_array()) return fail(ErrorKind::kInvalid, "scopes must be a list of names of permissions");
  Permissions scopes;
  for (const auto& each : given->get_array()) {
    const auto permission = each.is_string() ? permission_named(each.get_string()) : std::nullopt;
    if (!permission)
      return fail(ErrorKind::kInvalid, fmt::format("there is no scope {}; there are {} and platform",
                                                   json::serialize(each), permissions_of(Role::kOwner).text()));
    scopes.add(*permission);
  }
  return scopes;
}

Result<TokenWish> wish_in(HttpRequest& request) {
  const auto body = body_of(request, {"label", "scopes", "expires_in_days"});
  if (!body) return std::unexpected(body.error());
  auto label = text_of(*body, "label");
  if (!label) return std::unexpected(label.error());
  const auto scopes = scopes_in(*body);
  if (!scopes) return std::unexpected(scopes.error());
  const auto days = integer_in(*body, "expires_in_days");
  if (!days) return std::unexpected(days.error());
  return TokenWish{std::move(*label), *scopes, *days};
}

}  // namespace

SettingsApi::Answer SettingsApi::list_tokens(HttpRequest&, const Caller& caller) {
  const auto rows = co_await admin_.tokens(caller.tenant);
  if (!rows) co_return problem_of(rows.error());
  json::array list;
  for (const auto& row : *rows) list.push_back(token_json(row, ids_));
  co_return net::json_response(200, json::serialize(json::object{{"tokens", std::move(list)}}));
}

SettingsApi::Answer SettingsApi::create_token(HttpRequest& request, const Caller& caller) {
  auto wish = wish_in(request);
  if (!wish) co_return problem_of(wish.error());
  // Who could give away more than they have would have it.
  if (!caller.permissions.includes(wish->scopes))
    co_return problem(403, "Not allowed", "A token cannot have a scope that you do not have yourself.");
  const auto made = co_await admin_.create_token({caller.actor}, caller.tenant, std::move(*wish));
  if (!made) co_return problem_of(made.error());
  auto shown = token_json(made->row, ids_);
  shown["token"] = made->token;
  auto response = net::json_response(201, json::serialize(shown));
  response.headers.push_back({"Cache-Control", "no-store"});
  co_return response;
}

SettingsApi::Answer SettingsApi::revoke_token(HttpRequest& request, const Caller& caller) {
  const auto id = ids_.number('t', request.param("id"));
  if (!id) co_return problem(404, "Not found", "There is no such token.");
  const auto gone = co_await admin_.revoke_token({caller.actor}, caller.tenant, *id);
  co_return gone ? no_content() : problem_of(gone.error());
}

}  // namespace claw
