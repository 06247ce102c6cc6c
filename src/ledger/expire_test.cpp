#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/accept_items.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace claw::testing;
using namespace std::chrono_literals;
using enum MessageState;

constexpr TenantId kAcme{1};
constexpr TenantId kBeta{2};

class ExpireTest : public ::testing::Test {
 protected:
  Ledger& ledger() { return *world_.ledger; }
  Fence fence() { return world_.ledger->fence(); }
  template <class T>
  T run(Task<T> task) {
    return world_.run(std::move(task));
  }
  Accepted accept(AcceptItem item) {
    item.item.received_at = world_.clock.now();
    return run(ledger().accept({std::move(item)}, fence())).value();
  }
  MessageId receive(const std::string& text, const std::string& from = "491511", TenantId tenant = kAcme) {
    return accept(of_tenant(text_from(from, text, "wamid." + from + text), tenant.value)).pending.at(0).id;
  }
  MessageId answer(MessageId message, const std::string& text) {
    return run(ledger().complete_turn(message, {kAnswered, "", "echo", {text}}, fence())).value().at(0).id;
  }
  /// Asked, answered and sent.
  std::pair<MessageId, MessageId> talk(const std::string& text, const std::string& from = "491511") {
    const auto message = receive(text, from);
    const auto reply = answer(message, "re: " + text);
    EXPECT_TRUE(run(ledger().begin_send(reply, fence())));
    EXPECT_TRUE(run(ledger().end_send(reply, {kSent, "w" + text, {}, 0, ""}, fence())));
    return {message, reply};
  }
  /// What is older than a day goes; gives how many rows.
  std::size_t expire(std::size_t limit = 100, TenantId tenant = kAcme) {
    std::size_t deleted = 0;
    Expiry done{.from = MessageId{1}, .more = true};
    for (int steps = 0; done.more; ++steps) {
      EXPECT_LT(steps, 100) << "it has no end";
      done = run(ledger().expire(tenant, world_.clock.now() - 24h, done.from, limit, fence())).value();
      deleted += done.deleted;
    }
    return deleted;
  }
  std::vector<std::string> texts(MessageFilter filter = {}, TenantId tenant = kAcme) {
    std::vector<std::string> found;
    filter.limit = 2;
    for (int pages = 0; pages < 20; ++pages) {
      const auto page = run(ledger().messages(tenant, filter)).value();
      for (const auto& record : page) found.push_back(record.view.text);
      if (page.next == 0) return found;
      filter.before = MessageId{page.next};
    }
    ADD_FAILURE() << "the pages have no end";
    return found;
  }
  ConversationId conversation_of(MessageId id) { return run(ledger().message(kAcme, id)).value().conversation; }
  std::vector<std::string> talks() {
    std::vector<std::string> found;
    for (const auto& talk : run(ledger().conversations(kAcme, {})).value()) found.push_back(talk.last_text);
    return found;
  }

  OpenLedger world_;
};

TEST_F(ExpireTest, DeletesWhatIsOldOfTheTenantAndOfNobodyElse) {
  const auto [message, reply] = talk("old");
  accept(status_of("wold", "delivered", callback_data_for(1, reply)));
  accept(item_of(whatsapp::ItemKind::kUnparsed, "unparsed/1"));
  receive("beta's", "491511", kBeta);
  world_.clock.advance(25h);
  talk("young");
  accept(status_of("wyoung", "delivered"));
  accept(item_of(whatsapp::ItemKind::kUnparsed, "unparsed/2"));
  EXPECT_EQ(expire(), 4U) << "two messages, a status, what was unparsed";
  EXPECT_THAT(texts(), ElementsAre("re: young", "young"));
  EXPECT_EQ(run(ledger().message(kAcme, message)).error().kind, ErrorKind::kNotFound);
  EXPECT_THAT(run(ledger().statuses(kAcme, {})).value(), SizeIs(1));
  EXPECT_THAT(run(ledger().events(kAcme, {})).value(), SizeIs(1));
  EXPECT_THAT(texts({}, kBeta), ElementsAre("beta's"));
  EXPECT_EQ(expire(), 0U);
}

TEST_F(ExpireTest, KeepsTheListsOfAConversationWholeAtTheCut) {
  talk("one");
  const auto cursor = talk("two").first;
  world_.clock.advance(25h);
  const auto [message, reply] = talk("three");
  receive("elsewhere", "491599");
  expire();
  const auto conversation = conversation_of(message);
  EXPECT_THAT(texts({.conversation = conversation}), ElementsAre("re: three", "three"));
  EXPECT_THAT(texts({.user = "491511"}), ElementsAre("re: three", "three"));
  EXPECT_THAT(texts({.before = cursor, .conversation = conversation}), IsEmpty()) << "a page begun before the cut";
  const auto next = receive("four");
  const auto history = run(ledger().history(conversation, {}, next, 10)).value();
  ASSERT_THAT(history, SizeIs(2));
  EXPECT_EQ(history[0].text, "three");
  EXPECT_THAT(talks(), ElementsAre("four", "elsewhere"));
}

TEST_F(ExpireTest, LetsAConversationGoWhoseMessagesAllWentAndKeepsThePerson) {
  const auto conversation = conversation_of(talk("old").first);
  world_.clock.advance(25h);
  talk("young", "491512");
  EXPECT_EQ(run(ledger().stored(kAcme)).value().conversations, 2);
  expire();
  EXPECT_THAT(talks(), ElementsAre("re: young"));
  EXPECT_EQ(run(ledger().stored(kAcme)).value().conversations, 1);
  EXPECT_EQ(run(ledger().conversation(kAcme, conversation)).error().kind, ErrorKind::kNotFound);
  EXPECT_THAT(run(ledger().user(kAcme, "491511")).value().conversations, IsEmpty());
  talk("again");
  EXPECT_THAT(talks(), ElementsAre("re: again", "re: young")) << "and it comes back";
  EXPECT_THAT(texts({.conversation = conversation}), ElementsAre("re: again", "again"));
  EXPECT_EQ(run(ledger().stored(kAcme)).value().conversations, 2);
}

