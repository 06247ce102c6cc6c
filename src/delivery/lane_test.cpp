#include "delivery/lane.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_graph.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;
using claw::testing::failure_of;
using claw::testing::kUnlimited;
using claw::testing::refusal;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LaneTest : public ::testing::Test {
 protected:
  explicit LaneTest(SendLimits limits = kUnlimited) : lane_(limits) {}

  void add(std::int64_t conversation, const std::string& text, std::chrono::milliseconds due = 0ms,
           const std::string& type = "text") {
    OutboundMessage message;
    message.message.type = type;
    message.id = MessageId{++count_};
    message.conversation = ConversationId{conversation};
    message.message.view.text = text;
    message.due = now_ + due;
    if (!lane_.add(message, now_)) in_ledger_.emplace(message.id.value, std::move(message));
  }
  /// As the outbox asks: for answers first.
  OutboundMessage* next(Lane& lane, TimePoint now) {
    again_ = TimePoint::max();
    for (const auto urgency : {Urgency::kAnswer, Urgency::kCampaign}) {
      if (auto* const message = lane.next(urgency, now)) return message;
      again_ = std::min(again_, lane.look_again_at());
    }
    return nullptr;
  }
  OutboundMessage* next(Lane& lane) { return next(lane, now_); }
  /// Brings what the lane asks for.
  void bring() {
    for (const auto& wanted : lane_.take_wanted()) {
      const auto found = in_ledger_.find(wanted.message.value);
      if (found == in_ledger_.end())
        lane_.gone(wanted);
      else
        lane_.give_back(found->second, now_);
    }
  }
  /// Takes all that may go now and leaves it in flight.
  std::vector<OutboundMessage*> take() {
    std::vector<OutboundMessage*> taken;
    while (auto* message = next(lane_)) taken.push_back(message);
    return taken;
  }
  /// The next ends like this; its text, or "" if none may go.
  std::string send(const GraphOutcome& outcome = GraphSent{"wamid"}) {
    auto* message = next(lane_);
    return message ? end(*message, outcome) : "";
  }
  std::string end(OutboundMessage& message, const GraphOutcome& outcome) {
    const std::string text = message.message.view.text;
    lane_.judge(message, outcome, now_, now_);
    const auto next = after_send(outcome, ++message.attempts, now_, now_, 0);
    message.due = next.due;
    if (next.state == MessageState::kQueued)
      lane_.put_back(message);
    else
      lane_.finished(message, now_);
    return text;
  }
  std::size_t held_back_by(Lane::Limit limit) { return lane_.take_held_back()[static_cast<std::size_t>(limit)]; }

  Lane lane_;
  TimePoint again_ = TimePoint::max();  // when next() may have one
  TimePoint now_{1'790'000'000'000ms};
  std::int64_t count_ = 0;
  std::map<std::int64_t, OutboundMessage> in_ledger_;
};

TEST_F(LaneTest, GivesTheFirstDueFirstAndEachConversationInItsOwnOrder) {
  add(1, "a1");
  add(1, "a2");
  add(2, "late", 5s);
  add(3, "c1");
  EXPECT_EQ(send(), "a1");
  EXPECT_EQ(send(), "c1") << "a2 stands behind those who waited";
  EXPECT_EQ(send(), "a2");
  EXPECT_EQ(send(), "");
  EXPECT_EQ(again_, now_ + 5s);
  now_ += 5s;
  EXPECT_EQ(send(), "late");
  EXPECT_EQ(send(), "");
  EXPECT_EQ(again_, TimePoint::max());
}

TEST_F(LaneTest, HasOneOfAConversationInFlightAndABoundedNumberInAll) {
  for (int i = 0; i < 2; ++i) add(1, "a");
  EXPECT_THAT(take(), SizeIs(1));
  for (std::size_t i = 0; i < Lane::kMaxInFlight + 10; ++i) add(static_cast<std::int64_t>(10 + i), "b");
  EXPECT_THAT(take(), SizeIs(Lane::kMaxInFlight - 1));
  EXPECT_EQ(again_, TimePoint::max()) << "an end gives a place, no time does";
}

