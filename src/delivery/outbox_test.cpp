#include "delivery/outbox.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/accept_items.hpp"
#include "support/eventually.hpp"
#include "support/fake_graph.hpp"
#include "support/flaky_ledger.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;
using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Kind = GraphFailure::Kind;

class OutboxTest : public ::testing::Test {
 protected:
  OutboxTest() { make(); }
  ~OutboxTest() override {
    graph_.release();
    outbox_.reset();
    world_.store->close();
  }

  void make() {
    flaky_.emplace(*world_.ledger);
    outbox_ = std::make_unique<Outbox>(world_.io, *flaky_, tenants_.directory, graph_, world_.clock, metrics_);
  }
  /// The replies to one message of this person, in the ledger.
  std::vector<OutboundMessage> reply(const std::string& person, std::vector<std::string> texts,
                                     const std::string& number = "111") {
    auto item = on_number(text_from(person, "question " + std::to_string(++questions_)), number);
    item.item.tenant = acme_;
    Ledger& ledger = *world_.ledger;
    const auto turn = world_.run(ledger.accept({item}, ledger.fence())).value().pending.at(0).id;
    return world_
        .run(ledger.complete_turn(turn, {MessageState::kAnswered, "", "bot", std::move(texts)}, ledger.fence()))
        .value();
  }
  void offer(std::vector<OutboundMessage> parts) { outbox_->offer(std::move(parts)); }
  void start() {
    outbox_->start();
    offer(reply("490000", {"first of all"}));  // sent: the start has read the ledger
    ASSERT_TRUE(sent(1));
    ASSERT_TRUE(eventually([&] { return outbox_->in_memory() == 0; }));
  }
  bool sent(std::size_t count) {
    return eventually([&] { return graph_.texts().size() >= count && graph_.in_flight() == 0; });
  }
  bool is(const OutboundMessage& message, MessageState state) {
    return eventually([&] { return state_of(message) == state; });
  }
  MessageState state_of(const OutboundMessage& message) {
    return world_.run(world_.ledger->message(acme_, message.id)).value().state;
  }
  /// Moves the clock to where the `count` sleepers are awake, once all of them sleep.
  void pass(std::chrono::milliseconds time, std::size_t sleepers = 1) {
    ASSERT_TRUE(eventually([&] { return world_.clock.sleepers() >= sleepers; }));
    world_.clock.advance(time);
  }
  /// What was posted to the io threads before has run.
  void settle() {
    for (int round = 0; round < 5; ++round)
      for (std::size_t thread = 0; thread < world_.io.size(); ++thread)
        await(world_.io, []() -> Task<int> { co_return 0; }(), thread);
  }
  std::vector<std::string> texts_after_start() {
    auto all = graph_.texts();
    if (!all.empty()) all.erase(all.begin());
    return all;
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111,222");
  FakeGraph graph_;
  Metrics metrics_;
  std::optional<FlakyLedger> flaky_;
  std::unique_ptr<Outbox> outbox_;
  int questions_ = 0;
};

TEST_F(OutboxTest, SendsPartsOneAfterTheOtherWithTheirCallbackData) {
  start();
  const auto parts = reply("491511", {"one", "two", "three"});
  offer(parts);
  ASSERT_TRUE(sent(4));
  EXPECT_THAT(texts_after_start(), ElementsAre("one", "two", "three"));
  for (const auto& part : parts) EXPECT_TRUE(is(part, MessageState::kSent));
  const auto call = graph_.calls().at(1);
  EXPECT_EQ(call.number, "111");
  EXPECT_EQ(call.to, "491511");
  EXPECT_EQ(parse_callback_data(call.callback_data).value().message, parts[0].id);
  EXPECT_EQ(parse_callback_data(call.callback_data).value().slot, slot_of(acme_, "491511"));
  EXPECT_TRUE(eventually([&] { return outbox_->in_memory() == 0; }));
}

TEST_F(OutboxTest, LetsNoNumberTakeThePlaceOfTheOthers) {
  const std::size_t many = 2 * Outbox::kMaxInMemoryPerNumber + 10;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < many; ++i) texts.push_back("m" + std::to_string(i));
  GraphFailure refused;
  refused.kind = GraphFailure::Kind::kNotSent;
  graph_.answer("m0", refused);
  const auto parts = reply("491511", texts);
  outbox_->start();
  ASSERT_TRUE(eventually([&] { return outbox_->in_memory() == Outbox::kMaxInMemoryPerNumber; }));
  offer(reply("491512", {"other"}, "222"));
  ASSERT_TRUE(sent(2)) << "the refused one, and the other number's";
  EXPECT_EQ(graph_.calls().back().number, "222");

