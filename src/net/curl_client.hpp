#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/io_pool.hpp"
#include "net/client.hpp"

namespace claw::net {

/// Which addresses outgoing calls may reach. Checked on the address that is about to be connected, after DNS, so that
/// a name cannot lead inside.
class AddressPolicy {
 public:
  /// Public addresses only, and the given networks ("127.0.0.0/8", "10.1.2.3", "fd00::/8").
  /// Fails with kInvalid naming the network that cannot be read.
  [[nodiscard]] static Result<AddressPolicy> make(const std::vector<std::string>& allowed_private);

  /// `address` is an IPv4 or IPv6 literal. An IPv4 address mapped into IPv6 is judged as IPv4.
  [[nodiscard]] bool allows(const std::string& address) const;

 private:
  struct Network {
    std::vector<unsigned char> bytes;
    int prefix;
  };
  std::vector<Network> allowed_;
};

/// HttpClient over libcurl's multi interface on the io threads: connections are kept and shared by all calls of a
/// thread; HTTP/2 where the peer offers it by ALPN, with many calls on one connection.
class CurlClient final : public HttpClient {
 public:
  struct Options {
    AddressPolicy addresses;
    std::string user_agent = "ClawCentral/" CLAW_VERSION;
    std::string ca_file;                      ///< Trusted instead of the system's store where not empty.
    std::size_t max_connections_per_host = 64;  ///< Per io thread; further calls wait their turn within their time-out.
  };
  /// `io` must outlive this object.
  CurlClient(IoPool& io, Options options);
  /// Calls under way end with kAmbiguous. REQUIRES: the io threads still run, or were stopped.
  ~CurlClient() override;

  [[nodiscard]] Task<Result<ClientResponse>> send(ClientRequest request) override;

 private:
  struct Loop;
  std::vector<std::shared_ptr<Loop>> loops_;  // one an io thread; shared with its pending socket waits
  std::shared_ptr<const Options> options_;    // shared with the loops, which may end later
};

}  // namespace claw::net
