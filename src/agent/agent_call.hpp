#pragma once

#include "base/clock.hpp"
#include "net/client.hpp"

namespace claw {

/// Sends a request to an agent's server. A call is not repeated once the request was sent, but for 429 and 503, which
/// say that nothing was done: those wait as Retry-After asks, until `deadline`. Fails as HttpClient::send.
[[nodiscard]] Task<Result<net::ClientResponse>> call_agent(net::HttpClient& http, Clock& clock,
                                                           net::ClientRequest request, TimePoint deadline);

}  // namespace claw
