#include "simulator/webhook_client.hpp"

#include <atomic>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/curl_client.hpp"
#include "net/server.hpp"
#include "support/await.hpp"

namespace claw::sim {
namespace {

using claw::testing::await;

class WebhookClientTest : public ::testing::Test {
 protected:
  WebhookClientTest() : general_(io_, {}), client_(io_, general_) {
    router_.add("POST", "/hook", [this](net::HttpRequest& request) -> Task<net::HttpResponse> {
      ++requests_;
      seen_ = request.target + " " + std::string(request.header("X-Hub-Signature-256")) + " " + request.body;
      net::HttpResponse response = net::text_response(status_, "thanks");
      response.close = close_;
      co_return response;
    });
    router_.add("POST", "/huge", [](net::HttpRequest&) -> Task<net::HttpResponse> {
      co_return net::text_response(200, std::string(WebhookClient::kMaxAnswer + 1, 'x'));
    });
    start();
  }
  void start() {
    server_.emplace(io_, router_, net::ServerLimits{});
    EXPECT_TRUE(server_->listen(port_ == 0 ? "127.0.0.1:0" : fmt::format("127.0.0.1:{}", port_)));
    port_ = server_->port();
  }
  Result<net::ClientResponse> post(std::string_view body, std::string_view path = "/hook?a=b") {
    return await(io_, client_.post(fmt::format("http://127.0.0.1:{}{}", port_, path), "sha256=ab", body));
  }

  IoPool io_{1};
  net::CurlClient general_;
  net::Router router_;
  std::optional<net::Server> server_;
  std::uint16_t port_ = 0;
  WebhookClient client_;
  std::atomic<int> requests_ = 0;
  std::string seen_;  // written before the answer that the test waits for
  int status_ = 200;
  bool close_ = false;
};

TEST_F(WebhookClientTest, BringsBodyAndSignatureOverOneKeptConnection) {
  for (int i = 0; i < 3; ++i) {
    const auto answer = post("{\"n\":1}");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "thanks");
  }
  EXPECT_EQ(seen_, "/hook?a=b sha256=ab {\"n\":1}");
  EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(WebhookClientTest, AnyStatusIsAnAnswer) {
  status_ = 503;
  EXPECT_EQ(post("x")->status, 503);
}

TEST_F(WebhookClientTest, OpensANewConnectionWhereTheOtherSideWantsThat) {
  close_ = true;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(post("x")->status, 200);
  EXPECT_EQ(requests_, 3);
}

TEST_F(WebhookClientTest, SaysThatNobodyIsThereAndReplacesAConnectionThatDied) {
  EXPECT_EQ(post("x")->status, 200);
  server_->stop(std::chrono::milliseconds(0));
  server_.reset();
  const auto answer = post("x");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kTransient);

  start();
  EXPECT_EQ(post("x")->status, 200) << "and recovers";
  server_->stop(std::chrono::milliseconds(0));
  start();
  EXPECT_EQ(post("x")->status, 200) << "the kept connection is another server's";
}

TEST_F(WebhookClientTest, TakesNoAnswerWithoutEnd) {
  const auto answer = post("x", "/huge");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kAmbiguous);
  EXPECT_EQ(post("x")->status, 200) << "and recovers";
}

TEST_F(WebhookClientTest, LeavesOtherAddressesToTheGeneralClient) {
  EXPECT_EQ(await(io_, client_.post("ftp://127.0.0.1/x", "s", "b")).error().kind, ErrorKind::kInvalid);
}

}  // namespace
}  // namespace claw::sim
