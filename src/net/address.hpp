#pragma once

#include <string>

#include <boost/asio/generic/stream_protocol.hpp>

#include "base/result.hpp"

namespace claw::net {

/// A place to listen at, read from "127.0.0.1:8080", "[::1]:0" or "unix:/path".
struct ListenAddress {
  boost::asio::generic::stream_protocol::endpoint endpoint;
  std::string unix_path;  ///< Empty for TCP.
};

/// Fails with kInvalid, saying what it expected. Names are not resolved: a listener binds an address, not a name.
[[nodiscard]] Result<ListenAddress> parse_listen_address(const std::string& text);

/// The address without port; empty for a Unix socket.
[[nodiscard]] std::string ip_of(const boost::asio::generic::stream_protocol::endpoint& endpoint);
[[nodiscard]] std::uint16_t port_of(const boost::asio::generic::stream_protocol::endpoint& endpoint);

}  // namespace claw::net