TEST_F(LaneTest, KeepsAFewOfAConversationInMemoryAndAsksForTheOthersInOrder) {
  std::vector<std::string> wanted, got;
  for (int i = 0; i < 100; ++i) {
    wanted.push_back(std::to_string(i));
    add(1, wanted.back());
  }
  EXPECT_THAT(in_ledger_, SizeIs(100 - Lane::kMaxOfConversation));
  in_ledger_.erase(51);  // no longer in the outbox
  wanted.erase(wanted.begin() + 50);
  for (auto text = send(); !text.empty(); text = send()) {
    got.push_back(text);
    for (int ask = 0; ask < 2; ++ask) bring();
  }
  EXPECT_EQ(got, wanted);
  add(1, "afterwards");
  EXPECT_EQ(send(), "afterwards") << "and in memory again";
}

TEST_F(LaneTest, SendsAnswersBeforeCampaignsWhoeverCameFirst) {
  for (int i = 0; i < 1'000; ++i) add(i, "offer", 0ms, "template");
  now_ += 1s;
  add(2'000, "answer");
  add(0, "answer to one of them");
  EXPECT_EQ(send(), "answer");
  EXPECT_EQ(send(), "answer to one of them");
  EXPECT_EQ(send(), "offer") << "and the campaign goes on";
}

TEST_F(LaneTest, KeepsPlacesInFlightForAnswers) {
  for (std::size_t i = 0; i < 2 * Lane::kMaxInFlight; ++i) add(static_cast<std::int64_t>(i), "offer", 0ms, "template");
  EXPECT_THAT(take(), SizeIs(Lane::kMaxInFlight - Lane::kMaxInFlight / Lane::kCampaignShare));
  add(2'000, "answer");
  EXPECT_THAT(take(), SizeIs(1));
}

TEST_F(LaneTest, LooksAgainForWhicheverIsDueFirst) {
  add(1, "answer", 5s);
  add(2, "offer", 2s, "template");
  EXPECT_EQ(send(), "");
  EXPECT_EQ(again_, now_ + 2s);
}

class LimitedLaneTest : public LaneTest {
 protected:
  LimitedLaneTest() : LaneTest(SendLimits{}) {}
};

TEST_F(LimitedLaneTest, StarvesNobodyForALongAnswer) {
  for (int i = 0; i < 100; ++i) add(1, "long");
  add(2, "short");
  EXPECT_EQ(send(), "long");
  EXPECT_EQ(send(), "short");
}

TEST_F(LimitedLaneTest, HoldsBackAPersonWhoGotABurstAndNobodyElse) {
  for (int i = 0; i < 46; ++i) add(1, "burst");
  const auto end = now_ + 3s;
  int sent = 0;
  for (; now_ < end; now_ += 10ms, bring())
    while (!send().empty()) ++sent;
  EXPECT_EQ(sent, 45);
  EXPECT_EQ(held_back_by(Lane::Limit::kPair), 1U);
  add(2, "other");
  EXPECT_EQ(send(), "other");
  EXPECT_EQ(send(), "");
  now_ = again_;
  EXPECT_LE(now_ - end, 4s);
  EXPECT_EQ(send(), "burst") << "and recovers";
}

TEST_F(LimitedLaneTest, SendsAsFastAsTheNumberMayAndInOrder) {
  for (int i = 0; i < 200; ++i) add(i, std::to_string(i));
  std::vector<int> order;
  const auto began = now_;
  while (order.size() < 200) {
    if (const auto text = send(); !text.empty())
      order.push_back(std::stoi(text));
    else
      now_ = again_;
  }
  EXPECT_TRUE(std::ranges::is_sorted(order));
  EXPECT_GE(now_ - began, 2500ms);
  EXPECT_LE(now_ - began, 3s);
  EXPECT_GT(held_back_by(Lane::Limit::kRate), 0U);
}

TEST_F(LaneTest, RestsAndSlowsDownAfterAThroughputRefusal) {
  add(1, "refused");
  add(2, "other");
  EXPECT_EQ(send(refusal(130429)), "refused");
  EXPECT_EQ(send(), "");
  EXPECT_EQ(held_back_by(Lane::Limit::kRest), 1U);
  now_ = again_;
  EXPECT_EQ(send(), "other");
  now_ += 10s;
  EXPECT_EQ(send(), "refused") << "and recovers";
}

TEST_F(LaneTest, RestsForALimitThatAnotherNumberMet) {
  add(1, "waits");
  lane_.rest(now_ + 5s);
  EXPECT_EQ(send(), "");
  EXPECT_EQ(again_, now_ + 5s);
  lane_.rest(now_ + 1s);
  EXPECT_EQ(again_, now_ + 5s) << "a shorter rest ends no longer one";
  now_ += 5s;
  EXPECT_EQ(send(), "waits") << "and recovers";
}

TEST_F(LaneTest, HasPlacesInFlightForTheRateThatMetaAllows) {
  Lane slow(SendLimits{80, 0ms});
  const auto in_flight = [&](Lane& lane) {
    std::size_t count = 0;
    while (next(lane, now_ += 100ms)) ++count;
    return count;
  };
  for (std::int64_t i = 1; i <= 600; ++i) {
    OutboundMessage message;
    message.id = {i};
    message.conversation = {i};
    message.message.type = "text";
    (void)slow.add(std::move(message), now_);
  }
  EXPECT_EQ(in_flight(slow), Lane::kMinInFlight);
  slow.set_rate(1'000, now_);
  EXPECT_EQ(in_flight(slow), Lane::kMaxInFlight - Lane::kMinInFlight) << "half a second of them";
}

TEST_F(LaneTest, LetsOneMessageKnockWhileTheTokenIsRefused) {
  for (int i = 1; i <= 20; ++i) add(i, "m" + std::to_string(i));
  EXPECT_EQ(send(refusal(190, 401)), "m1");
  EXPECT_TRUE(lane_.is_held());
  EXPECT_EQ(lane_.trouble().error.code, 190);
  EXPECT_EQ(send(), "");
  EXPECT_EQ(held_back_by(Lane::Limit::kAuthorization), 1U);
  EXPECT_THAT(lane_.take_unexplained(), SizeIs(19)) << "all but the one that Meta explained";
  add(21, "m21");
  EXPECT_THAT(lane_.take_unexplained(), ElementsAre(MessageId{21}));

  int knocks = 0;
  const auto end = now_ + 1h;
  for (; now_ < end; now_ += 1s)
    while (!send(refusal(190, 401)).empty()) ++knocks;
  EXPECT_GE(knocks, 6);
  EXPECT_LE(knocks, 10) << "1, 2, 4, 8, 10, 10 … minutes";

  now_ += 10min;
  EXPECT_THAT(take(), SizeIs(1)) << "a probe at a time";
}

TEST_F(LaneTest, SendsEverythingOnceTheProbePassed) {
  for (int i = 1; i <= 5; ++i) add(i, "m");
  send(refusal(10, 403));
  now_ += 61s;
  const auto probe = take();
  ASSERT_THAT(probe, SizeIs(1));
  end(*probe.front(), refusal(131047));
  EXPECT_FALSE(lane_.is_held()) << "refused for another reason: the token is good";
  EXPECT_THAT(take(), SizeIs(4)) << "and recovers";
}

TEST_F(LaneTest, TriesAtOnceWhenTheTokenWasChanged) {
  for (int i = 1; i <= 3; ++i) add(i, "m" + std::to_string(i));
  auto all = take();
  ASSERT_THAT(all, SizeIs(3));
  for (auto* message : all) end(*message, refusal(190, 401));
  EXPECT_THAT(take(), IsEmpty());
  lane_.try_authorization_now(now_);
  EXPECT_EQ(send(), "m1") << "the probe";
  EXPECT_EQ(send(), "m2");
  EXPECT_EQ(send(), "m3") << "and recovers";
}

TEST_F(LaneTest, KeepsHoldingWhereTheProbeBringsNoWord) {
  for (int i = 1; i <= 3; ++i) add(i, "m" + std::to_string(i));
  send(refusal(190, 401));
  now_ += 60s;
  EXPECT_EQ(send(failure_of(GraphFailure::Kind::kNotSent)), "m2");
  EXPECT_TRUE(lane_.is_held());
  EXPECT_EQ(send(), "m3") << "the next is the probe";
  EXPECT_FALSE(lane_.is_held());
}

TEST_F(LaneTest, CountsNothingForAMessageThatWasNotSent) {
  Lane lane{SendLimits{1000, 6s}};
  OutboundMessage message;
  message.conversation = ConversationId{1};
  ASSERT_TRUE(lane.add(message, now_));
  for (int i = 0; i < 200; ++i) {
    now_ += 10ms;
    ASSERT_NE(next(lane), nullptr) << i;
    lane.put_back(message);
  }
}

}  // namespace
}  // namespace claw
