#include "conversation/responder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/turn_world.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;
using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using ResponderTest = TurnWorld;

TEST_F(ResponderTest, CollectsWhatArrivesDuringATurnIntoOneLaterTurn) {
  const auto first = write("slow");
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  const auto later = write_all({"a", "b"});
  write("c");
  agent_.release();
  ASSERT_TRUE(sent(2));
  EXPECT_THAT(graph_.texts(), ElementsAre("bot: slow", "bot: a\nb\nc"));
  EXPECT_TRUE(is(first, MessageState::kAnswered));
  for (const auto id : later) EXPECT_TRUE(is(id, MessageState::kAnswered));
}

TEST_F(ResponderTest, GivesEachMessageATurnInFollowUp) {
  set("session.queue", "followup");
  write("slow");
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  write_all({"a", "b"});
  agent_.release();
  ASSERT_TRUE(sent(3));
  EXPECT_THAT(graph_.texts(), ElementsAre("bot: slow", "bot: a", "bot: b"));
}

TEST_F(ResponderTest, GivesUpTheTurnUnderWayInInterrupt) {
  set("session.queue", "interrupt");
  const auto first = write("slow");
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  write("never mind");
  ASSERT_TRUE(sent(1));
  EXPECT_THAT(graph_.texts(), ElementsAre("bot: never mind"));
  ASSERT_TRUE(is(first, MessageState::kNoReply));
  EXPECT_EQ(record(first).reason, "interrupted by a newer message");
  agent_.release();
  write("next");
  ASSERT_TRUE(sent(2));
  EXPECT_EQ(graph_.texts()[1], "bot: next") << "what the agent said too late is dropped";
}

TEST_F(ResponderTest, StopsTheTurnUnderWayOnCommand) {
  const auto first = write("slow");
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  write("/stop");
  ASSERT_TRUE(sent(1));
  EXPECT_THAT(graph_.texts(), ElementsAre("Stopped."));
  EXPECT_EQ(record(first).reason, "stopped by the person");
}

TEST_F(ResponderTest, RunsATurnOfSeveralMessagesAgainAsItWasAfterACrash) {
  write("slow");
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  write_all({"slow a", "b"});
  agent_.release();
  ASSERT_TRUE(eventually([&] { return agent_.turns().size() == 2 && agent_.holds(); }));
  ASSERT_TRUE(sent(1));
  // The process ends in the middle of the turn, and a message comes in before the next one starts.
  shut();
  make();
  write("c");
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  agent_.release();
  ASSERT_TRUE(sent(3));
  const auto turns = agent_.turns();
  EXPECT_EQ(turns[1], turns[2]) << "the same messages under the same id";
  EXPECT_THAT(graph_.texts(), ElementsAre("bot: slow", "bot: slow a\nb", "bot: c"));
}

TEST_F(ResponderTest, WaitsForAQuietMomentWhereTheTenantWantsThat) {
  set("session.debounce_ms", "1000");
  write("a");
  write("b");
  ASSERT_TRUE(eventually([&] { return world_.clock.sleepers() > world_.io.size(); }));
  world_.clock.advance(600ms);
  write("c");
  world_.clock.advance(600ms);
  EXPECT_THAT(graph_.texts(), IsEmpty()) << "the window began anew";
  ASSERT_TRUE(eventually([&] {
    world_.clock.advance(200ms);
    return !graph_.texts().empty();
  }));
  EXPECT_THAT(graph_.texts(), ElementsAre("bot: a\nb\nc"));
}

TEST_F(ResponderTest, BeginsAnewOnCommand) {
  ASSERT_TRUE(is(write("one"), MessageState::kAnswered));
  const auto command = write("/new");
  ASSERT_TRUE(is(command, MessageState::kAnswered));
  EXPECT_EQ(record(command).matched_by, "command");
  ASSERT_TRUE(is(write("two"), MessageState::kAnswered));
  ASSERT_TRUE(is(write("/new three"), MessageState::kAnswered));
  ASSERT_TRUE(sent(4));
  EXPECT_THAT(graph_.texts(), ElementsAre("bot: one", "We begin anew.", "bot: two", "bot: three"));
  EXPECT_THAT(agent_.users(), ElementsAre("cc:acme:111:491511", "cc:acme:111:491511:1", "cc:acme:111:491511:2"));
}

