#include "simulator/deliveries.hpp"

#include "simulator/world_fixture.hpp"

namespace claw::sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::SizeIs;

class DeliveriesTest : public WorldTest {};

TEST_F(DeliveriesTest, CarriesASignatureOverTheBytesItSends) {
  say("Grüße");
  ASSERT_THAT(attempts_, SizeIs(1));
  EXPECT_EQ(attempts_[0].url, "http://gateway/hook");
  EXPECT_EQ(attempts_[0].signature, signature_of("sim-app-secret", *attempts_[0].body));
}

TEST_F(DeliveriesTest, RepeatsTheSameBytesAfterOneTwoFourSecondsUntilAnswered) {
  say("hello");
  const std::string body = *attempts_[0].body;
  for (const auto pause : {seconds(1), seconds(2), seconds(4)}) {
    answer(503, "it answered 503");
    leap(pause - milliseconds(1));
    EXPECT_THAT(attempts_, SizeIs(0)) << "too early";
    leap(milliseconds(1));
    ASSERT_THAT(attempts_, SizeIs(1)) << "after " << pause.count() << " s";
    EXPECT_EQ(*attempts_[0].body, body);
  }
  answer(200);
  leap(hours(24));
  EXPECT_THAT(attempts_, SizeIs(0));
  EXPECT_EQ(meta_.deliveries().open(), 0U);
}

TEST_F(DeliveriesTest, NeverPausesLongerThanAMinute) {
  EXPECT_EQ(Deliveries::pause_after(1), seconds(1));
  EXPECT_EQ(Deliveries::pause_after(6), seconds(32));
  EXPECT_EQ(Deliveries::pause_after(7), seconds(60));
  EXPECT_EQ(Deliveries::pause_after(10'000), seconds(60));
}

TEST_F(DeliveriesTest, GivesUpAfterSevenDays) {
  const auto id = say("hello");
  for (int i = 0; i < 8; ++i) {
    answer(0, "not reachable");
    leap(seconds(60));
  }
  leap(hours(7 * 24));
  answer(0, "not reachable");
  EXPECT_EQ(meta_.deliveries().open(), 0U);
  EXPECT_EQ(meta_.counts.webhooks_given_up, 1U);
  EXPECT_EQ(meta_.phones.find_message(id).message->tick, Tick::kFailed);
}

TEST_F(DeliveriesTest, AFailingOneHoldsUpNoOther) {
  say("one");
  answer(500);
  say("two");
  ASSERT_THAT(attempts_, SizeIs(1));
  EXPECT_THAT(*attempts_[0].body, testing::HasSubstr("\"two\""));
}

TEST_F(DeliveriesTest, HasABoundedNumberUnderWayForEachNumber) {
  Number other = default_number();
  other.id = "100000000000002";
  other.callback = "http://other/hook";
  ASSERT_TRUE(meta_.numbers.put(other));
  for (std::size_t i = 0; i < Deliveries::kInFlightPerNumber + 5; ++i) say("hello", default_number().id);
  EXPECT_THAT(attempts_, SizeIs(Deliveries::kInFlightPerNumber));

  say("hello", other.id);
  ASSERT_THAT(attempts_, SizeIs(Deliveries::kInFlightPerNumber + 1));
  EXPECT_EQ(attempts_.back().url, "http://other/hook");

  answer(200);
  EXPECT_THAT(attempts_, SizeIs(Deliveries::kInFlightPerNumber + 1)) << "the next one takes the free place";
}

TEST_F(DeliveriesTest, WaitsForACallbackToBeSetAndUsesIt) {
  Number number = default_number();
  ASSERT_TRUE(meta_.numbers.put(number));
  const auto id = say("hello");
  EXPECT_THAT(attempts_, SizeIs(0));
  EXPECT_EQ(meta_.phones.find_message(id).message->delivery.reason, "no callback address is set for this number");

  number.callback = "http://late/hook";
  ASSERT_TRUE(meta_.numbers.put(number));
  leap(seconds(1));
  ASSERT_THAT(attempts_, SizeIs(1));
  EXPECT_EQ(attempts_[0].url, "http://late/hook");
}

TEST_F(DeliveriesTest, SignsEachTryWithTheSecretOfThatMoment) {
  say("hello");
  answer(401);
  Number number = *meta_.numbers.find(default_number().id);
  number.app_secret = "rotated";
  ASSERT_TRUE(meta_.numbers.put(number));
  leap(seconds(1));
  ASSERT_THAT(attempts_, SizeIs(1));
  EXPECT_EQ(attempts_[0].signature, signature_of("rotated", *attempts_[0].body));
}

}  // namespace
}  // namespace claw::sim