  pass(std::chrono::seconds(5));
  ASSERT_TRUE(sent(many + 2)) << "and recovers";
  auto went = texts_after_start();  // without the first try of the one that was refused
  std::erase(went, "other");
  EXPECT_EQ(went, texts);
  EXPECT_TRUE(is(parts.back(), MessageState::kSent));
}

TEST_F(OutboxTest, SendsWhatWaitsInTheLedgerWhenItStarts) {
  const auto parts = reply("491511", {"one", "two"});
  outbox_->start();
  ASSERT_TRUE(sent(2));
  EXPECT_THAT(graph_.texts(), ElementsAre("one", "two"));
}

TEST_F(OutboxTest, SaysInTheLedgerThatItSendsBeforeItSends) {
  start();
  graph_.hold_sends();
  const auto parts = reply("491511", {"one", "two"});
  offer(parts);
  ASSERT_TRUE(eventually([&] { return graph_.in_flight() == 1; }));
  EXPECT_EQ(state_of(parts[0]), MessageState::kSending);
  EXPECT_EQ(state_of(parts[1]), MessageState::kQueued) << "the second part waits for the first";
}

TEST_F(OutboxTest, SendsConversationsSideBySide) {
  start();
  graph_.hold_sends();
  for (const char* person : {"491511", "491512", "491513"}) offer(reply(person, {person, "and then"}));
  ASSERT_TRUE(eventually([&] { return graph_.in_flight() == 3; }));
  EXPECT_THAT(texts_after_start(), UnorderedElementsAre("491511", "491512", "491513"));
  graph_.release();
  EXPECT_TRUE(sent(7));
}

TEST_F(OutboxTest, RetriesAndHoldsBackItsOwnConversationOnly) {
  start();
  graph_.answer("one", refusal(131056));
  const auto troubled = reply("491511", {"one", "two"});
  offer(troubled);
  ASSERT_TRUE(is(troubled[0], MessageState::kQueued));
  offer(reply("491512", {"other"}));
  ASSERT_TRUE(sent(3));
  EXPECT_THAT(texts_after_start(), ElementsAre("one", "other"));
  pass(5s);
  EXPECT_THAT(texts_after_start(), SizeIs(2)) << "not before its time";
  pass(3s);
  ASSERT_TRUE(sent(5));
  EXPECT_THAT(texts_after_start(), ElementsAre("one", "other", "one", "two")) << "and recovers";
  EXPECT_TRUE(is(troubled[1], MessageState::kSent));
}

TEST_F(OutboxTest, FillsNoDiskWithWhatItTriesAgain) {
  start();
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 20; ++i) {
    const auto text = "text " + std::to_string(i);
    graph_.answer(text, refusal(131056));
    const auto parts = reply("49151" + std::to_string(i), {text});
    offer(parts);
    ASSERT_TRUE(is(parts[0], MessageState::kQueued));
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  int lines = 0;
  for (auto at = log.find("outbox.not_sent"); at != std::string::npos; at = log.find("outbox.not_sent", at + 1))
    ++lines;
  EXPECT_EQ(lines, 5) << log;
}

