#include "simulator/tokens.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "simulator/graph.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

std::string in_words(TimePoint at) {
  return fmt::format("{:%A, %d-%b-%y %H:%M:%S} GMT", std::chrono::floor<std::chrono::seconds>(at));
}

bool has_expired(const Number& number, TimePoint now) {
  return number.token_state == TokenState::kExpired || (number.token_expires && now >= *number.token_expires);
}

GraphError session_error(int subcode, std::string_view why) {
  return {.http = 401,
          .code = 190,
          .message = fmt::format("Error validating access token: {}", why),
          .details = {},
          .subcode = subcode};
}

GraphError no_permission(const GraphCall& call) {
  if (call.edge == "messages")
    return {.http = 403,
            .code = 10,
            .message = "(#10) Application does not have permission for this action",
            .details = {}};
  return {.http = 403, .code = 200, .message = "(#200) Permissions error", .details = {}};
}

json::array granular_scopes(const Number& number, const json::array& scopes) {
  json::array granular;
  for (const auto& scope : scopes)
    granular.push_back(json::object{{"scope", scope}, {"target_ids", json::array{number.waba}}});
  return granular;
}

/// What the token must have been given for this call.
std::string_view permission_for(const GraphCall& call) {
  return call.edge == "messages" || call.edge == "media" ? kMessaging : kManagement;
}

bool has(const Number& number, std::string_view permission) {
  return number.token_state != TokenState::kNoPermission &&
         std::ranges::find(number.permissions, permission) != number.permissions.end();
}

}  // namespace

std::optional<GraphError> session_fault(const Number& number, TimePoint now) {
  if (number.token_state == TokenState::kRevoked)
    return session_error(467, "The session is invalid because the user logged out.");
  if (!has_expired(number, now)) return std::nullopt;
  return session_error(463, fmt::format("Session has expired on {}. The current time is {}.",
                                        in_words(number.token_expires.value_or(now)), in_words(now)));
}

std::optional<GraphError> token_refusal(const Number& number, const GraphCall& call, TimePoint now) {
  if (number.token_state == TokenState::kWrongApp)
    return errors::unknown_object(call.method == "GET" ? "get" : "post", call.object);
  if (auto fault = session_fault(number, now)) return fault;
  if (!has(number, permission_for(call))) return no_permission(call);
  return std::nullopt;
}

json::object debug_token(const Numbers& numbers, std::string_view token, TimePoint now) {
  const Number* number = numbers.with_token(token);
  json::object data{{"is_valid", false}, {"scopes", json::array()}};
  auto fault = number ? session_fault(*number, now) : errors::bad_token();
  if (number) {
    json::array scopes;
    for (const auto& permission : number->permissions)
      if (has(*number, permission)) scopes.emplace_back(permission);
    data = {{"app_id", number->token_state == TokenState::kWrongApp ? "1" + number->app_id : number->app_id},
            {"type", "SYSTEM_USER"},
            {"application", "Simulated app"},
            {"data_access_expires_at", 0},
            {"expires_at", number->token_expires ? to_ms(*number->token_expires) / 1000 : 0},
            {"is_valid", !fault},
            {"granular_scopes", granular_scopes(*number, scopes)}};
    data["scopes"] = std::move(scopes);
  }
  if (fault) {
    data["error"] = {{"code", fault->code}, {"message", fault->message}};
    if (fault->subcode != 0) data["error"].as_object()["subcode"] = fault->subcode;
  }
  return {{"data", std::move(data)}};
}

}  // namespace claw::sim
