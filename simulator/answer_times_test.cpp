#include "simulator/answer_times.hpp"

#include <gtest/gtest.h>

namespace claw::sim {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow{1'790'000'000'000ms};

TEST(AnswerTimesTest, CountFromTheFirstThatWasNotAnswered) {
  AnswerTimes times;
  times.wrote("1", "ann", kNow);
  times.wrote("1", "ann", kNow + 5ms);
  times.answered("1", "ben", kNow + 6ms);
  EXPECT_EQ(times.figures("", "").waiting, 1U);
  times.answered("1", "ann", kNow + 20ms);
  times.answered("1", "ann", kNow + 90ms);  // nobody asked
  const auto figures = times.figures("", "");
  EXPECT_EQ(figures.answers, 1U);
  EXPECT_EQ(figures.waiting, 0U);
  EXPECT_EQ(figures.max, 20ms);
}

TEST(AnswerTimesTest, TellOfOneNumberOrOfTheOthers) {
  AnswerTimes times;
  for (int i = 1; i <= 100; ++i) {
    times.wrote("1", "ann", kNow);
    times.answered("1", "ann", kNow + i * 1ms);
  }
  times.wrote("2", "ben", kNow);
  times.answered("2", "ben", kNow + 7s);
  EXPECT_EQ(times.figures("1", "").p50, 51ms);
  EXPECT_EQ(times.figures("1", "").p99, 100ms);
  EXPECT_EQ(times.figures("", "1").max, 7s);
  EXPECT_EQ(times.figures("", "").answers, 101U);
  times.clear();
  EXPECT_EQ(times.figures("", "").answers, 0U);
}

}  // namespace
}  // namespace claw::sim
