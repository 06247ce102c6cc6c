// A message comes in and an answer goes out: what Meta is told, in which order, across restarts, and to whom.
#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "support/eventually.hpp"
#include "support/live_gateway.hpp"
#include "support/webhook_bodies.hpp"

namespace claw::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr const char* kNumber = "100000000000001";

class ReplyFlowTest : public ::testing::Test {
 protected:
  void say(const TestTenant& tenant, const std::vector<Said>& messages) {
    ASSERT_EQ(gateway_.post(tenant, texts(tenant.number, messages)).status, 200);
  }
  std::vector<std::string> states(const TestTenant& tenant, const std::string& query) {
    return all_of(gateway_.messages(tenant, query), "state");
  }

  LiveGateway gateway_;
  ScriptedGraph& graph_ = gateway_.graph();
  TestTenant acme_ = gateway_.make_tenant("acme", kNumber);
};

TEST_F(ReplyFlowTest, MarksTheMessageReadShowsTypingAndThenAnswers) {
  say(acme_, {{"hello", "wamid.1"}});
  gateway_.settle(acme_);
  const auto calls = graph_.calls();
  ASSERT_THAT(calls, SizeIs(2));
  const auto& mark = calls[0];
  EXPECT_EQ(mark.number, kNumber);
  EXPECT_EQ(text_of(mark.body, "messaging_product"), "whatsapp");
  EXPECT_EQ(text_of(mark.body, "status"), "read");
  EXPECT_EQ(text_of(mark.body, "message_id"), "wamid.1");
  EXPECT_EQ(mark.body.at("typing_indicator"), boost::json::parse(R"({"type":"text"})"));

  const auto& reply = calls[1];
  EXPECT_EQ(reply.number, kNumber);
  EXPECT_EQ(text_of(reply.body, "messaging_product"), "whatsapp");
  EXPECT_EQ(text_of(reply.body, "type"), "text");
  EXPECT_EQ(reply.to(), "491555000001");
  EXPECT_EQ(reply.text(), "hello");
  EXPECT_FALSE(reply.callback_data().empty());
  EXPECT_LE(reply.callback_data().size(), 512U);
  for (const auto& call : calls) {
    EXPECT_EQ(call.authorization, "Bearer " + acme_.access_token);
    EXPECT_EQ(call.appsecret_proof, to_hex(hmac_sha256(acme_.app_secret, acme_.access_token)));
  }

  const auto inbound = gateway_.messages(acme_, "direction=inbound");
  const auto outbound = gateway_.messages(acme_, "direction=outbound");
  ASSERT_THAT(inbound, SizeIs(1));
  ASSERT_THAT(outbound, SizeIs(1));
  EXPECT_EQ(text_of(inbound[0], "state"), "answered");
  EXPECT_EQ(text_of(inbound[0], "agent"), "echo");
  EXPECT_EQ(text_of(outbound[0], "state"), "sent");
  EXPECT_EQ(text_of(outbound[0], "wamid"), reply.wamid);
  EXPECT_EQ(text_of(outbound[0], "answers"), text_of(inbound[0], "id"));
  EXPECT_EQ(outbound[0].at("user"), inbound[0].at("user"));
  EXPECT_EQ(outbound[0].at("attempts").as_int64(), 1);
}

TEST_F(ReplyFlowTest, HoldsTheAnswerBackUntilTheTypingCallIsOverSoThatNoDotsRemain) {
  graph_.hold_marks();
  say(acme_, {{"hello", "wamid.1"}});
  ASSERT_TRUE(eventually([&] { return graph_.calls().size() == 1; }));
  EXPECT_TRUE(always([&] { return graph_.sends().empty(); }));
  EXPECT_THAT(states(acme_, "direction=outbound"), ElementsAre("queued")) << "the answer is safe meanwhile";
  graph_.release();
  gateway_.settle(acme_);
  EXPECT_THAT(graph_.texts(), ElementsAre("hello"));
}

