// What turns make of people who become one, and of groups.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/turn_world.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class IdentityTurnsTest : public TurnWorld {
 protected:
  /// As the intake does it.
  std::vector<MessageId> receive(AcceptItem item) {
    item.item.tenant = acme_;
    item.item.received_at = world_.clock.now();
    item.event.dedupe_key += std::to_string(++count_);
    auto accepted = world_.run(world_.ledger->accept({std::move(item)}, world_.ledger->fence())).value();
    for (const auto& changed : accepted.identities) conversations_->follow(changed);
    std::vector<MessageId> ids;
    for (const auto& pending : accepted.pending) ids.push_back(pending.id);
    conversations_->offer(std::move(accepted.pending));
    return ids;
  }
  MessageId hear(whatsapp::Person from, const std::string& text) {
    return receive(message_of(std::move(from), text)).front();
  }
  static whatsapp::Person person(std::string digits, std::string bsuid) {
    auto person = phone(std::move(digits));
    person.bsuid = std::move(bsuid);
    return person;
  }
  MessageId hear_in_group(whatsapp::Person from, const std::string& text, const std::string& group = "G1") {
    auto item = message_of(std::move(from), text);
    std::get<whatsapp::Message>(item.event.what).group_id = group;
    std::get<whatsapp::Message>(item.event.what).view.data = R"({"group_id":"G1"})";
    return receive(std::move(item)).front();
  }
  void allow(const std::string& address, Standing standing = Standing::kAllowed) {
    ASSERT_TRUE(world_.run(
        access_.put({.tenant = acme_, .address = address, .standing = standing, .by = "ada"},
                    {.tenant = acme_, .who_kind = "person", .who = "ada", .action = "test", .what = "set it"})));
  }
  std::vector<std::string> sent_to() {
    std::vector<std::string> found;
    for (const auto& call : graph_.calls())
      if (!call.mark) found.push_back(call.to);
    return found;
  }
};

TEST_F(IdentityTurnsTest, WhatWaitsInAConversationThatIsJoinedIsAnsweredInTheOtherInOrder) {
  set("session.queue", "followup");
  const auto first = hear(phone("491511"), "slow phone");
  ASSERT_TRUE(eventually([&] { return agent_.holds(1); }));
  hear(person("", "US.a"), "slow bsuid");
  ASSERT_TRUE(eventually([&] { return agent_.holds(2); }));
  hear(phone("491511"), "one");
  hear(person("", "US.a"), "two");
  hear(phone("491511"), "three");
  const auto last = hear(person("491511", "US.a"), "four");
  EXPECT_TRUE(always([&] { return graph_.texts().empty(); })) << "only what was under way runs";
  agent_.release();
  ASSERT_TRUE(sent(6));
  auto texts = graph_.texts();
  std::vector<std::string> behind;
  for (const auto& text : texts)
    if (text.find("slow") == std::string::npos) behind.push_back(text);
  EXPECT_THAT(behind, ElementsAre("bot: one", "bot: two", "bot: three", "bot: four"));
  const auto conversation = record(first).conversation;
  EXPECT_EQ(record(last).conversation, conversation);
  EXPECT_EQ(world_.run(world_.ledger->messages(acme_, {.conversation = conversation})).value().size(), 12U);
  ASSERT_TRUE(eventually([&] { return conversations_->in_memory() == 0; })) << "nothing is counted for good";
}

TEST_F(IdentityTurnsTest, WhatIsStillOfferedUnderTheOldConversationGoesToTheOther) {
  const auto old = hear(person("", "US.a"), "before");
  ASSERT_TRUE(is(old, MessageState::kAnswered));
  const auto from = record(old).conversation;
  hear(phone("491511"), "a");
  auto late = world_
                  .run(world_.ledger->accept({[&] {
                                               auto item = message_of(person("", "US.a"), "late");
                                               item.item.tenant = acme_;
                                               return item;
                                             }()},
                                             world_.ledger->fence()))
                  .value();
  // Read before they were joined, delivered after.
  const auto last = hear(person("491511", "US.a"), "slow");
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  ASSERT_EQ(late.pending.at(0).conversation, from);
  ASSERT_TRUE(sent(2));
  conversations_->reopen(std::move(late.pending));
  const auto count = graph_.texts().size();
  EXPECT_TRUE(always([&] { return graph_.texts().size() == count; })) << "it waits behind the turn under way there";
  agent_.release();
  ASSERT_TRUE(sent(count + 2));
  ASSERT_TRUE(is(last, MessageState::kAnswered));
}

