#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/io_pool.hpp"
#include "net/client.hpp"
#include "net/network_set.hpp"

namespace claw::net {

/// HttpClient over libcurl's multi interface on the io threads: connections are kept and shared by all calls of a
/// thread; HTTP/2 where the peer offers it by ALPN, with many calls on one connection.
class CurlClient final : public HttpClient {
 public:
  struct Options {
    AddressPolicy addresses;
    std::string user_agent = "ClawCentral/" CLAW_VERSION;
    std::string ca_file;                        ///< Trusted instead of the system's store where not empty.
    std::size_t max_connections_per_host = 64;  ///< Per io thread; further calls wait their turn within their time-out.
  };
  /// `io` must outlive this object.
  CurlClient(IoPool& io, Options options);
  /// close().
  ~CurlClient() override;

  /// Ends the calls under way with kAmbiguous, and every later one with kStopping. Idempotent.
  void close();

  [[nodiscard]] Task<Result<ClientResponse>> send(ClientRequest request) override;

 private:
  struct Loop;
  std::vector<std::shared_ptr<Loop>> loops_;  // one an io thread; shared with its pending socket waits
  std::shared_ptr<const Options> options_;    // shared with the loops, which may end later
};

}  // namespace claw::net