TEST_F(ReplyFlowTest, CutsALongAnswerIntoMessagesThatMetaTakes) {
  std::string paragraphs;
  for (int i = 0; i < 3; ++i) paragraphs += std::string(3000, static_cast<char>('a' + i)) + "\n\n";
  say(acme_, {{paragraphs + "end", "wamid.1"}});
  gateway_.settle(acme_);
  EXPECT_THAT(graph_.texts(),
              ElementsAre(std::string(3000, 'a'), std::string(3000, 'b'), std::string(3000, 'c') + "\n\nend"));
  std::vector<std::int64_t> parts;
  for (const auto& message : gateway_.messages(acme_, "direction=outbound"))
    parts.push_back(message.at("part").to_number<std::int64_t>());
  EXPECT_THAT(parts, ElementsAre(0, 1, 2));
}

TEST_F(ReplyFlowTest, KeepsOneConversationWaitingWhileOthersGoOn) {
  graph_.hold_sends();
  say(acme_, {{"first", "wamid.1"}, {"second", "wamid.2"}, {"other", "wamid.3", "491555000002"}});
  ASSERT_TRUE(eventually([&] { return graph_.sends().size() == 2; }));
  EXPECT_TRUE(always([&] { return graph_.sends().size() == 2; }));
  EXPECT_THAT(graph_.texts(), UnorderedElementsAre("first", "other")) << "one in flight for each conversation";
  graph_.release();
  gateway_.settle(acme_);
  EXPECT_EQ(graph_.texts().back(), "second");
}

TEST_F(ReplyFlowTest, GoesOnAfterARestartWithWhatWaitedForItsTurnOrToBeSent) {
  std::vector<Said> messages;
  std::vector<std::string> wanted;
  for (int i = 0; i < 120; ++i) {
    wanted.push_back(fmt::format("text {}", i));
    messages.push_back({wanted.back(), fmt::format("wamid.{}", i)});
  }
  say(acme_, messages);
  for (int restarts = 0; restarts < 3; ++restarts) gateway_.restart();
  // After a restart its counters begin anew, so that only the rows can tell.
  ASSERT_TRUE(eventually(
      [&] { return states(acme_, "direction=outbound") == std::vector<std::string>(wanted.size(), "sent"); }));
  EXPECT_EQ(graph_.texts(), wanted) << "each once, in order";
  EXPECT_THAT(states(acme_, "direction=inbound"), Each("answered"));
}

TEST_F(ReplyFlowTest, KeepsTwoTenantsWithTheSamePersonApart) {
  auto other = gateway_.make_tenant("other", "100000000000002");
  // Wamids come from Meta and are the same for nobody; a forger may still choose one that exists.
  say(acme_, {{"to acme", "wamid.same"}});
  say(other, {{"to other", "wamid.same"}});
  gateway_.settle(acme_);
  gateway_.settle(other);
  for (const TestTenant* tenant : {&acme_, &other}) {
    EXPECT_THAT(all_of(gateway_.messages(*tenant), "text"), Each("to " + tenant->name));
    EXPECT_THAT(gateway_.messages(*tenant, "user=491555000001"), SizeIs(2));
    for (const auto& call : graph_.calls()) {
      if (call.number != tenant->number) continue;
      EXPECT_EQ(call.authorization, "Bearer " + tenant->access_token);
      if (!call.is_mark()) EXPECT_EQ(call.text(), "to " + tenant->name);
    }
  }
  const auto get = [&](const TestTenant& tenant, const std::string& target) {
    return gateway_.call("GET", target, {{"Authorization", "Bearer " + tenant.api_token}}).status;
  };
  const auto id = text_of(gateway_.messages(acme_).front(), "id");
  EXPECT_EQ(get(acme_, "/api/v1/messages/" + id), 200);
  EXPECT_EQ(get(other, "/api/v1/messages/" + id), 404);
  EXPECT_THAT(gateway_.messages(other, "before=" + id), SizeIs(::testing::Le(2U)));

  const HttpHeaders as_acme{{"Authorization", "Bearer " + acme_.api_token}};
  EXPECT_EQ(gateway_.call("PUT", "/api/v1/kv/note", as_acme, R"({"value":"mine"})").status, 200);
  EXPECT_EQ(get(acme_, "/api/v1/kv/note"), 200);
  EXPECT_EQ(get(other, "/api/v1/kv/note"), 404);

  // A status that other's app signs, with acme's callback data in it, is no word about acme's message.
  const auto reply = gateway_.messages(acme_, "direction=outbound").front();
  const auto sends = graph_.sends();
  const auto to_acme =
      std::ranges::find(sends, "to " + acme_.name, [](const ScriptedGraph::Call& call) { return call.text(); });
  ASSERT_NE(to_acme, sends.end());
  const auto callback = to_acme->callback_data();
  EXPECT_EQ(gateway_.post(other, statuses(other.number, {{text_of(reply, "wamid"), "read", callback}})).status, 200);
  gateway_.settle(other);
  EXPECT_THAT(states(acme_, "direction=outbound"), ElementsAre("sent"));
  EXPECT_THAT(states(other, "direction=outbound"), ElementsAre("sent"));
}

