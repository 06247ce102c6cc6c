#pragma once

#include "base/clock.hpp"
#include "net/client.hpp"
#include "tenancy/tenant.hpp"

namespace claw {

/// Sends a request to an agent's server. A call is not repeated once the request was sent, but for 429 and 503, which
/// say that nothing was done: those wait as Retry-After asks, until `deadline`. Fails as HttpClient::send.
[[nodiscard]] Task<Result<net::ClientResponse>> call_agent(net::HttpClient& http, Clock& clock,
                                                           net::ClientRequest request, TimePoint deadline);

/// The tenant's secret that an agent names; null where it names none. kInvalid where it is not set.
[[nodiscard]] Result<const SecretString*> secret_of(const Agent& agent, const Tenant& tenant);

/// The answer where it is a 2xx; else why not, in words for the tenant's admin.
[[nodiscard]] Result<net::ClientResponse> accepted(const Agent& agent, Result<net::ClientResponse> answer);

}  // namespace claw
