#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret_string.hpp"
#include "net/http.hpp"

namespace claw::net {

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  std::vector<HttpHeader> headers;
  SecretString bearer;  ///< Sent as `Authorization: Bearer …` where not empty; never to another host by redirect.
  std::string scheme = "Bearer";  ///< The word before it, where a server wants another.
  std::string body;
  std::string unix_socket;  ///< Connects to this socket file instead of the URL's host, where not empty.
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds total_timeout{30'000};  ///< From the call to the last byte of the answer.
  std::size_t max_response_bytes = 1024 * 1024;     ///< More: kAmbiguous, for the peer has acted.
};

struct ClientResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;
  bool http2 = false;
};

/// Sends one request and reads its answer. Redirects are not followed. Safe from any coroutine of the process.
class HttpClient {
 public:
  virtual ~HttpClient() = default;

  /// Any status is an answer. Fails with
  /// - kInvalid: the URL cannot be used, or leads to a network that is not allowed; nothing was sent;
  /// - kTransient: no connection could be made; nothing was sent;
  /// - kAmbiguous: the request may have been sent and no whole answer came;
  /// - kStopping: the client was stopped before anything was sent.
  /// Cancellation does not end the call; the time-out does.
  [[nodiscard]] virtual Task<Result<ClientResponse>> send(ClientRequest request) = 0;
};

}  // namespace claw::net
