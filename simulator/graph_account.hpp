#pragma once

#include <expected>

#include <boost/json.hpp>

#include "simulator/graph.hpp"

namespace claw::sim {

/// What Graph tells of a number, its account, the apps that hear of it, and of a token. Each answers one call whose
/// access was checked, except answer_debug_token() and answer_subscriptions(), which check their own.

/// GET /{number}: what is told without ?fields=, or the fields that were asked for.
[[nodiscard]] boost::json::object answer_number(const GraphCall& call, const Number& number);

/// GET /{waba}: the same of the number's account.
[[nodiscard]] boost::json::object answer_waba(const GraphCall& call, const Number& number);

/// GET /{waba}/phone_numbers.
[[nodiscard]] boost::json::object answer_phone_numbers(const Meta& meta, const GraphCall& call);

/// GET and POST /{waba}/subscribed_apps. After a POST the account's numbers have their webhooks delivered.
[[nodiscard]] boost::json::object answer_subscribed_apps(Meta& meta, const GraphCall& call, const Number& number);

/// GET /{app id}/subscriptions, with "{app id}|{app secret}" as the token and no other: where the app wants webhooks,
/// and of which fields.
[[nodiscard]] std::expected<boost::json::object, GraphError> answer_subscriptions(const Meta& meta,
                                                                                  const GraphCall& call);

/// GET /debug_token. Meta wants a token of the app that made the other one; here any that is known and still good, or
/// "{app id}|{app secret}". A wrong appsecret_proof is refused as everywhere.
[[nodiscard]] std::expected<boost::json::object, GraphError> answer_debug_token(const Meta& meta,
                                                                                const GraphCall& call);

}  // namespace claw::sim
