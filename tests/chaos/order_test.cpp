// Order under fire: hundreds of people who write faster than slow agents answer, and a process that is killed again and
// again. The figures are smaller than those of docs/performance.md, so that it runs with every change;
// CLAW_ORDER="PEOPLE MESSAGES SLOWEST_MS BETWEEN_KILLS_MS KILLS" sets others.
#include <cstdlib>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/real_programs.hpp"
#include "support/slow_model.hpp"

namespace claw::testing {
namespace {

using ::testing::IsEmpty;
namespace json = boost::json;

struct Fire {
  int people = 60;
  int messages = 6;
  int slowest_ms = 500;
  int between_kills_ms = 1'500;
  int kills = 4;
};

Fire fire_wanted() {
  Fire fire;
  if (const char* text = std::getenv("CLAW_ORDER"))
    std::istringstream(text) >> fire.people >> fire.messages >> fire.slowest_ms >> fire.between_kills_ms >> fire.kills;
  return fire;
}

std::string text_at(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// Before each answer: the name of the model that the agent asks.
constexpr std::string_view kPrefix = "m: ";

/// What became of what one person wrote, as the ledger tells it.
struct Told {
  std::vector<std::string> wrote;                   // texts in the ledger's order
  std::vector<std::pair<std::string, bool>> heard;  // texts of the answers, and whether it is known that they arrived
};

class OrderTest : public ::testing::TestWithParam<const char*> {
 protected:
  OrderTest() {
    programs_.claw(
        fmt::format("agent set acme slow --kind openai --url {} --model m --format plain --default", model_.url()));
    const auto set = programs_.call_api("PATCH", "/conversation-settings", json::object{{"queue", GetParam()}});
    if (set.status != 200) throw std::runtime_error(set.body);
  }
  static std::string phone(int person) { return fmt::format("4915550{:06}", person); }

  /// Everybody writes their messages, one after the other but faster than they are answered.
  void all_write() {
    for (int number = 0; number < fire_.messages; ++number)
      for (int person = 0; person < fire_.people; ++person)
        programs_.write(phone(person), fmt::format("p{}-{}", person, number));
  }
  void kill_again_and_again() {
    std::minstd_rand random(static_cast<unsigned>(std::random_device{}()));
    const auto between = static_cast<unsigned>(fire_.between_kills_ms);
    for (int kill = 0; kill < fire_.kills; ++kill) {
      std::this_thread::sleep_for(
          std::chrono::milliseconds(between + random() % between));  // what is tested: time to die
      programs_.kill_gateway();
      programs_.start_gateway();
    }
  }
  std::map<std::string, Told> tell() {
    std::map<std::string, Told> told;
    for (const auto& each : programs_.messages()) {
      auto& of = told[text_at(each.at("user").as_object(), "id")];
      if (text_at(each, "direction") == "inbound")
        of.wrote.push_back(text_at(each, "text"));
      else
        of.heard.emplace_back(text_at(each, "text"), text_at(each, "state") != "unknown");
    }
    return told;
  }
  /// Each message in one answer, in order.
  static void expect_each_answered_once(const std::string& who, const Told& told) {
    std::vector<std::string> read;
    for (const auto& [text, known] : told.heard) {
      ASSERT_TRUE(text.starts_with(kPrefix)) << who << " was told: " << text;
      std::istringstream lines(text.substr(kPrefix.size()));
      for (std::string line; std::getline(lines, line);) read.push_back(line);
    }
    EXPECT_EQ(read, told.wrote) << who;
  }
  /// The phone shows what the ledger says, in its order; what is unknown may be missing.
  void expect_phone_agrees(const std::string& who, const Told& told) {
    const auto shown = programs_.texts_on(who);
    auto next = shown.begin();
    for (const auto& [text, known] : told.heard) {
      if (next != shown.end() && *next == text)
        ++next;
      else
        EXPECT_FALSE(known) << who << " never got: " << text;
    }
    EXPECT_EQ(next, shown.end()) << who << " got more than was said, or in another order";
  }

  const Fire fire_ = fire_wanted();
  SlowModel model_{std::chrono::milliseconds(fire_.slowest_ms)};
  RealPrograms programs_{
      {.simulator = {"--limits", "none"}, .gateway = "messages_per_second = 100000\npair_interval_ms = 0"}};
};

TEST_P(OrderTest, AnswersEachMessageOnceAndInOrderWhileTheProcessDies) {
  std::thread people([&] { all_write(); });
  // Here, for a program dies with the thread that started it.
  kill_again_and_again();
  people.join();
  ASSERT_TRUE(eventually([&] { return programs_.at_rest(); }, std::chrono::seconds(240))) << "it does not come to rest";

  int answers = 0, unknown = 0;
  for (const auto& [who, told] : tell()) {
    EXPECT_EQ(told.wrote.size(), static_cast<std::size_t>(fire_.messages)) << who;
    expect_each_answered_once(who, told);
    expect_phone_agrees(who, told);
    answers += static_cast<int>(told.heard.size());
    for (const auto& each : told.heard) unknown += !each.second;
  }
  if (GetParam() == std::string("followup")) EXPECT_EQ(answers, fire_.people * fire_.messages);
  fmt::print("{}: {} people, {} messages, {} kills; {} answers, {} of them unknown, {} calls of the agent\n",
             GetParam(), fire_.people, fire_.people * fire_.messages, fire_.kills, answers, unknown, model_.calls());
}

INSTANTIATE_TEST_SUITE_P(EachWayToQueue, OrderTest, ::testing::Values("followup", "collect"),
                         [](const auto& mode) { return std::string(mode.param); });

}  // namespace
}  // namespace claw::testing
