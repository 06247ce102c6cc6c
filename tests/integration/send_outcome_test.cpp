// What becomes of an answer by what Meta says to it, at once or later.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/live_gateway.hpp"
#include "support/webhook_bodies.hpp"

namespace claw::testing {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr const char* kNumber = "100000000000001";

class SendOutcomeTest : public ::testing::Test {
 protected:
  void say(const Said& said) { ASSERT_EQ(gateway_.post(acme_, texts(kNumber, {said})).status, 200); }
  void status(const StatusUpdate& update) { ASSERT_EQ(gateway_.post(acme_, statuses(kNumber, {update})).status, 200); }
  /// The newest answer with all that is known of it.
  boost::json::object reply() {
    const auto all = gateway_.messages(acme_, "direction=outbound");
    return all.empty() ? boost::json::object{} : gateway_.message(acme_, text_of(all.back(), "id"));
  }
  bool reply_becomes(const std::string& state) {
    return eventually([&] { return text_of(reply(), "state") == state; });
  }
  std::vector<std::string> history() {
    std::vector<std::string> names;
    for (const auto& status : reply().at("statuses").as_array()) names.push_back(text_of(status.as_object(), "status"));
    return names;
  }

  LiveGateway gateway_;
  ScriptedGraph& graph_ = gateway_.graph();
  TestTenant acme_ = gateway_.make_tenant("acme", kNumber);
};

TEST_F(SendOutcomeTest, FollowsTheStatusesOfAMessageWithTheirTimes) {
  say({"hello", "wamid.1"});
  ASSERT_TRUE(reply_becomes("sent"));
  const auto sent = graph_.sends().front();
  for (const char* name : {"sent", "delivered", "read"}) {
    status({sent.wamid, name, sent.callback_data(), 1795000100 + static_cast<int>(std::string(name).size())});
    EXPECT_TRUE(reply_becomes(name));
  }
  EXPECT_THAT(history(), ElementsAre("sent", "read", "delivered")) << "in the order of Meta's own times";
  EXPECT_EQ(text_of(reply().at("statuses").at(0).as_object(), "at"), "2026-11-18T11:08:24.000Z");
}

TEST_F(SendOutcomeTest, NeverGoesBackWhateverTheOrderAndTheNumberOfStatuses) {
  say({"hello", "wamid.1"});
  ASSERT_TRUE(reply_becomes("sent"));
  const auto sent = graph_.sends().front();
  for (const auto& callback : {sent.callback_data(), std::string()})
    for (const char* name : {"read", "sent", "delivered", "read", "delivered"}) status({sent.wamid, name, callback});
  gateway_.settle(acme_);
  EXPECT_EQ(text_of(reply(), "state"), "read");
  EXPECT_THAT(history(), UnorderedElementsAre("sent", "delivered", "read")) << "each once";

  status({sent.wamid, "a word of next year", sent.callback_data()});
  gateway_.settle(acme_);
  EXPECT_EQ(text_of(reply(), "state"), "read");
  EXPECT_THAT(history(), SizeIs(4)) << "kept, for it may say something to someone";
}

TEST_F(SendOutcomeTest, ShowsWhyAMessageFailedAfterItWasTaken) {
  say({"hello", "wamid.1"});
  ASSERT_TRUE(reply_becomes("sent"));
  const auto sent = graph_.sends().front();
  status({sent.wamid, "failed", "", 1795000200, 131026});
  EXPECT_TRUE(reply_becomes("failed"));
  EXPECT_EQ(reply().at("error").at("code").as_int64(), 131026);
  EXPECT_THAT(text_of(reply().at("error").as_object(), "advice"), HasSubstr("cannot get this message"));
  EXPECT_EQ(reply().at("statuses").at(0).at("errors").at(0).at("code").as_int64(), 131026);
  status({sent.wamid, "delivered", sent.callback_data(), 1795000300});
  gateway_.settle(acme_);
  EXPECT_EQ(text_of(reply(), "state"), "failed");
  EXPECT_THAT(graph_.sends(), SizeIs(1)) << "nothing is sent again by itself";
}

TEST_F(SendOutcomeTest, TakesAStatusThatOvertakesTheAnswerToItsSend) {
  for (const bool with_callback_data : {true, false}) {
    graph_.hold_sends();
    const auto before = graph_.sends().size();
    say({"hello", fmt::format("wamid.in{}", with_callback_data)});
    ASSERT_TRUE(eventually([&] { return graph_.sends().size() == before + 1; }));
    const auto sent = graph_.sends().back();
    status({sent.wamid, "delivered", with_callback_data ? sent.callback_data() : ""});
    if (with_callback_data) EXPECT_TRUE(reply_becomes("delivered"));
    graph_.release();
    ASSERT_TRUE(eventually([&] { return text_of(reply(), "wamid") == sent.wamid; }));
    EXPECT_TRUE(reply_becomes("delivered")) << with_callback_data;
    gateway_.settle(acme_);
    EXPECT_EQ(text_of(reply(), "state"), "delivered") << "the answer came last and undid nothing";
    EXPECT_THAT(history(), ElementsAre("delivered"));
  }
}

TEST_F(SendOutcomeTest, ParksAMessageWhileTheTokenIsRefusedAndSendsItOnceItIsMended) {
  graph_.refuse_next(401, 190);
  say({"hello", "wamid.1"});
  ASSERT_TRUE(eventually([&] { return reply().contains("error"); }));
  EXPECT_EQ(text_of(reply(), "state"), "queued");
  EXPECT_EQ(reply().at("error").at("code").as_int64(), 190);
  EXPECT_THAT(text_of(reply(), "reason"), HasSubstr("WHATSAPP_ACCESS_TOKEN"));
  EXPECT_FALSE(text_of(reply(), "due_at").empty());

  gateway_.admin("secret.set", {{"tenant", "acme"}, {"name", "WHATSAPP_ACCESS_TOKEN"}, {"value", "EAA-new"}});
  gateway_.clock().advance(seconds(80));
  EXPECT_TRUE(reply_becomes("sent"));
  EXPECT_EQ(graph_.sends().back().authorization, "Bearer EAA-new");
  EXPECT_EQ(reply().at("attempts").as_int64(), 2);
  EXPECT_FALSE(reply().contains("error")) << "the trouble is over";
}

TEST_F(SendOutcomeTest, WaitsForATokenThatIsNotSetYet) {
  gateway_.admin("secret.delete", {{"tenant", "acme"}, {"name", "WHATSAPP_ACCESS_TOKEN"}});
  say({"hello", "wamid.1"});
  ASSERT_TRUE(eventually([&] { return !text_of(reply(), "reason").empty(); }));
  EXPECT_EQ(text_of(reply(), "state"), "queued");
  EXPECT_THAT(graph_.calls(), IsEmpty());
  gateway_.admin("secret.set", {{"tenant", "acme"}, {"name", "WHATSAPP_ACCESS_TOKEN"}, {"value", "EAA-new"}});
  gateway_.clock().advance(seconds(80));
  EXPECT_TRUE(reply_becomes("sent"));
}

TEST_F(SendOutcomeTest, FailsAMessageOutsideTheServiceWindowAndSaysWhatToDo) {
  graph_.refuse_next(400, 131047);
  say({"hello", "wamid.1"});
  ASSERT_TRUE(reply_becomes("failed"));
  EXPECT_EQ(reply().at("error").at("code").as_int64(), 131047);
  EXPECT_THAT(text_of(reply().at("error").as_object(), "advice"), HasSubstr("template"));
  gateway_.clock().advance(std::chrono::hours(1));
  EXPECT_TRUE(always([&] { return graph_.sends().size() == 1; }));
  say({"next", "wamid.2"});
  EXPECT_TRUE(reply_becomes("sent")) << "the conversation goes on";
}

TEST_F(SendOutcomeTest, HoldsBackOnePersonWhoGotTooMuchAndNobodyElse) {
  graph_.refuse_next(400, 131056);
  say({"first", "wamid.1"});
  ASSERT_TRUE(eventually([&] { return reply().contains("error"); }));
  say({"second", "wamid.2"});
  say({"other", "wamid.3", "491555000002"});
  ASSERT_TRUE(eventually([&] { return graph_.sends().size() == 2; }));
  EXPECT_TRUE(always([&] { return graph_.sends().size() == 2; }));
  EXPECT_THAT(graph_.texts(), ElementsAre("first", "other"));
  gateway_.clock().advance(seconds(8));
  gateway_.settle(acme_);
  EXPECT_THAT(graph_.texts(), ElementsAre("first", "other", "first", "second")) << "in order all the same";
}

TEST_F(SendOutcomeTest, RestsAWholeNumberThatSendsTooFast) {
  graph_.refuse_next(400, 130429);
  say({"first", "wamid.1"});
  ASSERT_TRUE(eventually([&] { return reply().contains("error"); }));
  say({"other", "wamid.2", "491555000002"});
  EXPECT_TRUE(always([&] { return graph_.sends().size() == 1; }));
  gateway_.clock().advance(seconds(8));
  gateway_.settle(acme_);
  EXPECT_THAT(graph_.texts(), UnorderedElementsAre("first", "first", "other"));
}

TEST_F(SendOutcomeTest, TriesAgainWhatMetaSaysItDidNotTake) {
  graph_.answer_next({503, "<html>later</html>", "text/html"});
  graph_.refuse_next(500, 131000);
  say({"hello", "wamid.1"});
  for (std::size_t tries = 1; tries < 3; ++tries) {
    ASSERT_TRUE(eventually([&] { return graph_.sends().size() == tries; }));
    ASSERT_TRUE(reply_becomes("queued"));
    gateway_.clock().advance(seconds(10));
  }
  EXPECT_TRUE(reply_becomes("sent"));
  EXPECT_THAT(graph_.sends(), SizeIs(3));
}

TEST_F(SendOutcomeTest, NeverSendsTwiceWhatMetaMayHaveAndSettlesItByItsStatus) {
  const ScriptedGraph::Answer answers[] = {{502, "<html>Bad Gateway</html>", "text/html"},
                                           {500, "", "text/plain"},
                                           {200, R"({"messaging_product":"whatsapp"})", "application/json"},
                                           {200, "{\"messages\":[{\"id\":", "application/json"}};
  int n = 0;
  for (const auto& answer : answers) {
    graph_.answer_next(answer);
    say({"hello", fmt::format("wamid.{}", ++n)});
    ASSERT_TRUE(eventually([&] { return graph_.sends().size() == static_cast<std::size_t>(n); }));
    ASSERT_TRUE(reply_becomes("unknown")) << answer.status;
    EXPECT_FALSE(text_of(reply(), "reason").empty());
    gateway_.clock().advance(std::chrono::hours(1));
    EXPECT_TRUE(always([&] { return graph_.sends().size() == static_cast<std::size_t>(n); })) << answer.status;

    const auto wamid = fmt::format("wamid.settled{}", n);
    status({wamid, n % 2 == 0 ? "delivered" : "sent", graph_.sends().back().callback_data()});
    EXPECT_TRUE(reply_becomes(n % 2 == 0 ? "delivered" : "sent"));
    EXPECT_EQ(text_of(reply(), "wamid"), wamid);
    EXPECT_EQ(text_of(reply(), "reason"), "") << "nothing is unknown any more";
  }
}

TEST_F(SendOutcomeTest, RemembersAcrossARestartWhenToTryAgain) {
  graph_.refuse_next(400, 131056);
  say({"hello", "wamid.1"});
  ASSERT_TRUE(eventually([&] { return reply().contains("error"); }));
  const auto due = text_of(reply(), "due_at");
  gateway_.restart();
  EXPECT_EQ(text_of(reply(), "due_at"), due);
  EXPECT_TRUE(always([&] { return graph_.sends().size() == 1; }));
  gateway_.clock().advance(seconds(8));
  EXPECT_TRUE(reply_becomes("sent"));
  EXPECT_EQ(reply().at("attempts").as_int64(), 2);
}

TEST_F(SendOutcomeTest, MakesASendThatAStopInterruptsUnknownAndGoesOnWithTheNext) {
  graph_.hold_sends();
  say({"in flight", "wamid.1"});
  say({"behind it", "wamid.2"});
  ASSERT_TRUE(eventually([&] { return graph_.sends().size() == 1; }));
  gateway_.stop();
  graph_.release();
  gateway_.start();
  ASSERT_TRUE(eventually([&] { return text_of(reply(), "state") == "sent"; }));
  EXPECT_THAT(all_of(gateway_.messages(acme_, "direction=outbound"), "state"), ElementsAre("unknown", "sent"));
  EXPECT_THAT(graph_.texts(), ElementsAre("in flight", "behind it"));
}

}  // namespace
}  // namespace claw::testing
