#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "base/result.hpp"
#include "net/http.hpp"
#include "net/router.hpp"

namespace claw::sim {

/// What the parts of the control API share.

/// True for a request that another site's page makes: its Origin is not the address it was sent to.
[[nodiscard]] bool from_elsewhere(const net::HttpRequest& request);

/// Adds a route that refuses what comes from_elsewhere() with 403 and leaves the rest to `handler`, which must not
/// wait.
void add_route(net::Router& router, std::string method, std::string_view pattern,
               std::function<net::HttpResponse(const net::HttpRequest&)> handler);

[[nodiscard]] net::HttpResponse json_answer(int status, const boost::json::value& value);

/// The JSON in a body. Both fail with kInvalid in words for the client.
[[nodiscard]] Result<boost::json::object> body_object(const net::HttpRequest& request);
[[nodiscard]] Result<boost::json::value> body_json(const net::HttpRequest& request);

/// A string member; empty where it is missing. Fails with kInvalid for another kind.
[[nodiscard]] Result<std::string> member(const boost::json::object& object, std::string_view name);

}  // namespace claw::sim