TEST_F(OutboxTest, LetsTheNextPartGoAfterOneThatFailedForGood) {
  start();
  graph_.answer("one", refusal(131047));
  const auto parts = reply("491511", {"one", "two"});
  offer(parts);
  ASSERT_TRUE(is(parts[0], MessageState::kFailed));
  EXPECT_TRUE(is(parts[1], MessageState::kSent));
  const auto record = world_.run(world_.ledger->message(acme_, parts[0].id)).value();
  EXPECT_EQ(record.error_code, 131047);
  EXPECT_EQ(record.reason, "code 131047");
}

TEST_F(OutboxTest, NeverSendsAgainWhatMetaMayHave) {
  start();
  graph_.answer("one", failure_of(Kind::kAmbiguous));
  const auto parts = reply("491511", {"one", "two"});
  offer(parts);
  ASSERT_TRUE(is(parts[0], MessageState::kUnknown));
  ASSERT_TRUE(is(parts[1], MessageState::kSent)) << "the next part goes on";
  world_.clock.advance(24h);
  offer(reply("491511", {"three"}));
  ASSERT_TRUE(sent(4));
  EXPECT_THAT(texts_after_start(), ElementsAre("one", "two", "three"));
}

TEST_F(OutboxTest, RestsTheWholeNumberAfterAThroughputErrorAndNoOther) {
  start();
  graph_.answer("one", refusal(130429));
  const auto limited = reply("491511", {"one"});
  offer(limited);
  ASSERT_TRUE(is(limited[0], MessageState::kQueued));
  offer(reply("491512", {"same number"}));
  offer(reply("491512", {"other number"}, "222"));
  ASSERT_TRUE(sent(3));
  EXPECT_THAT(texts_after_start(), ElementsAre("one", "other number"));
  pass(1s, 2);
  ASSERT_TRUE(sent(4));
  EXPECT_EQ(texts_after_start().back(), "same number");
  pass(7s);
  ASSERT_TRUE(sent(5));
  EXPECT_EQ(texts_after_start().back(), "one") << "and recovers";
}

TEST_F(OutboxTest, LetsThoseRestTooThatWaitedForAPlaceInFlight) {
  start();
  graph_.hold_sends();
  const std::size_t places = Outbox::kMaxInFlightPerNumber;
  for (std::size_t i = 0; i < places; ++i) {
    const std::string text = "m" + std::to_string(i);
    graph_.answer(text, refusal(130429));
    offer(reply("4915" + std::to_string(i), {text}));
  }
  ASSERT_TRUE(eventually([&] { return graph_.in_flight() == places; }));
  offer(reply("49170", {"waits for a place"}));
  settle();
  graph_.release();
  EXPECT_TRUE(eventually([&] { return world_.clock.sleepers() == places + 1; }));
  EXPECT_THAT(texts_after_start(), SizeIs(places)) << "the number rests: nothing more is sent";
  world_.clock.advance(10s);
  EXPECT_TRUE(sent(2 * places + 2)) << "and recovers";
}

TEST_F(OutboxTest, HasNoMoreInFlightThanItsBoundForANumber) {
  start();
  graph_.hold_sends();
  const std::size_t places = Outbox::kMaxInFlightPerNumber;
  for (std::size_t i = 0; i < places + 10; ++i) offer(reply("4915" + std::to_string(i), {"m" + std::to_string(i)}));
  offer(reply("49170", {"other number"}, "222"));
  ASSERT_TRUE(eventually([&] { return graph_.in_flight() == places + 1; }));
  settle();
  EXPECT_EQ(graph_.in_flight(), places + 1) << "64 of one number, and the other number's";
  graph_.release();
  EXPECT_TRUE(sent(places + 12)) << "and recovers";
}

