#pragma once
// Private to this folder: what every call of the Graph API has in common.

#include <string_view>

#include "graph/graph_client.hpp"

namespace claw {

/// A call of `path` ("111/messages"), without body, with the token of `phone_number_id` in the header; appsecret_proof
/// where there is an app secret for it.
[[nodiscard]] net::ClientRequest graph_request(const GraphClient::Options& options, const Tenant& tenant,
                                               std::string_view phone_number_id, std::string_view method,
                                               std::string_view path);

/// The same with credentials that are named.
[[nodiscard]] net::ClientRequest graph_request(const GraphClient::Options& options, const SecretString& token,
                                               const SecretString& app_secret, std::string_view method,
                                               std::string_view path);

/// Sends `request`, and tells the delivery log of it and of what came: without token, app secret and proof, whatever
/// Meta repeats of them. Of a body that is read or written in pieces nothing is told. Fails as HttpClient::send.
[[nodiscard]] Task<Result<net::ClientResponse>> exchange(net::HttpClient& http, const GraphClient::Options& options,
                                                         TenantRef tenant, std::string phone_number_id,
                                                         net::ClientRequest request);

/// Ids of Meta's are digits. What is something else must not become another path of the API.
[[nodiscard]] bool is_id(std::string_view text);

/// Adds ?name=value; `value` must not need escaping.
void add_query(std::string& url, std::string_view name, std::string_view value);

/// Meta's error in words for a tenant's admin. `unseen` is said where Meta shows nothing of what was asked for.
[[nodiscard]] std::string words_of(const whatsapp::GraphError& error, std::string_view unseen);

/// Why no call was made.
[[nodiscard]] GraphFailure no_token();
/// Why a call has no answer.
[[nodiscard]] GraphFailure no_answer(const Error& error);

[[nodiscard]] Counter& graph_calls(Metrics& metrics, const char* result);

}  // namespace claw
