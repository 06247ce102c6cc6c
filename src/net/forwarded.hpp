#pragma once

#include "net/http.hpp"
#include "net/network_set.hpp"

namespace claw::net {

/// The address of the client: the peer, or where that is one of `proxies` the last address in X-Forwarded-For that is
/// none of them. What stands before it was written by whoever asked.
[[nodiscard]] std::string client_address(const HttpRequest& request, const NetworkSet& proxies);

/// True if the peer is one of `proxies` and says that it was reached by https.
[[nodiscard]] bool came_by_https(const HttpRequest& request, const NetworkSet& proxies);

}  // namespace claw::net
