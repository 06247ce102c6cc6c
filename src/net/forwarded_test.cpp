#include "net/forwarded.hpp"

#include <gtest/gtest.h>

namespace claw::net {
namespace {

HttpRequest request(std::string peer, std::vector<HttpHeader> headers) {
  HttpRequest made;
  made.peer = std::move(peer);
  made.headers = std::move(headers);
  return made;
}

const NetworkSet& proxies() {
  static const NetworkSet set = NetworkSet::make({"127.0.0.1", "10.0.0.0/8"}).value();
  return set;
}

std::string address(std::string peer, std::vector<HttpHeader> headers) {
  return client_address(request(std::move(peer), std::move(headers)), proxies());
}

TEST(ForwardedTest, BelievesOnlyProxiesThatAreTrusted) {
  EXPECT_EQ(address("127.0.0.1", {}), "127.0.0.1");
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", "192.0.2.7"}}), "192.0.2.7");
  EXPECT_EQ(address("198.51.100.1", {{"X-Forwarded-For", "192.0.2.7"}}), "198.51.100.1");
}

TEST(ForwardedTest, TakesTheLastThatIsNoProxyForWhatStandsBeforeAnybodyCouldWrite) {
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", "203.0.113.9, 192.0.2.7 , 10.1.1.1"}}), "192.0.2.7");
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-For", "192.0.2.7,10.1.1.1"}}),
            "192.0.2.7");
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", "10.2.2.2, 10.1.1.1"}}), "10.2.2.2");
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", "192.0.2.7, <script>"}}), "127.0.0.1");
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", " "}}), "127.0.0.1");
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", "2001:db8::7"}}), "2001:db8::7");
}

TEST(ForwardedTest, KnowsHttpsByATrustedProxy) {
  const std::vector<HttpHeader> https{{"X-Forwarded-Proto", "https"}};
  EXPECT_TRUE(came_by_https(request("127.0.0.1", https), proxies()));
  EXPECT_FALSE(came_by_https(request("192.0.2.7", https), proxies()));
  EXPECT_FALSE(came_by_https(request("127.0.0.1", {}), proxies()));
}

}  // namespace
}  // namespace claw::net
