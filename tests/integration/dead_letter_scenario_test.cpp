// Dead letters are run again by real programs, once, twice, by many at once and while the gateway dies: whoever wrote
// gets one answer.
#include <map>
#include <random>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/real_programs.hpp"
#include "support/slow_model.hpp"

namespace claw::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace json = boost::json;

constexpr seconds kPatience{60};

std::string phone(int person) {
  return fmt::format("4915560001{:03}", person);
}

std::string text_at(const json::object& object, const char* name) {
  return std::string(object.at(name).as_string());
}

class DeadLetterScenarioTest : public ::testing::Test {
 protected:
  DeadLetterScenarioTest() {
    // No apology: it is not what is counted here.
    programs_.claw(fmt::format(
        "agent set acme model --kind openai --url {} --model m --format plain --apology '' --default", model_.url()));
  }

  /// Everybody writes this often, in turn, and gets no answer: each message has ended badly.
  void while_the_agent_is_down(int people, int times) {
    model_.break_down();
    // Meta delivers what one person writes at once in any order; what is answered in order is what came in order.
    for (int number = 0; number < times; ++number) {
      for (int person = 0; person < people; ++person)
        programs_.write(phone(person), fmt::format("p{}-{}", person, number));
      const auto all = static_cast<std::size_t>(people * (number + 1));
      ASSERT_TRUE(eventually([&] { return dead("agent_failed").size() == all; }, kPatience));
    }
    model_.repair();
  }
  /// Ids, oldest first, by the command line.
  std::vector<std::string> dead(const std::string& state) {
    std::vector<std::string> ids;
    const auto page = json::parse(programs_.claw("dead-letters list acme --limit 200 --state " + state));
    for (const auto& each : page.at("dead_letters").as_array()) ids.push_back(text_at(each.as_object(), "id"));
    std::ranges::reverse(ids);
    return ids;
  }
  json::object rerun(const std::string& what) {
    return json::parse(programs_.claw("dead-letters rerun acme " + what)).as_object();
  }
  static std::size_t count(const json::object& told, const char* member) { return told.at(member).as_array().size(); }
  /// By the API, without a word where the gateway dies over it.
  void rerun_by_api(const std::string& id) {
    try {
      (void)programs_.call_api("POST", "/dead-letters/" + id + "/rerun", json::object{});
    } catch (const std::exception&) {  // the gateway was killed
    }
  }
  /// What `person` was told, each behind the model's name.
  std::vector<std::string> told(int person) {
    auto texts = programs_.texts_on(phone(person));
    for (auto& text : texts) text = text.substr(text.find(' ') + 1);
    return texts;
  }
  static std::vector<std::string> wrote(int person, int times) {
    std::vector<std::string> texts;
    for (int number = 0; number < times; ++number) texts.push_back(fmt::format("p{}-{}", person, number));
    return texts;
  }

  SlowModel model_;
  RealPrograms programs_{
      {.simulator = {"--limits", "none"}, .gateway = "messages_per_second = 100000\npair_interval_ms = 0"}};
};

TEST_F(DeadLetterScenarioTest, WhatAnAgentThatWasDownDidNotAnswerIsAnsweredOnceAndInOrder) {
  constexpr int kPeople = 4, kTimes = 3;
  while_the_agent_is_down(kPeople, kTimes);
  const auto shown = programs_.say("dead-letters list acme");
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_THAT(shown.out, HasSubstr("agent_failed"));
  EXPECT_THAT(shown.out, HasSubstr("500")) << "why";

  const auto first = dead("agent_failed").front();
  EXPECT_EQ(count(rerun(first), "rerun"), 1U);
  // Whose it is nobody knows: they wrote at the same time.
  const auto told_in_all = [&] {
    std::size_t texts = 0;
    for (int person = 0; person < kPeople; ++person) texts += told(person).size();
    return texts;
  };
  ASSERT_TRUE(eventually([&] { return told_in_all() == 1; }, kPatience));
  const auto twice = rerun(first);
  EXPECT_EQ(count(twice, "rerun"), 0U);
  EXPECT_THAT(json::serialize(twice.at("left")), HasSubstr("it is no dead letter"));

  EXPECT_EQ(count(rerun("--all"), "rerun"), std::size_t{kPeople * kTimes - 1});
  ASSERT_TRUE(eventually([&] { return programs_.at_rest(); }, kPatience));
  for (int person = 0; person < kPeople; ++person) EXPECT_EQ(told(person), wrote(person, kTimes));
  EXPECT_EQ(count(rerun("--all"), "rerun"), 0U);
  EXPECT_EQ(programs_.say("dead-letters list acme").out, "none\n");
}

