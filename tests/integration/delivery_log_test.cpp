// What the delivery log and "why?" tell of messages that went through a real gateway, and to whom.
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/live_gateway.hpp"
#include "support/webhook_bodies.hpp"

namespace claw::testing {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr const char* kNumber = "100000000000001";

class DeliveryLogScenarioTest : public ::testing::Test {
 protected:
  void say(const std::string& text, const std::string& wamid, const std::string& phone = "491555000001") {
    ASSERT_EQ(gateway_.post(acme_, texts(acme_.number, {{text, wamid, phone}})).status, 200);
    gateway_.settle(acme_);
  }
  /// "kind outcome", the newest first.
  std::vector<std::string> found(const std::string& query, const TestTenant& tenant) {
    std::vector<std::string> list;
    for (const auto& each : gateway_.api(tenant, "/api/v1/delivery-log?limit=200&" + query).at("deliveries").as_array())
      list.push_back(fmt::format("{} {}", each.at("kind").as_string().c_str(), each.at("outcome").as_string().c_str()));
    return list;
  }
  std::vector<std::string> found(const std::string& query) { return found(query, acme_); }
  std::string answer_id() {
    return json::value_to<std::string>(gateway_.messages(acme_, "direction=outbound").back().at("id"));
  }

  LiveGateway gateway_;
  TestTenant acme_ = gateway_.make_tenant("acme", kNumber);
  TestTenant beta_ = gateway_.make_tenant("beta", "100000000000002");
};

TEST_F(DeliveryLogScenarioTest, FindsTheWebhookAndEachCallByMessagePersonAndTrace) {
  say("hello", "wamid.1");
  say("other", "wamid.2", "491555000002");
  EXPECT_THAT(found("q=wamid.1"), UnorderedElementsAre("webhook ok", "graph ok")) << "the webhook and the read mark";
  EXPECT_THAT(found("q=%2B49%201555%20000001"), UnorderedElementsAre("webhook ok", "graph ok")) << "and the reply";
  EXPECT_THAT(found("q=" + answer_id()), ElementsAre("graph ok"));
  EXPECT_THAT(found("kind=webhook"), SizeIs(2));
  EXPECT_THAT(found("wrong=true"), IsEmpty());
  EXPECT_THAT(found("", beta_), IsEmpty()) << "another tenant's";
  const auto webhook = gateway_.api(acme_, "/api/v1/delivery-log?kind=webhook&q=wamid.1").at("deliveries").at(0);
  EXPECT_THAT(found("q=" + json::value_to<std::string>(webhook.at("trace"))),
              UnorderedElementsAre("webhook ok", "graph ok", "graph ok"))
      << "the webhook, the read mark and the answer";
}

TEST_F(DeliveryLogScenarioTest, ATraceThatCameWithTheWebhookLeadsToAllThatFollowed) {
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const auto body = texts(acme_.number, {{"hello", "wamid.1", "491555000001"}});
  ASSERT_EQ(gateway_
                .call("POST", acme_.webhook_path(),
                      {{"Content-Type", "application/json"},
                       {"X-Hub-Signature-256", signature(acme_.app_secret, body)},
                       {"traceparent", "00-" + trace + "-00f067aa0ba902b7-01"}},
                      body)
                .status,
            200);
  gateway_.settle(acme_);
  EXPECT_THAT(found("q=" + trace), UnorderedElementsAre("webhook ok", "graph ok", "graph ok"))
      << "the webhook, the read mark and the answer";
  const auto id = json::value_to<std::string>(gateway_.messages(acme_, "direction=outbound").back().at("id"));
  EXPECT_EQ(gateway_.api(acme_, "/api/v1/messages/" + id + "/why").at("trace").as_string(), trace);
}

TEST_F(DeliveryLogScenarioTest, CountsTheWordsOfPeopleForMostAndShowsThemToWhoMayReadTheAuditLog) {
  say("a secret wish", "wamid.1");
  const auto id = json::value_to<std::string>(
      gateway_.api(acme_, "/api/v1/delivery-log?kind=webhook").at("deliveries").at(0).at("id"));
  const auto shown = json::serialize(gateway_.api(acme_, "/api/v1/delivery-log/" + id));
  EXPECT_THAT(shown, AllOf(HasSubstr("wamid.1"), HasSubstr("(13 characters)"), Not(HasSubstr("secret wish"))));
  EXPECT_THAT(json::serialize(gateway_.api(acme_, "/api/v1/delivery-log/" + id + "/payload")),
              HasSubstr("a secret wish"));

  const auto viewer = json::value_to<std::string>(
      gateway_.admin("token.create", {{"tenant", "acme"}, {"label", "viewer"}, {"scopes", json::array{"inbox.read"}}})
          .at("token"));
  const auto as_viewer = [&](const std::string& path) {
    return gateway_.call("GET", path, {{"Authorization", "Bearer " + viewer}}).status;
  };
  EXPECT_EQ(as_viewer("/api/v1/delivery-log/" + id), 200);
  EXPECT_EQ(as_viewer("/api/v1/delivery-log/" + id + "/payload"), 403);
}

TEST_F(DeliveryLogScenarioTest, KeepsNoTokenAndNoSecretInItsFiles) {
  say("hello", "wamid.1");
  EXPECT_EQ(gateway_.post(acme_, "{}", "sha256=00").status, 401);
  EXPECT_THAT(found("wrong=true"), ElementsAre("webhook bad_signature"));
  gateway_.stop();
  for (const char* name : {"/d/deliveries.db", "/d/deliveries.db-wal"}) {
    std::ifstream file(gateway_.data() + name, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    EXPECT_THAT(bytes, Not(HasSubstr(acme_.access_token)));
    EXPECT_THAT(bytes, Not(HasSubstr(acme_.app_secret)));
  }
  gateway_.start();
  EXPECT_THAT(found("kind=webhook"), SizeIs(2)) << "what was noted is there after a stop";
}

TEST_F(DeliveryLogScenarioTest, SaysWhyStepByStep) {
  say("hello", "wamid.1");
  for (const std::string& asked :
       {json::value_to<std::string>(gateway_.messages(acme_, "direction=inbound").front().at("id")), answer_id()}) {
    const auto why = gateway_.api(acme_, "/api/v1/messages/" + asked + "/why");
    std::vector<std::string> steps;
    for (const auto& step : why.at("steps").as_array()) steps.emplace_back(step.at("title").as_string());
    EXPECT_THAT(steps, ElementsAre("Written on the phone", "Delivered by Meta", "Received and stored", "Let in",
                                   "Given to echo", "echo answered", "Given to Meta", "Taken by Meta"));
    EXPECT_FALSE(why.at("steps").at(1).at("delivery").is_null());
    EXPECT_FALSE(why.at("steps").at(6).at("delivery").is_null());
    EXPECT_THAT(why.at("answers").as_array(), SizeIs(1));
  }
  EXPECT_EQ(
      gateway_.call("GET", "/api/v1/messages/" + answer_id() + "/why", {{"Authorization", "Bearer " + beta_.api_token}})
          .status,
      404);
}

}  // namespace
}  // namespace claw::testing
