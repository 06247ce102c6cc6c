#include "simulator/half_request.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/url.hpp>
#include <fmt/format.h>

namespace claw::sim {

namespace {

constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr std::chrono::seconds kPatience{3};

}  // namespace

Task<> send_half(std::string url, std::string body) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed || parsed->scheme() != "http") co_return;
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::ip::tcp::resolver resolver(executor);
  const std::string host = parsed->host_address();
  const std::string port = parsed->has_port() ? std::string(parsed->port()) : "80";
  const auto [unknown, places] = co_await resolver.async_resolve(host, port, kTuple);
  if (unknown) co_return;
  boost::beast::tcp_stream stream(executor);
  stream.expires_after(kPatience);
  const auto [fault, place] = co_await stream.async_connect(places, kTuple);
  if (fault) co_return;
  const std::string_view path = parsed->encoded_target().empty() ? "/" : std::string_view(parsed->encoded_target());
  const std::string half = fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", path,
      std::string_view(parsed->encoded_host_and_port()), body.size(), body.substr(0, body.size() / 2));
  co_await boost::asio::async_write(stream, boost::asio::buffer(half), kTuple);
  stream.close();
}

}  // namespace claw::sim