TEST_F(IdentityTurnsTest, AnApprovalFollowsItsPersonAndNotTheNumber) {
  set("channel.policy", "allowlist");
  allow("491511");
  ASSERT_TRUE(is(hear(phone("491511"), "a"), MessageState::kAnswered));
  auto moved = message_of(phone("491511"), "[number changed]");
  auto& message = std::get<whatsapp::Message>(moved.event.what);
  message.type = "system";
  message.changed_to = phone("491522");
  moved.ignore_reason = "system_message";
  receive(std::move(moved));
  ASSERT_TRUE(is(hear(phone("491522"), "b"), MessageState::kAnswered)) << "known by the new number at once";
  const auto stranger = hear(phone("491511"), "c");
  ASSERT_TRUE(is(stranger, MessageState::kIgnored)) << "whoever has the old number now was never let in";
  EXPECT_EQ(record(stranger).reason, "not_on_allowlist");
  allow("491511", Standing::kBlocked);
  ASSERT_TRUE(is(hear(phone("491522"), "d"), MessageState::kAnswered)) << "though they are still called 491511";
}

TEST_F(IdentityTurnsTest, WhoOptedOutByAnyOfTheirAddressesComesBackByAWord) {
  hear(person("", "US.a"), "STOP");
  ASSERT_TRUE(sent(1));
  hear(phone("491511"), "hello");
  ASSERT_TRUE(sent(2));
  const auto now = hear(person("491511", "US.a"), "hello?");
  ASSERT_TRUE(is(now, MessageState::kIgnored));
  EXPECT_EQ(record(now).reason, "opted_out");
  hear(phone("491511"), "START");
  ASSERT_TRUE(sent(3));
  ASSERT_TRUE(is(hear(phone("491511"), "hello!"), MessageState::kAnswered));
}

TEST_F(IdentityTurnsTest, AnAgentInAGroupReadsWhoSaysItAndAnswersTheGroup) {
  ASSERT_TRUE(is(hear_in_group(phone("491511", "Omar"), "who brings the cake?"), MessageState::kAnswered));
  ASSERT_TRUE(is(hear_in_group(phone("491522", ""), "me"), MessageState::kAnswered));
  ASSERT_TRUE(is(hear(phone("491511"), "in private"), MessageState::kAnswered));
  ASSERT_TRUE(sent(3));
  EXPECT_THAT(graph_.texts(), ElementsAre("bot: Omar: who brings the cake?", "bot: +491522: me", "bot: in private"));
  EXPECT_THAT(sent_to(), ElementsAre("G1", "G1", "491511"));
  EXPECT_THAT(agent_.users(), ElementsAre("cc:acme:111:group:G1", "cc:acme:111:group:G1", "cc:acme:111:491511"))
      << "a session for the group, and none of it in private";
}

TEST_F(IdentityTurnsTest, InAGroupItsAuthorsAreJudgedAndNoCodeIsEverToldThere) {
  set("channel.policy", "pairing");
  allow("491511");
  allow("491533", Standing::kBlocked);
  ASSERT_TRUE(is(hear_in_group(phone("491511", "Omar"), "hi"), MessageState::kAnswered));
  const auto stranger = hear_in_group(phone("491522"), "hi");
  ASSERT_TRUE(is(stranger, MessageState::kIgnored));
  EXPECT_EQ(record(stranger).reason, "not_on_allowlist");
  ASSERT_TRUE(is(hear_in_group(phone("491533"), "hi"), MessageState::kIgnored));
  EXPECT_THAT(world_.run(access_.list(acme_, {.standing = Standing::kPending})).value(), IsEmpty());
  ASSERT_TRUE(sent(1));
  EXPECT_THAT(graph_.texts(), ElementsAre("bot: Omar: hi"));
  ASSERT_TRUE(is(hear_in_group(phone("491511", "Omar"), "STOP"), MessageState::kAnswered)) << "a word as any other";
  ASSERT_TRUE(is(hear(phone("491511"), "hi"), MessageState::kAnswered)) << "and nobody is opted out by it";
}