TEST_F(OutboxTest, ParksWhatItDidNotBeginWhenItStopsAndGoesOnAfterARestart) {
  start();
  graph_.hold_sends();
  const auto parts = reply("491511", {"one", "two"});
  offer(parts);
  ASSERT_TRUE(eventually([&] { return graph_.in_flight() == 1; }));
  outbox_->stop(0ms);
  graph_.release();
  ASSERT_TRUE(is(parts[0], MessageState::kSent)) << "what was under way is finished and kept";
  settle();
  EXPECT_EQ(state_of(parts[1]), MessageState::kQueued);
  outbox_.reset();
  make();
  outbox_->start();
  ASSERT_TRUE(is(parts[1], MessageState::kSent));
  EXPECT_THAT(texts_after_start(), ElementsAre("one", "two")) << "and nothing twice";
}

TEST_F(OutboxTest, WaitsForSendsUnderWayWhenItStops) {
  start();
  graph_.hold_sends();
  const auto parts = reply("491511", {"one"});
  offer(parts);
  ASSERT_TRUE(eventually([&] { return graph_.in_flight() == 1; }));
  std::thread meta([this] { graph_.release(); });
  outbox_->stop(10s);
  EXPECT_EQ(state_of(parts[0]), MessageState::kSent);
  meta.join();
}

TEST_F(OutboxTest, GoesAwayWithMessagesOfferedAMomentBefore) {
  std::vector<OutboundMessage> parts;
  for (int i = 0; i < 200; ++i) {
    auto more = reply("4915" + std::to_string(i), {"x"}, i % 2 ? "111" : "222");
    std::ranges::move(more, std::back_inserter(parts));
  }
  start();
  offer(std::move(parts));
  outbox_.reset();
  settle();
}

TEST_F(OutboxTest, WaitsWhileATenantIsDisabledAndRecovers) {
  start();
  tenants_.enable(acme_, false);
  const auto parts = reply("491511", {"one"});
  offer(parts);
  pass(10s);
  EXPECT_THAT(texts_after_start(), IsEmpty());
  EXPECT_EQ(state_of(parts[0]), MessageState::kQueued);
  tenants_.enable(acme_, true);
  pass(10s);
  EXPECT_TRUE(is(parts[0], MessageState::kSent)) << "and recovers";
}

TEST_F(OutboxTest, SendsNothingWhileTheLedgerCannotSaySoAndRecovers) {
  start();
  flaky_->fail_next(2);
  const auto parts = reply("491511", {"one"});
  offer(parts);
  pass(250ms);
  EXPECT_THAT(texts_after_start(), IsEmpty());
  pass(250ms);
  EXPECT_TRUE(is(parts[0], MessageState::kSent)) << "and recovers";
  EXPECT_THAT(texts_after_start(), ElementsAre("one"));
}

TEST_F(OutboxTest, SendsOnceWhenTheBeginWasKeptThoughItFailed) {
  start();
  flaky_->fail_after_next(1);
  const auto parts = reply("491511", {"one", "two"});
  offer(parts);
  ASSERT_TRUE(eventually([&] { return flaky_->failed() == 1; }));
  EXPECT_TRUE(is(parts[0], MessageState::kSending));
  pass(250ms);
  pass(250ms);
  EXPECT_TRUE(is(parts[1], MessageState::kSent)) << "and recovers";
  EXPECT_EQ(state_of(parts[0]), MessageState::kSent);
  EXPECT_THAT(texts_after_start(), ElementsAre("one", "two"));
}

TEST_F(OutboxTest, KeepsAnOutcomeUntilTheLedgerTakesIt) {
  start();
  graph_.hold_sends();
  const auto parts = reply("491511", {"one", "two"});
  offer(parts);
  ASSERT_TRUE(eventually([&] { return graph_.in_flight() == 1; }));
  flaky_->fail_next(2);
  graph_.release();
  pass(250ms);
  pass(250ms);
  EXPECT_TRUE(is(parts[0], MessageState::kSent));
  EXPECT_TRUE(is(parts[1], MessageState::kSent)) << "and recovers";
  EXPECT_THAT(texts_after_start(), ElementsAre("one", "two"));
}

}  // namespace
}  // namespace claw