TEST_F(ExpireTest, NeverDeletesAnOpenTurnOrAQueuedSendNorWhatCameBehindThem) {
  talk("done");
  const auto open = receive("open");
  talk("behind the open one");
  const auto queued = answer(receive("asked", "491512"), "queued");
  world_.clock.advance(25h);
  talk("young", "491513");
  EXPECT_EQ(expire(), 3U) << "done and its reply; asked, whose reply waits";
  EXPECT_THAT(texts(),
              ElementsAre("re: young", "young", "queued", "re: behind the open one", "behind the open one", "open"));
  EXPECT_THAT(run(ledger().pending(kAcme, MessageId{1}, 10)).value(), SizeIs(1));
  EXPECT_EQ(run(ledger().queued("111", Urgency::kAnswer, MessageId{1}, 10)).value().at(0).id, queued);
  EXPECT_THAT(texts({.conversation = conversation_of(open)}),
              ElementsAre("re: behind the open one", "behind the open one", "open"));

  ASSERT_TRUE(run(ledger().complete_turn(open, {kNoReply, "", "echo", {}}, fence())));
  ASSERT_TRUE(run(ledger().begin_send(queued, fence())));
  ASSERT_TRUE(run(ledger().end_send(queued, {kSent, "w", {}, 0, ""}, fence())));
  EXPECT_EQ(expire(), 4U) << "and then they go too";
  EXPECT_THAT(texts(), ElementsAre("re: young", "young"));
}

TEST_F(ExpireTest, WhatWaitsForAPersonStaysForThirtyDaysAlsoWhereLessIsKept) {
  const auto held = receive("held", "491511");
  ASSERT_TRUE(run(ledger().complete_turn(held, {kHeld, "", "", {}}, fence())));
  const auto parked = answer(receive("asked", "491512"), "parked");
  ASSERT_TRUE(run(ledger().park(parked, "the window is closed", world_.clock.now() + 24h * 365, fence())));
  world_.clock.advance(24h * 30 - 1h);
  talk("young", "491513");
  EXPECT_EQ(expire(), 1U) << "asked, which was answered";
  EXPECT_THAT(texts(), ElementsAre("re: young", "young", "parked", "held"));

  world_.clock.advance(1h);
  EXPECT_EQ(expire(), 1U) << "held: nobody let its sender in";
  const auto told = run(ledger().message(kAcme, parked)).value();
  EXPECT_EQ(told.state, kFailed) << "who said it learns of it first";
  EXPECT_THAT(told.reason, ::testing::HasSubstr("30 days"));
  expire();
  EXPECT_THAT(texts(), ElementsAre("re: young", "young"));
}

TEST_F(ExpireTest, GoesInStepsPastWhatStays) {
  for (int i = 0; i < 5; ++i) receive("open " + std::to_string(i), "49150" + std::to_string(i));
  for (int i = 0; i < 5; ++i) talk("done " + std::to_string(i), "49160" + std::to_string(i));
  world_.clock.advance(25h);
  talk("young");
  const auto first = run(ledger().expire(kAcme, world_.clock.now() - 24h, MessageId{1}, 3, fence())).value();
  EXPECT_EQ(first.deleted, 0U);
  EXPECT_TRUE(first.more);
  EXPECT_EQ(expire(3), 10U);
  EXPECT_THAT(texts(), SizeIs(7));
}

TEST_F(ExpireTest, TakesBackExactlyWhatWasCounted) {
  auto large = text_from("491511", "bytes: \xC3\xB6");
  large.item.raw = std::string(5'000, 'r');
  answer(accept(large).pending.at(0).id, std::string(100, 'x'));
  accept(status_of("wamid.of.nobody", "sent"));
  EXPECT_GT(run(ledger().stored(kAcme)).value().bytes, 5'000);
  const auto queued = run(ledger().queued("111", Urgency::kAnswer, MessageId{1}, 10)).value().at(0).id;
  ASSERT_TRUE(run(ledger().explain({queued}, {kFailed, "", {}, 0, "too late"}, fence())));
  world_.clock.advance(25h);
  // The newest rows of all stay.
  receive("beta's", "491511", kBeta);
  accept(of_tenant(status_of("wamid.of.beta", "sent"), 2));
  expire();
  const auto left = run(ledger().stored(kAcme)).value();
  EXPECT_EQ(left.messages, 0);
  EXPECT_EQ(left.conversations, 0);
  EXPECT_EQ(left.bytes, 0);
}

TEST_F(ExpireTest, GivesNoNumberTwice) {
  const auto last = talk("old").second;
  world_.clock.advance(25h);
  expire();
  EXPECT_GT(receive("young"), last);
  expire();
  EXPECT_THAT(texts(), ElementsAre("young"));
}

TEST_F(ExpireTest, RefusesAnOlderOwner) {
  talk("old");
  const Fence old = fence();
  world_.restart();
  world_.clock.advance(25h);
  EXPECT_EQ(run(ledger().expire(kAcme, world_.clock.now(), MessageId{1}, 10, old)).error().kind, ErrorKind::kConflict);
  EXPECT_THAT(texts(), SizeIs(2));
}

}  // namespace
}  // namespace claw
