#include "agent/http_agent.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "base/standard_webhook.hpp"
#include "ledger/delivery_log.hpp"
#include "net/curl_client.hpp"
#include "net/server.hpp"
#include "support/accept_items.hpp"
#include "support/await.hpp"
#include "support/loopback.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A program of the tenant's that answers what a test tells it to.
class HttpAgentTest : public ::testing::Test {
 protected:
  HttpAgentTest() {
    router_.add("POST", "/bot", [this](net::HttpRequest& request) -> Task<net::HttpResponse> {
      bodies_.push_back(request.body);
      for (const auto* name :
           {"webhook-id", "webhook-timestamp", "webhook-signature", "X-Hub-Signature-256", "traceparent"})
        headers_[name] = request.header(name);
      auto response = net::text_response(status_, answer_);
      response.content_type = "application/json";
      co_return response;
    });
    EXPECT_TRUE(server_.listen("127.0.0.1:0").has_value());
    agent_.name = "shop";
    agent_.options.url = "http://127.0.0.1:" + std::to_string(server_.port()) + "/bot";
    tenant_->name = "acme";
    tenant_->id = TenantId{1};
  }

  void sign_with(const std::string& secret) {
    tenant_->secrets.emplace("SHOP_SECRET", SecretString(std::string(secret)));
    agent_.options.key_secret = "SHOP_SECRET";
  }
  AgentTurn turn_of(PendingMessage message) {
    return {"turn-7", "conversation-1", std::move(message), tenant_, "cc:acme:1:2", {}};
  }
  Result<AgentReply> ask() {
    PendingMessage message;
    message.type = "text";
    message.view = {"Where is my order?", "{}"};
    message.user = "491511";
    message.phone = "491511";
    message.wamid = "wamid.A";
    message.phone_number_id = "111";
    message.trace = trace_;
    HttpAgent agent(http_, clock_);
    return testing::await(io_, agent.run(agent_, turn_of(std::move(message))));
  }

  testing::OpenLedger world_;
  IoPool io_{2};
  SystemClock clock_;
  net::Router router_;
  net::Server server_{io_, router_, {}};
  net::CurlClient http_{io_, testing::loopback()};
  Agent agent_;
  std::shared_ptr<Tenant> tenant_ = std::make_shared<Tenant>();
  std::string trace_;
  int status_ = 200;
  std::string answer_ = R"({"text":"It is on its way."})";
  std::vector<std::string> bodies_;
  std::map<std::string, std::string> headers_;
};

TEST_F(HttpAgentTest, IsToldWhatWasSaidAndByWhomAndAnswersAtOnce) {
  const auto reply = ask();
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_THAT(reply->messages, ElementsAre(whatsapp::Outgoing("It is on its way.")));
  const auto told = boost::json::parse(bodies_.at(0));
  EXPECT_EQ(told.at("message").at("text").as_string(), "Where is my order?");
  EXPECT_EQ(told.at("from").at("phone").as_string(), "491511");
  EXPECT_EQ(told.at("number").as_string(), "111");
  EXPECT_EQ(told.at("tenant").as_string(), "acme");
  EXPECT_EQ(headers_["webhook-id"], "turn-7");
}

TEST_F(HttpAgentTest, CanCheckThatItIsUsWhoAsk) {
  sign_with(kSecret);
  ASSERT_TRUE(ask().has_value());
  const auto key = *from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  const auto digest = hmac_sha256(key, "turn-7." + headers_["webhook-timestamp"] + "." + bodies_.at(0));
  EXPECT_EQ(headers_["webhook-signature"],
            "v1," + to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()}));
}

TEST_F(HttpAgentTest, SaysWhatIsWrongWithASecretAndAsksNobody) {
  agent_.options.key_secret = "SHOP_SECRET";
  EXPECT_THAT(ask().error().message, HasSubstr("the secret SHOP_SECRET that agent shop names is not set"));
  tenant_->secrets.emplace("SHOP_SECRET", SecretString(std::string("plain words")));
  EXPECT_THAT(ask().error().message, HasSubstr("whsec_ and the base64 of 24 to 64 bytes"));
  EXPECT_THAT(bodies_, IsEmpty());
}

