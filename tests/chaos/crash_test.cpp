#include <cstdlib>
#include <random>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/same_story.hpp"

namespace claw::testing {
namespace {

using Clock = std::chrono::steady_clock;
using ::testing::IsEmpty;

constexpr std::size_t kPeople = 24;

int crashes_wanted() {
  const char* text = std::getenv("CLAW_CRASHES");
  return text ? std::atoi(text) : 5;
}

/// The real gateway and the real simulator, people who write all the time, and kill -9.
TEST(CrashTest, NothingIsLostAnsweredTwiceOrOutOfOrderWhenTheProcessDies) {
  RealPrograms programs(
      {.simulator = {"--limits", "none"}, .gateway = "messages_per_second = 100000\npair_interval_ms = 0"});
  std::minstd_rand random(static_cast<unsigned>(std::random_device{}()));
  const int crashes = crashes_wanted();
  int number = 0;
  for (int crash = 0; crash < crashes; ++crash) {
    const auto end = Clock::now() + std::chrono::milliseconds(200 + random() % 900);
    while (Clock::now() < end) {
      for (auto burst = 1 + random() % 6; burst > 0; --burst) {
        const auto person = random() % kPeople;
        programs.write(fmt::format("4915550001{:03}", person), fmt::format("p{}-{}", person, number++));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 8));  // people pause; the load is not the point
    }
    programs.kill_gateway();
    programs.start_gateway();
  }
  ASSERT_TRUE(eventually([&] { return programs.at_rest(); }, std::chrono::seconds(90))) << "it does not come to rest";
  EXPECT_THAT(disagreements(programs), IsEmpty());

  const auto messages = programs.messages();
  const auto unknown = std::ranges::count_if(messages, [](const auto& each) { return each.at("state") == "unknown"; });
  fmt::print("crashes {} messages {} unknown {}\n", crashes, number, unknown);
}

}  // namespace
}  // namespace claw::testing
