#include "graph/health_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "net/curl_client.hpp"
#include "net/server.hpp"
#include "support/await.hpp"
#include "support/loopback.hpp"

namespace claw {
namespace {

using claw::testing::await;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = GraphFailure::Kind;

/// Meta as a server of ours that keeps what it was sent.
class GraphHealthClientTest : public ::testing::Test {
 protected:
  GraphHealthClientTest() {
    router_.add("GET", "/{path...}", [this](net::HttpRequest& request) -> Task<net::HttpResponse> {
      request_ = request;
      auto response = net::json_response(status_, body_);
      if (!date_.empty()) response.headers.push_back({"Date", date_});
      co_return response;
    });
    EXPECT_TRUE(server_.listen("127.0.0.1:0"));
    client_ = std::make_unique<GraphHealthClient>(
        http_, metrics_, GraphClient::Options{"http://127.0.0.1:" + std::to_string(server_.port()), "v25.0"});
    tenant_->access_token = SecretString(std::string("EAAG"));
    tenant_->app_secret = SecretString(std::string("app-secret"));
  }
  auto subscriptions(const std::string& app = "333") { return await(io_, client_->subscriptions(tenant_, "111", app)); }

  IoPool io_{1};
  net::HttpRequest request_;
  int status_ = 200;
  std::string body_ = R"({"data":[]})", date_;
  net::Router router_;
  net::Server server_{io_, router_, {}};
  net::CurlClient http_{io_, testing::loopback()};
  Metrics metrics_;
  std::unique_ptr<GraphHealthClient> client_;
  std::shared_ptr<Tenant> tenant_ = std::make_shared<Tenant>();
};

TEST_F(GraphHealthClientTest, AsksAsTheAppItself) {
  body_ = R"({"data":[{"object":"page","callback_url":"https://other","active":true,"fields":["feed"]},
    {"object":"whatsapp_business_account","callback_url":"https://claw.example/hook","active":true,
     "fields":[{"name":"messages","version":"v25.0"},"calls"]}]})";
  const auto read = subscriptions();
  ASSERT_TRUE(read) << read.error().reason;
  EXPECT_EQ(read->callback, "https://claw.example/hook");
  EXPECT_TRUE(read->active);
  EXPECT_THAT(read->fields, ElementsAre("messages", "calls"));
  EXPECT_EQ(request_.path, "/v25.0/333/subscriptions");
  EXPECT_EQ(request_.header("Authorization"), "Bearer 333|app-secret");
  EXPECT_EQ(request_.query_value("appsecret_proof"), to_hex(hmac_sha256("app-secret", "333|app-secret")));
  EXPECT_THAT(request_.target, Not(HasSubstr("app-secret")));
}

TEST_F(GraphHealthClientTest, SaysWhyNot) {
  status_ = 401;
  body_ = R"({"error":{"message":"Invalid OAuth access token","type":"OAuthException","code":190}})";
  ASSERT_FALSE(subscriptions());
  EXPECT_EQ(subscriptions().error().error.code, 190);
  EXPECT_EQ(subscriptions("3/../me").error().kind, Kind::kNotSent);
  tenant_->app_secret = SecretString();
  EXPECT_EQ(subscriptions().error().kind, Kind::kNoToken);
}

TEST_F(GraphHealthClientTest, ReadsHowTemplatesStand) {
  body_ = R"({"data":[{"id":"1","name":"welcome","language":"en","status":"PAUSED"}]})";
  const auto read = await(io_, client_->templates(tenant_, "111", "222"));
  ASSERT_TRUE(read);
  EXPECT_THAT(*read, ElementsAre(whatsapp::TemplateStanding{"welcome", "en", "PAUSED"}));
  EXPECT_EQ(request_.path, "/v25.0/222/message_templates");
}

TEST_F(GraphHealthClientTest, ReadsMetasTimeOfAnyAnswer) {
  status_ = 400;
  date_ = "Sun, 06 Nov 1994 08:49:37 GMT";
  const auto time = await(io_, client_->time());
  ASSERT_TRUE(time);
  EXPECT_EQ(to_ms(*time), 784'111'777'000);
  EXPECT_EQ(request_.header("Authorization"), "");
  date_ = "yesterday";
  EXPECT_FALSE(await(io_, client_->time()));
  EXPECT_EQ(read_http_date("Sun, 06 Nov 1994 08:49:37 GMT and more"), std::nullopt);
}

}  // namespace
}  // namespace claw
