#include "delivery/rate_limit.hpp"

#include <algorithm>
#include <deque>

#include <gtest/gtest.h>

namespace claw {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{1'790'000'000'000ms};
constexpr ConversationId kAnna{1}, kBert{2};

/// Sends as soon as it may until `end`; the times.
std::vector<TimePoint> send_until(NumberRate& rate, TimePoint now, TimePoint end) {
  std::vector<TimePoint> times;
  for (now = rate.earliest(now); now < end; now = rate.earliest(now)) {
    rate.sent(now);
    times.push_back(now);
  }
  return times;
}

std::size_t most_in_a_second(const std::vector<TimePoint>& times) {
  std::size_t most = 0;
  std::deque<TimePoint> second;
  for (const auto time : times) {
    second.push_back(time);
    while (second.front() <= time - 1s) second.pop_front();
    most = std::max(most, second.size());
  }
  return most;
}

TEST(NumberRateTest, SendsInNoSecondMoreThanMetaAllowsAndMostOfIt) {
  for (const double allowed : {1.0, 20.0, 80.0, 1000.0}) {
    NumberRate rate(allowed);
    const auto times = send_until(rate, kStart, kStart + 20s);
    EXPECT_LE(most_in_a_second(times), static_cast<std::size_t>(std::max(2.0, allowed))) << allowed;
    EXPECT_GE(times.size(), static_cast<std::size_t>(0.85 * allowed * 20)) << allowed;
  }
}

TEST(NumberRateTest, LetsAFewGoAtOnceAfterARest) {
  NumberRate rate(80);
  EXPECT_EQ(send_until(rate, kStart, kStart + 1ms).size(), 5U);
  EXPECT_EQ(send_until(rate, kStart + 1h, kStart + 1h + 1ms).size(), 5U) << "an hour saves up no more";
}

TEST(NumberRateTest, LeavesRoomForWhatIsLongerOnItsWayToMetaThanWhatFollows) {
  for (const double allowed : {80.0, 1000.0}) {
    NumberRate rate(allowed);
    auto arrivals = send_until(rate, kStart, kStart + 20s);
    for (auto& arrival : arrivals)
      if (arrival < kStart + 50ms) arrival += 50ms;
    std::ranges::sort(arrivals);
    EXPECT_LE(most_in_a_second(arrivals), static_cast<std::size_t>(allowed)) << allowed;
  }
}

TEST(NumberRateTest, GoesAsFastAsMetaSaysFromThenOn) {
  NumberRate rate(20);
  EXPECT_LE(send_until(rate, kStart, kStart + 10s).size(), 200U);
  rate.refused(kStart + 10s, kStart + 10s);
  rate.set_limit(1'000, kStart + 11s);
  const auto fast = send_until(rate, kStart + 11s, kStart + 21s);
  EXPECT_GE(fast.size(), 8'500U) << "what was learned of the slower rate holds no more";
  EXPECT_LE(most_in_a_second(fast), 1'000U);
  rate.set_limit(80, kStart + 21s);
  const auto slow = send_until(rate, kStart + 21s, kStart + 31s);
  EXPECT_LE(most_in_a_second(slow), 80U) << "at once, too";
}

TEST(NumberRateTest, KeepsWhatItLearnedWhereMetaSaysTheSameAgain) {
  NumberRate rate(80);
  rate.refused(kStart, kStart);
  rate.set_limit(80, kStart + 1s);
  EXPECT_LT(rate.rate(), 60);
}

TEST(NumberRateTest, CountsWhatComesInButHalfOfTheRateAtMost) {
  NumberRate rate(80);
  rate.heard(1'000'000, kStart);
  std::size_t answers = 0;
  for (int tenth = 0; tenth < 100; ++tenth) {
    const auto now = kStart + 100ms * tenth;
    rate.heard(1'000'000, now);
    answers += send_until(rate, now, now + 100ms).size();
  }
  EXPECT_GE(answers, 250U) << "a flood silences nobody";
  EXPECT_LE(answers, 400U) << "40 of 80 a second";
}

TEST(NumberRateTest, SlowsDownWhenMetaRefusesAndRecoversSlowly) {
  NumberRate rate(80);
  rate.refused(kStart, kStart);
  EXPECT_DOUBLE_EQ(rate.rate(), 56);
  EXPECT_GT(rate.earliest(kStart), kStart);
  EXPECT_LE(most_in_a_second(send_until(rate, kStart, kStart + 10s)), 59U);
  (void)rate.earliest(kStart + 60s);
  EXPECT_NEAR(rate.rate(), 72, 0.1);
  (void)rate.earliest(kStart + 300s);
  EXPECT_DOUBLE_EQ(rate.rate(), 80) << "and recovers";
}

TEST(NumberRateTest, TakesRefusalsOfMessagesThatWereUnderWayTogetherAsOne) {
  NumberRate rate(80);
  for (int i = 0; i < 64; ++i) rate.refused(kStart, kStart + 100ms);
  EXPECT_DOUBLE_EQ(rate.rate(), 56);
  rate.refused(kStart + 200ms, kStart + 300ms);
  EXPECT_LT(rate.rate(), 40);
}

TEST(NumberRateTest, NeverFallsSilent) {
  NumberRate rate(80);
  for (int i = 0; i < 1000; ++i) rate.refused(kStart + 1ms * (i + 1), kStart + 1ms * (i + 1));
  EXPECT_GE(rate.rate(), NumberRate::kSlowest);
  EXPECT_LE(rate.earliest(kStart + 1s), kStart + 3s);
}

constexpr auto kOnTheWay = 20ms;

/// As NumberRate's, for one person; each message is answered before the next one goes.
std::vector<TimePoint> send_until(PairRates& pairs, TimePoint now, TimePoint end) {
  std::vector<TimePoint> times;
  for (now = pairs.earliest(kAnna, now); now < end; now = pairs.earliest(kAnna, now + kOnTheWay)) {
    pairs.taken(kAnna, now, now + kOnTheWay);
    times.push_back(now);
  }
  return times;
}

TEST(PairRatesTest, LetsABurstGoAndThenOneInSixSeconds) {
  PairRates pairs(6s);
  EXPECT_EQ(send_until(pairs, kStart, kStart + 5s).size(), 45U);
  EXPECT_EQ(pairs.earliest(kBert, kStart), kStart) << "nobody else waits";
  EXPECT_EQ(send_until(pairs, kStart + 5s, kStart + 61s).size(), 10U);
  EXPECT_EQ(send_until(pairs, kStart + 1h, kStart + 1h + 5s).size(), 45U) << "and recovers";
}

TEST(PairRatesTest, OwesNeverLessThanMetaThinksHoweverLongAMessageIsOnTheWay) {
  PairRates pairs(6s);
  TimePoint paid_at_meta, now = kStart;
  for (int i = 0; i < 200; ++i) {
    const auto way = 1ms * (i % 7 == 0 ? 3'000 : i % 3);
    now = pairs.earliest(kAnna, now);
    const auto arrives = now + way;
    ASSERT_LE(paid_at_meta - arrives, 6s * 44) << "message " << i << " would be refused";
    paid_at_meta = std::max(paid_at_meta, arrives) + 6s;
    pairs.taken(kAnna, now, arrives + way);
    now = arrives + way;
  }
}

TEST(PairRatesTest, KeepsToTheLetterOnceMetaRefusedWhatItShouldHaveTaken) {
  PairRates pairs(6s);
  for (int i = 0; i < 3; ++i) pairs.taken(kAnna, kStart, kStart);
  EXPECT_EQ(pairs.earliest(kAnna, kStart + 7s), kStart + 7s);
  pairs.refused(kAnna, kStart + 7s);
  const auto paid_back = kStart + 18s;
  EXPECT_EQ(pairs.earliest(kAnna, kStart + 8s), paid_back) << "three were sent";

  EXPECT_EQ(send_until(pairs, paid_back, paid_back + 5s).size(), 45U) << "a burst again, all paid back";
  EXPECT_GE(pairs.earliest(kAnna, paid_back + 5600ms), paid_back + 270s);
  pairs.taken(kBert, kStart + 20s, kStart + 20s);
  EXPECT_EQ(pairs.earliest(kBert, kStart + 21s), kStart + 21s) << "within the burst";
  EXPECT_EQ(pairs.earliest(kBert, kStart + 25800ms), kStart + 26s) << "Meta means the number, whoever it was";
}

TEST(PairRatesTest, WaitsAfterARefusalThatItCannotExplain) {
  PairRates pairs(6s);
  pairs.refused(kAnna, kStart);
  EXPECT_EQ(pairs.earliest(kAnna, kStart), kStart + 6s);
  EXPECT_EQ(pairs.earliest(kAnna, kStart + 6s), kStart + 6s);
}

TEST(PairRatesTest, RemembersOnlyThoseThatOweSomething) {
  PairRates pairs(6s);
  for (int i = 0; i < 100'000; ++i) pairs.taken(ConversationId{i}, kStart + 10ms * i, kStart + 10ms * i);
  EXPECT_LE(pairs.remembered(), 2'000U) << "100 a second, 6 s each";
}

TEST(PairRatesTest, HasNoLimitWhereNoneIsSet) {
  PairRates pairs(0ms);
  for (int i = 0; i < 1000; ++i) pairs.taken(kAnna, kStart, kStart);
  EXPECT_EQ(pairs.earliest(kAnna, kStart), kStart);
  EXPECT_EQ(pairs.remembered(), 0U);
}

}  // namespace
}  // namespace claw
