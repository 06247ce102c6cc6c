#include "histogram.hpp"

#include <gtest/gtest.h>

namespace claw::bench {
namespace {

using std::chrono::nanoseconds;

TEST(HistogramTest, TellsEachDurationWithinOnePercent) {
  for (std::int64_t value = 1; value < 1'000'000'000'000; value = value * 13 / 10 + 1) {
    Histogram histogram;
    histogram.add(nanoseconds(value));
    histogram.add(nanoseconds(2'000'000'000'000));  // so that the answer is a bucket's and not the exact maximum
    const auto told = histogram.quantile(0.5).count();
    EXPECT_GE(told, value);
    EXPECT_LE(static_cast<double>(told), static_cast<double>(value) * 1.01 + 1);
  }
}

TEST(HistogramTest, FindsQuantilesAndTheLongest) {
  Histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.add(nanoseconds(i * 1000));
  EXPECT_NEAR(static_cast<double>(histogram.quantile(0.5).count()), 500'000, 5'000);
  EXPECT_NEAR(static_cast<double>(histogram.quantile(0.99).count()), 990'000, 9'900);
  EXPECT_EQ(histogram.quantile(1), nanoseconds(1'000'000));
  EXPECT_EQ(histogram.max(), nanoseconds(1'000'000));
}

TEST(HistogramTest, OfNothingIsZero) {
  EXPECT_EQ(Histogram().quantile(0.99), nanoseconds(0));
}

}  // namespace
}  // namespace claw::bench