TEST_F(HttpAgentTest, AnswersWithMessagesAsMetaKnowsThem) {
  answer_ =
      R"({"messages":["First.",{"type":"location","location":{"latitude":1.5,"longitude":2.5}}],"hand_off":"vip"})";
  const auto reply = ask();
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  ASSERT_EQ(reply->messages.size(), 2U);
  EXPECT_EQ(reply->messages[0], whatsapp::Outgoing("First."));
  EXPECT_EQ(reply->messages[1].type, "location");
  EXPECT_EQ(reply->hand_off, "vip");
}

TEST_F(HttpAgentTest, IsToldWhichOfItsMessagesMetaWouldNotTake) {
  answer_ = R"({"messages":["ok",{"type":"location"}]})";
  EXPECT_THAT(ask().error().message, HasSubstr("agent shop: messages[1]: "));
  answer_ = "OK";
  EXPECT_THAT(ask().error().message, HasSubstr("its answer is no JSON object"));
  answer_ = R"({"messages":"hi"})";
  EXPECT_THAT(ask().error().message, HasSubstr("messages is no list"));
}

TEST_F(HttpAgentTest, MaySayNothingOrAnswerLater) {
  status_ = 204;
  answer_ = "";
  auto reply = ask();
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_THAT(reply->messages, IsEmpty());
  EXPECT_FALSE(reply->later);
  status_ = 202;
  reply = ask();
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_TRUE(reply->later);
}

TEST_F(HttpAgentTest, FailsWithTheWordsOfItsServer) {
  status_ = 500;
  answer_ = R"({"error":"no database"})";
  EXPECT_EQ(ask().error().message, "agent shop answered 500: no database");
}

TEST_F(HttpAgentTest, ABotOfTheCloudApiGetsEachMessageOfATurnAsMetaSentIt) {
  tenant_->secrets.emplace("BOT_SECRET", SecretString(std::string("its app secret")));
  agent_.options.key_secret = "BOT_SECRET";
  auto first = testing::text_from("491511", "one");
  auto second = testing::text_from("491511", "two");
  Ledger& ledger = *world_.ledger;
  const auto pending = world_.run(ledger.accept({first, second}, ledger.fence())).value().pending;
  auto message = pending.at(0);
  message.also = {pending.at(1).id};
  CloudApiAgent agent(http_, ledger, clock_);
  const auto reply = testing::await(io_, agent.run(agent_, turn_of(std::move(message))));
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_TRUE(reply->later) << "it answers through the Graph-compatible endpoint";
  ASSERT_EQ(bodies_.size(), 2U);
  EXPECT_EQ(bodies_[0], first.item.raw);
  EXPECT_EQ(bodies_[1], second.item.raw);
  EXPECT_EQ(headers_["X-Hub-Signature-256"], "sha256=" + to_hex(hmac_sha256("its app secret", bodies_[1])));
}

TEST_F(HttpAgentTest, TellsTheTraceThatTheDeliveryLogFindsTheWebhookBy) {
  ASSERT_TRUE(ask());
  EXPECT_EQ(trace_in(headers_["traceparent"]), trace_of_message("wamid.A"));
}

TEST_F(HttpAgentTest, GoesOnWithTheTraceThatCameWithTheWebhook) {
  trace_ = "4bf92f3577b34da6a3ce929d0e0e4736";
  ASSERT_TRUE(ask());
  const std::string first = headers_["traceparent"];
  EXPECT_EQ(trace_in(first), trace_);
  ASSERT_TRUE(ask());
  EXPECT_EQ(trace_in(headers_["traceparent"]), trace_);
  EXPECT_NE(headers_["traceparent"], first) << "each call is a span of its own";
}

}  // namespace
}  // namespace claw
