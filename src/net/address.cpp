#include "net/address.hpp"

#include <arpa/inet.h>
#include <charconv>
#include <netinet/in.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <fmt/format.h>

namespace claw::net {

Result<ListenAddress> parse_listen_address(const std::string& text) {
  using boost::asio::generic::stream_protocol;
  if (text.starts_with("unix:")) {
    const std::string path = text.substr(5);
    // sun_path takes 108 bytes with its end; longer paths fail with a message that helps nobody.
    if (path.empty() || path.size() > 100)
      return fail(ErrorKind::kInvalid, fmt::format("the socket path \"{}\" must have 1 to 100 characters", path));
    return ListenAddress{stream_protocol::endpoint(boost::asio::local::stream_protocol::endpoint(path)), path};
  }
  const auto colon = text.rfind(':');
  const auto malformed = [&] {
    return fail(ErrorKind::kInvalid,
                fmt::format("\"{}\" is no address to listen on; write it like 127.0.0.1:8080 or [::1]:8080", text));
  };
  if (colon == std::string::npos) return malformed();
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data() + colon + 1, end, port);
  boost::system::error_code ec;
  const auto address = boost::asio::ip::make_address(host, ec);
  if (fault != std::errc{} || stop != end || ec) return malformed();
  return ListenAddress{stream_protocol::endpoint(boost::asio::ip::tcp::endpoint(address, port)), ""};
}

std::string ip_of(const boost::asio::generic::stream_protocol::endpoint& endpoint) {
  char text[INET6_ADDRSTRLEN] = "";
  if (endpoint.data()->sa_family == AF_INET)
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(endpoint.data())->sin_addr, text, sizeof text);
  else if (endpoint.data()->sa_family == AF_INET6)
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(endpoint.data())->sin6_addr, text, sizeof text);
  return text;
}

std::uint16_t port_of(const boost::asio::generic::stream_protocol::endpoint& endpoint) {
  if (endpoint.data()->sa_family == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in*>(endpoint.data())->sin_port);
  if (endpoint.data()->sa_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6*>(endpoint.data())->sin6_port);
  return 0;
}

}  // namespace claw::net
