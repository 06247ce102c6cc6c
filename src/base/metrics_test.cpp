#include "base/metrics.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.hpp"
#include "base/result.hpp"

namespace claw {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(MetricsTest, IsAPageInPrometheusTextFormat) {
  Metrics metrics;
  metrics.counter("clawcentral_sends_total", "Sends.", "result=\"ok\"").add(3);
  metrics.counter("clawcentral_other_total", "Others.").add();
  metrics.counter("clawcentral_sends_total", "Sends.", "result=\"failed\"").add();
  metrics.gauge("clawcentral_waiting_items", "Items that wait.", [] { return 2.5; });
  EXPECT_EQ(metrics.page(),
            "# HELP clawcentral_sends_total Sends.\n"
            "# TYPE clawcentral_sends_total counter\n"
            "clawcentral_sends_total{result=\"ok\"} 3\n"
            "clawcentral_sends_total{result=\"failed\"} 1\n"
            "# HELP clawcentral_other_total Others.\n"
            "# TYPE clawcentral_other_total counter\n"
            "clawcentral_other_total 1\n"
            "# HELP clawcentral_waiting_items Items that wait.\n"
            "# TYPE clawcentral_waiting_items gauge\n"
            "clawcentral_waiting_items 2.5\n");
}

TEST(LogTest, IsOneLineWhateverAStrangerPutsIntoIt) {
  EXPECT_EQ(log::one_line("number=1\r\n2026 info gateway.ready forged=1\x1b[2J\t\x7f"),
            "number=1??2026 info gateway.ready forged=1?[2J??");
  EXPECT_EQ(log::one_line(std::string("a\0b", 3)), "a?b");
  EXPECT_EQ(log::one_line("Zoë 你好"), "Zoë 你好");
  EXPECT_EQ(log::one_line(std::string(100'000, 'x')), std::string(4096, 'x') + "...");
}

TEST(MetricsTest, GivesTheSameFigureForTheSameNameAndLabels) {
  Metrics metrics;
  Counter& first = metrics.counter("a_total", "");
  for (int i = 0; i < 100; ++i) (void)metrics.counter("a_total", "", "n=\"" + std::to_string(i) + "\"");
  EXPECT_EQ(&metrics.counter("a_total", ""), &first);
  EXPECT_EQ(&metrics.histogram("h", ""), &metrics.histogram("h", ""));
}

TEST(MetricsTest, CountsADurationUnderEachBoundThatItKeeps) {
  Metrics metrics;
  auto& histogram = metrics.histogram("h_seconds", "Durations.");
  for (const double seconds : {0.0005, 0.003, 0.003, 100.0, -1.0}) histogram.observe(seconds);
  const auto page = metrics.page();
  for (const char* line :
       {"# TYPE h_seconds histogram\n", "h_seconds_bucket{le=\"0.0005\"} 2\n", "h_seconds_bucket{le=\"0.0025\"} 2\n",
        "h_seconds_bucket{le=\"0.005\"} 4\n", "h_seconds_bucket{le=\"30\"} 4\n", "h_seconds_bucket{le=\"+Inf\"} 5\n",
        "h_seconds_count 5\n", "h_seconds_sum 100.0065\n"})
    EXPECT_THAT(page, HasSubstr(line));
}

TEST(ThinnedTest, LetsTheFirstSecondFourthEighthThrough) {
  log::Thinned thinned;
  std::vector<unsigned long> let;
  for (int i = 0; i < 20; ++i)
    if (const auto count = thinned.allow()) let.push_back(count);
  EXPECT_THAT(let, ::testing::ElementsAre(1, 2, 4, 8, 16));
}

TEST(LogTest, WritesFromItsLevelOn) {
  log::set_level(log::Level::kWarn);
  ::testing::internal::CaptureStderr();
  log::info("area.quiet key={}", 1);
  log::warn("area.event key={} reason=\"{}\"", 7, "why");
  const auto written = ::testing::internal::GetCapturedStderr();
  log::set_level(log::Level::kInfo);
  EXPECT_THAT(written, ::testing::MatchesRegex("....-..-..T..:..:..\\....Z warning area.event key=7 reason=\"why\"\n"));
  EXPECT_THAT(written, Not(HasSubstr("quiet")));
}

TEST(ResultTest, NamesEveryKindDifferently) {
  std::set<std::string> names;
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::kFatal); ++kind)
    EXPECT_TRUE(names.insert(to_string(static_cast<ErrorKind>(kind))).second) << kind;
}

}  // namespace
}  // namespace claw