TEST_F(ResponderTest, ShowsTheAgentNothingOfAnEarlierSession) {
  ASSERT_TRUE(is(write("one"), MessageState::kAnswered));
  ASSERT_TRUE(is(write("/new"), MessageState::kAnswered));
  ASSERT_TRUE(is(write("two"), MessageState::kAnswered));
  const auto three = write("three");
  ASSERT_TRUE(is(three, MessageState::kAnswered));
  const auto conversation = record(three).conversation;
  const auto session = world_.run(world_.ledger->session(conversation)).value();
  std::vector<std::string> said;
  for (const auto& entry : world_.run(world_.ledger->history(conversation, session.first, three, 10)).value())
    said.push_back(entry.text);
  EXPECT_THAT(said, ElementsAre("two", "bot: two"));
}

TEST_F(ResponderTest, BeginsAnewAfterAnIdleTime) {
  set("session.idle_reset_minutes", "30");
  ASSERT_TRUE(is(write("one"), MessageState::kAnswered));
  world_.clock.advance(29min);
  ASSERT_TRUE(is(write("two"), MessageState::kAnswered));
  world_.clock.advance(30min);
  ASSERT_TRUE(is(write("three"), MessageState::kAnswered));
  EXPECT_THAT(agent_.users(), ElementsAre("cc:acme:111:491511", "cc:acme:111:491511", "cc:acme:111:491511:1"));
}

TEST_F(ResponderTest, KeepsTheAgentThatASessionBeganWith) {
  set("routing.rules", R"([{"by":"keyword","value":"offer","agent":"sales"}])");
  const auto first = write("Offer");
  ASSERT_TRUE(is(first, MessageState::kAnswered));
  const auto second = write("and then?");
  ASSERT_TRUE(is(second, MessageState::kAnswered));
  EXPECT_EQ(record(first).agent, "sales");
  EXPECT_EQ(record(second).agent, "sales");
  EXPECT_EQ(record(second).matched_by, "keyword");
  ASSERT_TRUE(is(write("/new"), MessageState::kAnswered));
  const auto third = write("hello");
  ASSERT_TRUE(is(third, MessageState::kAnswered));
  EXPECT_EQ(record(third).agent, "bot");
  EXPECT_EQ(record(third).matched_by, "default");
}

TEST_F(ResponderTest, KnowsTheFirstMessageOfASessionAlsoAfterARestart) {
  set("routing.rules", R"([{"by":"keyword","value":"offer","agent":"sales"}])");
  ASSERT_TRUE(is(write("hello"), MessageState::kAnswered));
  ASSERT_TRUE(is(write("/new"), MessageState::kAnswered));
  ASSERT_TRUE(is(write("/status"), MessageState::kAnswered));
  shut();
  make();
  const auto first = write("offer");
  ASSERT_TRUE(is(first, MessageState::kAnswered));
  EXPECT_EQ(record(first).agent, "sales");
}

TEST_F(ResponderTest, ReadsWhatIsLeftOfATurnWhereTheRestIsGone) {
  const auto ids = write_all({"slow one", "two"});
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  shut();
  // As after two conversations were joined: what was between them has a turn of its own, and so has each half.
  TurnOutcome outcome;
  outcome.state = MessageState::kNoReply;
  ASSERT_TRUE(world_.run(world_.ledger->begin_turn(ids, world_.ledger->fence())));
  ASSERT_TRUE(world_.run(world_.ledger->complete_turn(ids[0], outcome, world_.ledger->fence())));
  make();
  EXPECT_TRUE(eventually([&] {
    world_.clock.advance(1s);
    return record(ids[1]).state == MessageState::kAnswered;
  }));
}

