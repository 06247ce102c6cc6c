#include "net/curl_client.hpp"

#include <arpa/inet.h>
#include <atomic>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "net/server.hpp"
#include "support/await.hpp"
#include "support/loopback.hpp"

namespace claw::net {
namespace {

using claw::testing::await;
using ::testing::HasSubstr;

ClientRequest post(unsigned short port, std::string body) {
  ClientRequest request;
  request.method = "POST";
  request.url = "http://127.0.0.1:" + std::to_string(port) + "/echo?x=1";
  request.body = std::move(body);
  request.total_timeout = std::chrono::milliseconds(3000);
  return request;
}

/// A peer that does one thing with each connection, counting the requests it read.
class OddPeer {
 public:
  /// Answers the first `polite` requests of a connection, then reads one more and closes without a word.
  explicit OddPeer(int polite) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 16);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, polite] { serve(polite); });
  }
  ~OddPeer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  [[nodiscard]] unsigned short port() const { return port_; }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  void serve(int polite) {
    for (int fd = ::accept(listener_, nullptr, nullptr); fd >= 0; fd = ::accept(listener_, nullptr, nullptr)) {
      for (int left = polite; read_request(fd) && left-- > 0;) {
        static constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        if (::send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) < 0) break;
      }
      ::close(fd);
    }
  }
  bool read_request(int fd) {
    std::string received;
    char buffer[4096];
    while (received.find("!end") == std::string::npos) {
      const auto count = ::recv(fd, buffer, sizeof buffer, 0);
      if (count <= 0) return false;
      received.append(buffer, static_cast<std::size_t>(count));
    }
    ++requests_;
    return true;
  }

  int listener_;
  unsigned short port_ = 0;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

class CurlClientTest : public ::testing::Test {
 protected:
  IoPool io_{2};
};

TEST_F(CurlClientTest, BringsBackStatusHeadersAndBody) {
  Router router;
  router.add("POST", "/echo", [](HttpRequest& request) -> Task<HttpResponse> {
    auto response = text_response(201, request.body + " " + std::string(request.header("authorization")) + " " +
                                           std::string(request.header("X-Ours")));
    response.headers.push_back({"X-Answer", "yes"});
    co_return response;
  });
  Server server(io_, router, {});
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  CurlClient client(io_, testing::loopback());
  auto request = post(server.port(), "body");
  request.bearer = SecretString(std::string("token"));
  request.headers.push_back({"X-Ours", "mine"});
  const auto answer = await(io_, client.send(std::move(request)));
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "body Bearer token mine");
  EXPECT_EQ(find_header(answer->headers, "x-answer"), "yes");
}

TEST_F(CurlClientTest, NeverSendsTwiceWhenAKeptConnectionDiesWithoutAnAnswer) {
  OddPeer peer(1);
  CurlClient client(io_, testing::loopback());
  ASSERT_TRUE(await(io_, client.send(post(peer.port(), "first !end"))));
  const auto lost = await(io_, client.send(post(peer.port(), "second !end")));
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().kind, ErrorKind::kAmbiguous) << lost.error().message;
  EXPECT_EQ(peer.requests(), 2);

  EXPECT_TRUE(await(io_, client.send(post(peer.port(), "third !end")))) << "and recovers";
}

TEST_F(CurlClientTest, TellsWhetherARequestMayHaveBeenSent) {
  CurlClient client(io_, testing::loopback());
  EXPECT_EQ(await(io_, client.send(post(1, "x"))).error().kind, ErrorKind::kTransient);

  OddPeer silent(0);
  EXPECT_EQ(await(io_, client.send(post(silent.port(), "x !end"))).error().kind, ErrorKind::kAmbiguous);

  auto slow = post(silent.port(), "never ends");
  slow.total_timeout = std::chrono::milliseconds(100);
  EXPECT_EQ(await(io_, client.send(std::move(slow))).error().kind, ErrorKind::kAmbiguous);

  auto wrong = post(1, "x");
  wrong.url = "ftp://127.0.0.1/";
  EXPECT_EQ(await(io_, client.send(std::move(wrong))).error().kind, ErrorKind::kInvalid);
}

TEST_F(CurlClientTest, StopsReadingAnAnswerWithoutEnd) {
  Router router;
  router.add("POST", "/echo",
             [](HttpRequest&) -> Task<HttpResponse> { co_return text_response(200, std::string(5000, 'x')); });
  Server server(io_, router, {});
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  CurlClient client(io_, testing::loopback());
  auto request = post(server.port(), "x");
  request.max_response_bytes = 4999;
  EXPECT_EQ(await(io_, client.send(std::move(request))).error().kind, ErrorKind::kAmbiguous);
}

TEST_F(CurlClientTest, RefusesAddressesThatLeadInsideUnlessTheyAreAllowed) {
  CurlClient client(io_, {});
  const auto refused = await(io_, client.send(post(1, "x")));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
  EXPECT_THAT(refused.error().message, HasSubstr("net.allow_private"));
}

TEST_F(CurlClientTest, EndsEveryCallWhenItGoes) {
  OddPeer silent(0);
  auto client = std::make_unique<CurlClient>(io_, testing::loopback());
  auto call =
      boost::asio::co_spawn(io_.executor(0), client->send(post(silent.port(), "half")), boost::asio::use_future);
  // Not reset(): on a busy machine the call may not have begun yet, and it needs the client until it has.
  while (call.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) client->close();
  EXPECT_FALSE(call.get().has_value());
}

TEST(AddressPolicyTest, JudgesTheAddressNotTheName) {
  const auto strict = AddressPolicy();
  const auto open = AddressPolicy(*NetworkSet::make({"127.0.0.1", "10.1.0.0/16", "fd00::/8"}));
  const struct {
    const char* address;
    bool strict, open;
  } rows[] = {
      {"8.8.8.8", true, true},           {"127.0.0.1", false, true},   {"127.0.0.2", false, false},
      {"10.1.200.3", false, true},       {"10.2.0.1", false, false},   {"169.254.169.254", false, false},
      {"::ffff:127.0.0.1", false, true}, {"::1", false, false},        {"fd12::1", false, true},
      {"2a00:1450::1", true, true},      {"0.0.0.0", false, false},    {"100.64.0.1", false, false},
      {"192.168.1.1", false, false},     {"172.20.0.1", false, false}, {"nonsense", false, false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(strict.allows(row.address), row.strict) << row.address;
    EXPECT_EQ(open.allows(row.address), row.open) << row.address;
  }
  for (const char* bad : {"", "10.0.0.0/33", "10.0.0.0/x", "localhost", "10.0.0/8"})
    EXPECT_FALSE(NetworkSet::make({bad})) << bad;
}

}  // namespace
}  // namespace claw::net