TEST_F(ReplyFlowTest, StoresAndIgnoresWhatComesToADisabledChannel) {
  gateway_.admin("channel.set", {{"tenant", "acme"}, {"policy", "disabled"}});
  say(acme_, {{"anybody?", "wamid.1"}});
  gateway_.settle(acme_);
  const auto stored = gateway_.messages(acme_);
  ASSERT_THAT(stored, SizeIs(1));
  EXPECT_EQ(text_of(stored[0], "state"), "ignored");
  EXPECT_EQ(text_of(stored[0], "reason"), "channel_disabled");
  EXPECT_EQ(text_of(stored[0], "text"), "anybody?");
  EXPECT_THAT(graph_.calls(), IsEmpty()) << "not even marked read";

  gateway_.admin("channel.set", {{"tenant", "acme"}, {"policy", "open"}});
  say(acme_, {{"hello again", "wamid.2"}});
  gateway_.settle(acme_);
  EXPECT_THAT(graph_.texts(), ElementsAre("hello again"));
}

TEST_F(ReplyFlowTest, SaysWhyNobodyAnsweredWhereNoAgentIsSet) {
  const auto mute = gateway_.make_tenant_without_agent("mute", "100000000000003");
  say(mute, {{"hello", "wamid.1"}});
  gateway_.settle(mute);
  const auto stored = gateway_.messages(mute);
  ASSERT_THAT(stored, SizeIs(1));
  EXPECT_EQ(text_of(stored[0], "state"), "agent_failed");
  EXPECT_THAT(text_of(stored[0], "reason"), HasSubstr("agent set"));
  EXPECT_THAT(graph_.sends(), IsEmpty());

  gateway_.admin("agent.set", {{"tenant", "mute"}, {"agent", "echo"}, {"kind", "echo"}});
  say(mute, {{"hello again", "wamid.2"}});
  gateway_.settle(mute);
  EXPECT_THAT(graph_.texts(), ElementsAre("hello again"));
}

TEST_F(ReplyFlowTest, SendsNothingForATenantThatWasDisabledAndTheRestWhenItIsEnabledAgain) {
  graph_.hold_sends();
  say(acme_, {{"one", "wamid.1"}, {"two", "wamid.2"}});
  ASSERT_TRUE(eventually([&] { return graph_.sends().size() == 1; }));
  gateway_.admin("tenant.disable", {{"tenant", "acme"}});
  graph_.release();
  EXPECT_EQ(gateway_.call("GET", "/api/v1/messages", {{"Authorization", "Bearer " + acme_.api_token}}).status, 403);
  EXPECT_TRUE(always([&] { return graph_.sends().size() == 1; }));
  gateway_.admin("tenant.enable", {{"tenant", "acme"}});
  gateway_.clock().advance(std::chrono::seconds(11));
  gateway_.settle(acme_);
  EXPECT_THAT(graph_.texts(), ElementsAre("one", "two"));
}

}  // namespace
}  // namespace claw::testing