TEST_F(DeadLetterScenarioTest, ManyWhoRunTheSameAgainAtOnceGetOneAnswerForEach) {
  constexpr int kPeople = 5, kHands = 6;
  while_the_agent_is_down(kPeople, 2);
  const auto calls = model_.calls();
  const auto ids = dead("agent_failed");
  std::vector<std::thread> hands;
  for (int hand = 0; hand < kHands; ++hand)
    hands.emplace_back([&] {
      for (const auto& id : ids) rerun_by_api(id);
    });
  for (auto& each : hands) each.join();
  ASSERT_TRUE(eventually([&] { return programs_.at_rest(); }, kPatience));
  for (int person = 0; person < kPeople; ++person) EXPECT_EQ(told(person), wrote(person, 2));
  EXPECT_EQ(model_.calls() - calls, ids.size()) << "and the agent is asked once for each";
}

TEST_F(DeadLetterScenarioTest, WhatIsBeingRunAgainIsLeftAlone) {
  model_.break_down();
  programs_.write(phone(0), "slow question");
  ASSERT_TRUE(eventually([&] { return dead("agent_failed").size() == 1; }, kPatience));
  model_.repair();
  const auto id = dead("agent_failed").front();
  EXPECT_EQ(count(rerun(id), "rerun"), 1U);
  ASSERT_TRUE(eventually([&] { return model_.held() == 1; }, kPatience)) << "the agent is at it";
  EXPECT_EQ(count(rerun(id), "left"), 1U);
  EXPECT_EQ(count(rerun("--all"), "rerun"), 0U);
  model_.release();
  ASSERT_TRUE(eventually([&] { return programs_.at_rest(); }, kPatience));
  EXPECT_THAT(told(0), ElementsAre("slow question"));
}

TEST_F(DeadLetterScenarioTest, AnAgentThatIsStillDownMakesADeadLetterAgain) {
  while_the_agent_is_down(1, 1);
  model_.break_down();
  EXPECT_EQ(count(rerun("--all"), "rerun"), 1U);
  ASSERT_TRUE(eventually([&] { return dead("agent_failed").size() == 1; }, kPatience));
  EXPECT_THAT(told(0), IsEmpty());
  model_.repair();
  EXPECT_EQ(count(rerun("--all --state failed"), "rerun"), 0U) << "none of these";
  EXPECT_EQ(count(rerun("--all --state agent_failed"), "rerun"), 1U);
  EXPECT_TRUE(eventually([&] { return told(0) == wrote(0, 1); }, kPatience)) << "and recovers";
}

TEST_F(DeadLetterScenarioTest, WhatMetaRefusedIsGivenToItAgainUnderItsId) {
  programs_.set_faults({json::object{{"kind", "error"}, {"code", 131047}, {"phone", phone(0)}}});
  programs_.write(phone(0), "p0-0");
  ASSERT_TRUE(eventually([&] { return dead("failed").size() == 1; }, kPatience));
  const auto shown = programs_.say("dead-letters list acme").out;
  EXPECT_THAT(shown, HasSubstr("https://developers.facebook.com/")) << "and what to do";
  const auto id = dead("failed").front();
  EXPECT_EQ(count(rerun(id + " " + id), "rerun"), 1U) << "named twice, run once";
  ASSERT_TRUE(eventually([&] { return programs_.at_rest() && told(0).size() == 1; }, kPatience));
  EXPECT_EQ(told(0), wrote(0, 1));
  EXPECT_EQ(text_at(programs_.answers_to("p0-0").front(), "id"), id);
}

TEST_F(DeadLetterScenarioTest, NobodyIsAnsweredTwiceWhereTheGatewayIsKilledWhileTheyAreRunAgain) {
  constexpr int kPeople = 12, kTimes = 3, kKills = 4;
  while_the_agent_is_down(kPeople, kTimes);
  std::minstd_rand random(static_cast<unsigned>(std::random_device{}()));
  for (int kill = 0; kill < kKills; ++kill) {
    const auto ids = dead("agent_failed");
    std::thread hand([&] {
      for (const auto& id : ids) rerun_by_api(id);
    });
    std::this_thread::sleep_for(milliseconds(random() % 120));  // what is tested: time to die
    programs_.kill_gateway();
    hand.join();
    programs_.start_gateway();
  }
  rerun("--all --state agent_failed");
  ASSERT_TRUE(eventually([&] { return programs_.at_rest() && dead("agent_failed").empty(); }, kPatience));
  int unknown = 0;
  for (int person = 0; person < kPeople; ++person) {
    std::map<std::string, int> times;
    for (const auto& text : told(person)) ++times[text];
    for (const auto& text : wrote(person, kTimes)) {
      const auto answers = programs_.answers_to(text);
      ASSERT_EQ(answers.size(), 1U) << text;
      const bool known = text_at(answers.front(), "state") != "unknown";
      unknown += !known;
      EXPECT_LE(times[text], 1) << text;
      if (known) EXPECT_EQ(times[text], 1) << text;
    }
  }
  fmt::print("{} killed {} times: {} unknown\n", kPeople * kTimes, kKills, unknown);
  programs_.write(phone(99), "and recovers");
  EXPECT_TRUE(eventually([&] { return told(99) == std::vector<std::string>{"and recovers"}; }, kPatience));
}

}  // namespace
}  // namespace claw::testing