TEST_F(ResponderTest, LetsOnlyOwnersChooseAndPause) {
  set("session.owners", "+49 1512");
  ASSERT_TRUE(is(write("/agent sales"), MessageState::kAnswered));
  ASSERT_TRUE(sent(1));
  EXPECT_EQ(graph_.texts()[0], "bot: /agent sales") << "a word as any other";
  ASSERT_TRUE(is(write("/agent sales", "491512"), MessageState::kAnswered));
  const auto answered = write("hi", "491512");
  ASSERT_TRUE(is(answered, MessageState::kAnswered));
  EXPECT_EQ(record(answered).agent, "sales");
  ASSERT_TRUE(is(write("/pause", "491512"), MessageState::kAnswered));
  const auto silent = write("hi?", "491512");
  ASSERT_TRUE(is(silent, MessageState::kNoReply));
  ASSERT_TRUE(is(write("/resume", "491512"), MessageState::kAnswered));
  ASSERT_TRUE(is(write("hi!", "491512"), MessageState::kAnswered));
}

TEST_F(ResponderTest, LeavesAConversationToThePersonWhoTookItOver) {
  const auto first = write("one");
  ASSERT_TRUE(is(first, MessageState::kAnswered));
  const auto conversation = record(first).conversation;
  ASSERT_TRUE(world_.run(responder_->pause(acme_, conversation, world_.clock.now() + 60min, "ada")));
  const auto second = write("two");
  ASSERT_TRUE(is(second, MessageState::kNoReply));
  EXPECT_EQ(record(second).reason, "answered by hand: ada");
  auto by_hand = world_.run(world_.ledger->say(acme_, conversation, {"It is Ada.", "ada", ""}, world_.ledger->fence()));
  outbox_->offer({by_hand->message});
  ASSERT_TRUE(sent(2));
  EXPECT_EQ(graph_.texts()[1], "It is Ada.");
  world_.clock.advance(60min);
  ASSERT_TRUE(is(write("three"), MessageState::kAnswered)) << "and the agent has it back";
  EXPECT_EQ(world_.run(responder_->pause(TenantId{99}, conversation, {}, "eve")).error().kind, ErrorKind::kNotFound);
}

TEST_F(ResponderTest, SaysWhoAnswersAndAsWhatOneIsKnown) {
  write("/status");
  ASSERT_TRUE(sent(1));
  write("/whoami");
  ASSERT_TRUE(sent(2));
  write("/help");
  ASSERT_TRUE(sent(3));
  EXPECT_EQ(graph_.texts()[0], "bot answers here.");
  EXPECT_EQ(graph_.texts()[1], "You are known here as +491511.");
  EXPECT_THAT(graph_.texts()[2], ::testing::AllOf(HasSubstr("/new"), ::testing::Not(HasSubstr("/pause"))));
  EXPECT_THAT(agent_.turns(), IsEmpty());
  set("routing.rules", R"([{"by":"number","value":"111","agent":"sales"}])");
  write("/status");
  ASSERT_TRUE(sent(4));
  EXPECT_EQ(graph_.texts()[3], "sales answers here.") << "as the rules have it";
}

TEST_F(ResponderTest, SendsThePicturesOfAnAgentsMarkdownAsPictures) {
  world_.run(tenants_.store.put_agent({acme_, "bot", "echo", R"({"format":"markdown"})"}, true, tenants_.change()))
      .value();
  set("session.queue", "followup");
  const auto asked = write("look: ![The menu](https://shop.example/menu.png)");
  ASSERT_TRUE(is(asked, MessageState::kAnswered));
  ASSERT_TRUE(eventually([&] { return graph_.calls().size() >= 2; }));
  const auto sent = world_.run(world_.ledger->messages(acme_, {.direction = Direction::kOutbound})).value();
  ASSERT_THAT(sent, SizeIs(2));
  EXPECT_EQ(sent[1].view.text, "bot: look: https://shop.example/menu.png");
  EXPECT_EQ(sent[0].type, "image");
  EXPECT_EQ(sent[0].view.text, "[image] The menu");
}

}  // namespace
}  // namespace claw
