#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret_string.hpp"
#include "net/http.hpp"

namespace claw::net {

/// The bytes of a request's body, read while they are sent.
class BodySource {
 public:
  virtual ~BodySource() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Fills the front of `to`, which is not empty, and says with how many bytes; 0 only after size() of them. Called on
  /// an io thread, one call after the other: it may read a piece of a local file and do nothing slower. A failure ends
  /// the request with it.
  [[nodiscard]] virtual Result<std::size_t> read(std::span<char> to) = 0;
};

/// Takes the bytes of an answer's body as they come.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// Called as BodySource::read() is, with pieces of 16 KiB at most. A failure ends the request with it.
  [[nodiscard]] virtual Result<void> write(std::string_view bytes) = 0;
};

/// Who signs a request as Amazon's services and their likes want it (Signature Version 4).
struct AwsSigner {
  std::string region;
  std::string service;
  std::string key_id;
  SecretString secret;
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  std::vector<HttpHeader> headers;
  SecretString bearer;  ///< Sent as `Authorization: Bearer …` where not empty; never to another host by redirect.
  std::string scheme = "Bearer";  ///< The word before it, where a server wants another.
  std::string body;
  /// Where set, the body is read from here. Shared with the call, which may outlast whoever waits for it.
  std::shared_ptr<BodySource> source = {};
  /// Where set, the body of a 2xx answer goes here; of others it is in the answer as ever. Shared as `source` is.
  std::shared_ptr<BodySink> sink = {};
  std::optional<AwsSigner> aws = {};
  std::string unix_socket;  ///< Connects to this socket file instead of the URL's host, where not empty.
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds total_timeout{30'000};  ///< From the call to the last byte of the answer.
  /// Without a KiB a second for so long the call ends; 0: total_timeout alone counts.
  std::chrono::seconds stall_timeout{0};
  std::size_t max_response_bytes = 1024 * 1024;  ///< More: kAmbiguous, for the peer has acted.
  bool asks_certificate = false;                 ///< The answer should say how long the server's certificate counts.
};

/// From when to when a server's own certificate counts.
struct CertificateLife {
  TimePoint begins, ends;
};

struct ClientResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;
  bool http2 = false;
  std::optional<CertificateLife> certificate = {};  ///< Where the request asked; nothing without TLS.
};

/// Sends one request and reads its answer. Redirects are not followed. Safe from any coroutine of the process.
class HttpClient {
 public:
  virtual ~HttpClient() = default;

  /// Any status is an answer. Fails with
  /// - kInvalid: the URL cannot be used, or leads to a network that is not allowed; nothing was sent;
  /// - kTransient: no connection could be made; nothing was sent;
  /// - kAmbiguous: the request may have been sent and no whole answer came;
  /// - whatever its source or sink failed with;
  /// - kStopping: the client was stopped before anything was sent.
  /// Cancellation does not end the call; the time-out does.
  [[nodiscard]] virtual Task<Result<ClientResponse>> send(ClientRequest request) = 0;
};

}  // namespace claw::net