TEST_F(IdentityTurnsTest, InAGroupOnlyWhoAskedTakesTheQuestionBack) {
  set("session.queue", "interrupt");
  const auto asked = hear_in_group(phone("491511", "slow Omar"), "who brings the cake?");
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  const auto other = hear_in_group(phone("491533", "Eve"), "/stop");
  EXPECT_TRUE(always([&] { return record(asked).state == MessageState::kPending; }));
  hear_in_group(phone("491511", "slow Omar"), "/stop");
  ASSERT_TRUE(is(asked, MessageState::kNoReply));
  EXPECT_EQ(record(asked).reason, "stopped by the person");
  ASSERT_TRUE(is(other, MessageState::kAnswered));
  agent_.release();
}

TEST_F(IdentityTurnsTest, InAGroupNobodysWordsAreReadAsAnothers) {
  set("channel.policy", "allowlist");
  allow("491511");
  hear_in_group(phone("491511", "slow Omar"), "hi");
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  const auto one = hear_in_group(phone("491511", "Omar"), "one");
  const auto stranger = hear_in_group(phone("491522", "Eve"), "give me all you have");
  const auto two = hear_in_group(phone("491511", "Omar"), "two");
  agent_.release();
  ASSERT_TRUE(is(two, MessageState::kAnswered));
  EXPECT_EQ(record(stranger).state, MessageState::kIgnored);
  EXPECT_EQ(record(one).state, MessageState::kAnswered);
  ASSERT_TRUE(sent(3));
  EXPECT_THAT(graph_.texts(), ElementsAre("bot: slow Omar: hi", "bot: Omar: one", "bot: Omar: two"));
}

TEST_F(IdentityTurnsTest, WhatWaitsWhenItsPersonGetsANewNumberIsJudgedByWhoTheyAreNow) {
  set("channel.policy", "pairing");
  set("session.queue", "followup");
  allow("491511");
  hear(phone("491511"), "slow");
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  const auto waits = hear(phone("491511"), "two");
  auto moved = message_of(phone("491511"), "[number changed]");
  auto& message = std::get<whatsapp::Message>(moved.event.what);
  message.type = "system";
  message.changed_to = phone("491522");
  moved.ignore_reason = "system_message";
  receive(std::move(moved));
  agent_.release();
  ASSERT_TRUE(is(waits, MessageState::kAnswered));
  ASSERT_TRUE(sent(2));
  EXPECT_THAT(graph_.texts(), ElementsAre("bot: slow", "bot: two"));
  EXPECT_THAT(world_.run(access_.list(acme_, {.standing = Standing::kPending})).value(), IsEmpty());
}

TEST_F(IdentityTurnsTest, WhatWaitsWhenItsPersonIsBlockedUnderAnotherAddressIsNotAnswered) {
  set("session.queue", "followup");
  allow("491522", Standing::kBlocked);
  hear(phone("491522"), "never");
  const auto slow = hear(person("", "US.a"), "slow");
  ASSERT_TRUE(eventually([&] { return agent_.holds(); }));
  const auto waits = hear(person("", "US.a"), "two");
  hear(person("491522", "US.a"), "three");
  agent_.release();
  ASSERT_TRUE(is(waits, MessageState::kIgnored));
  EXPECT_EQ(record(waits).reason, "blocked");
  ASSERT_TRUE(is(slow, MessageState::kAnswered));
}

}  // namespace
}  // namespace claw
