#include "simulator/webhook_client.hpp"

#include <chrono>
#include <unordered_map>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/url.hpp>
#include <fmt/format.h>

namespace claw::sim {

namespace http = boost::beast::http;

namespace {

constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);
using Steady = std::chrono::steady_clock;

}  // namespace

struct WebhookClient::Connection {
  explicit Connection(const Executor& executor) : stream(executor) {}
  boost::beast::tcp_stream stream;
  boost::beast::flat_buffer buffer;
  Steady::time_point idle_since;
  bool used = false;  ///< It has carried a request already, so the other side may have closed it.
};

/// Where a callback's connections go to, and what stands at the head of each of its requests.
struct WebhookClient::Place {
  std::string host, port, head;
  std::vector<std::unique_ptr<Connection>> idle;  ///< The freshest last.
};

struct WebhookClient::Thread {
  static constexpr std::size_t kMaxPlaces = 10'000;  ///< As many as there may be numbers.
  /// By URL. Shared with the calls under way, so that places can be forgotten.
  std::unordered_map<std::string, std::shared_ptr<Place>> places;
};

WebhookClient::WebhookClient(IoPool& io, net::HttpClient& general) : io_(io), general_(general) {
  for (std::size_t i = 0; i < io.size(); ++i) threads_.push_back(std::make_unique<Thread>());
}

WebhookClient::~WebhookClient() = default;

Task<Result<net::ClientResponse>> WebhookClient::post(std::string url, std::string_view signature,
                                                      std::string_view body) {
  const auto here = co_await boost::asio::this_coro::executor;
  std::size_t index = 0;
  while (index + 1 < threads_.size() && io_.executor(index) != here) ++index;
  auto& places = threads_[index]->places;
  std::shared_ptr<Place> place;
  if (const auto known = places.find(url); known != places.end()) place = known->second;
  if (!place) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || parsed->scheme() != "http") {
      net::ClientRequest request;
      request.method = "POST";
      request.url = std::move(url);
      request.headers = {
          {"Content-Type", "application/json"}, {"X-Hub-Signature-256", std::string(signature)}, {"Accept", "*/*"}};
      request.body = body;
      request.connect_timeout = kConnectPatience;
      request.total_timeout = kPatience;
      co_return co_await general_.send(std::move(request));
    }
    place = std::make_shared<Place>();
    place->host = parsed->host_address();
    place->port = parsed->has_port() ? std::string(parsed->port()) : "80";
    const std::string target(parsed->encoded_path().empty() ? "/" : parsed->encoded_path());
    place->head = fmt::format(
        "POST {}{}{} HTTP/1.1\r\nHost: {}\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\n"
        "Content-Type: application/json\r\n",
        target, parsed->has_query() ? "?" : "", std::string_view(parsed->encoded_query()),
        std::string_view(parsed->encoded_host_and_port()));
    if (places.size() >= Thread::kMaxPlaces) places.clear();
    places.emplace(std::move(url), place);
  }
  const std::string request = fmt::format("{}X-Hub-Signature-256: {}\r\nContent-Length: {}\r\n\r\n{}", place->head,
                                          signature, body.size(), body);
  co_return co_await post_kept(*place, request);
}

Task<Result<net::ClientResponse>> WebhookClient::post_kept(Place& place, const std::string& request) {
  const auto executor = co_await boost::asio::this_coro::executor;
  while (true) {
    std::unique_ptr<Connection> connection;
    if (!place.idle.empty()) {
      connection = std::move(place.idle.back());
      place.idle.pop_back();
      if (Steady::now() - connection->idle_since > kMaxIdleTime) {
        place.idle.clear();  // the others have waited longer
        continue;
      }
    } else {
      boost::asio::ip::tcp::resolver resolver(executor);
      const auto [unknown, places] = co_await resolver.async_resolve(place.host, place.port, kTuple);
      if (unknown) co_return fail(ErrorKind::kTransient, unknown.message());
      connection = std::make_unique<Connection>(executor);
      connection->stream.expires_after(kConnectPatience);
      const auto [refused, where] = co_await connection->stream.async_connect(places, kTuple);
      if (refused) co_return fail(ErrorKind::kTransient, refused.message());
      connection->stream.socket().set_option(boost::asio::ip::tcp::no_delay(true));
    }
    auto& [stream, buffer, idle_since, used] = *connection;
    stream.expires_after(kPatience);
    const auto [broken, written] = co_await boost::asio::async_write(stream, boost::asio::buffer(request), kTuple);
    http::response_parser<http::string_body> parser;
    parser.header_limit(kMaxAnswerHead);
    parser.body_limit(kMaxAnswer);
    auto fault = broken;
    if (!fault) {
      const auto [unread, read] = co_await http::async_read(stream, buffer, parser, kTuple);
      fault = unread;
    }
    if (fault && used && !parser.got_some() && fault != boost::beast::error::timeout) continue;
    if (fault) co_return fail(ErrorKind::kAmbiguous, fault.message());
    net::ClientResponse answer;
    answer.status = static_cast<int>(parser.get().result_int());
    answer.body = std::move(parser.get().body());
    if (parser.keep_alive() && place.idle.size() < kMaxIdle) {
      used = true;
      idle_since = Steady::now();
      place.idle.push_back(std::move(connection));
    }
    co_return answer;
  }
}

}  // namespace claw::sim
