#include "simulator/traffic.hpp"

#include "simulator/graph_fixture.hpp"

namespace claw::sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::SizeIs;

class TrafficTest : public GraphWorldTest {
 protected:
  void limit(Limits limits) {
    change_number([&](Number& number) { number.limits = limits; });
  }
};

TEST_F(TrafficTest, TheEightyFirstMessageWithinASecondIsRefusedAndTheNextSecondIsFree) {
  for (int i = 0; i < 80; ++i) EXPECT_EQ(send(phone(i)), 0) << i;
  EXPECT_EQ(send(phone(80)), 130429);
  leap(milliseconds(999));
  EXPECT_EQ(send(phone(80)), 130429);
  leap(milliseconds(1));
  for (int i = 0; i < 80; ++i) EXPECT_EQ(send(phone(i)), 0) << i << ": and recovers";
  EXPECT_EQ(send(phone(80)), 130429);
}

TEST_F(TrafficTest, ThroughputCountsWhatComesInToo) {
  limit({.messages_per_second = 3});
  say("one");
  say("two");
  EXPECT_EQ(send(), 0);
  EXPECT_EQ(send(), 130429);
  say("a person is never refused");
  leap(seconds(1));
  EXPECT_EQ(send(), 0);
}

TEST_F(TrafficTest, ThroughputIsEachNumbersOwn) {
  limit({.messages_per_second = 1});
  Number other = number();
  other.id = "100000000000002";
  other.display_phone = "15550001002";
  ASSERT_TRUE(meta_.numbers.put(other));
  EXPECT_EQ(send(), 0);
  EXPECT_EQ(send(), 130429);
  EXPECT_FALSE(meta_.traffic.admit(*meta_.numbers.find(other.id), kMaria));
}

TEST_F(TrafficTest, TheFortySixthMessageToOnePersonIsRefusedAndOthersGoOn) {
  EXPECT_EQ(send_many(45), 0);
  EXPECT_EQ(send(), 131056);
  EXPECT_EQ(send(phone(1)), 0) << "another person";
  leap(seconds(6) - milliseconds(1));
  EXPECT_EQ(send(), 131056);
  leap(milliseconds(1));
  EXPECT_EQ(send(), 0) << "and recovers: one more each 6 seconds";
  EXPECT_EQ(send(), 131056);
  leap(seconds(6 * 45));
  EXPECT_EQ(send_many(46), 1) << "the whole burst after a rest";
}

TEST_F(TrafficTest, ThePairRateIsASettingOfTheNumber) {
  limit({.pair_per_6s = 2, .pair_burst = 1});
  EXPECT_EQ(send(), 0);
  EXPECT_EQ(send(), 131056);
  leap(seconds(3));
  EXPECT_EQ(send(), 0);
}

TEST_F(TrafficTest, NothingIsRefusedWithoutLimits) {
  limit(Limits::none());
  EXPECT_EQ(send_many(1'000), 0);
}

TEST_F(TrafficTest, AFreeFormMessageOutsideOfTheWindowIsAcceptedAndFailsLater) {
  say("hello");
  leap(Traffic::kWindow - milliseconds(1));
  EXPECT_EQ(send(), 0);
  EXPECT_THAT(statuses(), ElementsAre(std::pair("sent", 0), std::pair("delivered", 0), std::pair("read", 0)));

  EXPECT_EQ(send(), 0);
  EXPECT_THAT(statuses(), ElementsAre(std::pair("failed", 131047)));
  EXPECT_EQ(meta_.phones.find(kMaria)->messages.back().tick, Tick::kFailed);

  say("and recovers");
  EXPECT_EQ(send(), 0);
  EXPECT_THAT(statuses(), SizeIs(3));
}

TEST_F(TrafficTest, TheWindowIsOpenedByThePersonsOwnMessageToThisNumber) {
  ASSERT_TRUE(meta_.phones.put(kMaria, "Maria"));
  EXPECT_FALSE(meta_.traffic.window_open(number(), kMaria)) << "never wrote";
  say("hello");
  EXPECT_TRUE(meta_.traffic.window_open(number(), kMaria));
  EXPECT_FALSE(meta_.traffic.window_open(number(), phone(1)));
  Number other = number();
  other.id = "100000000000002";
  EXPECT_FALSE(meta_.traffic.window_open(other, kMaria));
  leap(Traffic::kWindow);
  EXPECT_FALSE(meta_.traffic.window_open(number(), kMaria)) << "at the end of the 24th hour";
}

TEST_F(TrafficTest, AnAdOpensTheWindowForThreeDays) {
  meta_.traffic.person_wrote(number(), kMaria, true);
  leap(hours(70));
  meta_.traffic.person_wrote(number(), phone(1));
  EXPECT_TRUE(meta_.traffic.window_open(number(), kMaria));
  leap(hours(2));
  EXPECT_FALSE(meta_.traffic.window_open(number(), kMaria));
  EXPECT_TRUE(meta_.traffic.window_open(number(), phone(1)));
}

TEST_F(TrafficTest, ForgettingIdlePairsChangesNoAnswer) {
  say("hello");
  for (int i = 0; i < 5'000; ++i) {
    meta_.traffic.person_wrote(number(), phone(i));
    (void)meta_.traffic.admit(number(), phone(i));
    leap(milliseconds(100));
  }
  EXPECT_TRUE(meta_.traffic.window_open(number(), kMaria));
  EXPECT_EQ(send_many(46), 1);
}

}  // namespace
}  // namespace claw::sim
