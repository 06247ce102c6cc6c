// The real gateway against a simulator that enforces Meta's limits: what is asked of a run of hundreds of messages is
// that each is delivered or explained, none twice, in order.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/same_story.hpp"

namespace claw::testing {
namespace {

using std::chrono::seconds;
using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace json = boost::json;

class LimitScenariosTest : public ::testing::Test {
 protected:
  static std::string phone(int person) { return fmt::format("4915550001{:03}", person); }
  static void hold_to(RealPrograms& programs, json::object limits) {
    programs.sim("PUT", fmt::format("/_sim/numbers/{}", RealPrograms::kNumber), {{"limits", std::move(limits)}});
  }
  /// Everybody writes this often, in turn.
  static void all_write(RealPrograms& programs, int people, int times) {
    for (int number = 0; number < times; ++number)
      for (int person = 0; person < people; ++person)
        programs.write(phone(person), fmt::format("p{}-{}", person, number));
  }
  static std::vector<std::string> states(RealPrograms& programs) {
    std::vector<std::string> states;
    for (const auto& message : programs.messages())
      if (message.at("direction").as_string() == "outbound") states.emplace_back(message.at("state").as_string());
    return states;
  }
  static std::ptrdiff_t sends_in_the_busiest_second(RealPrograms& programs) {
    std::vector<std::int64_t> times;
    for (const auto& entry : programs.log())
      if (entry.at("kind").as_string() == "graph" && entry.at("what").as_string() == "text")
        times.push_back(entry.at("at").to_number<std::int64_t>());
    std::ptrdiff_t most = 0;
    for (auto first = times.begin(), last = first; last != times.end(); most = std::max(most, ++last - first))
      while (*last - *first >= 1'000) ++first;
    return most;
  }
  static void and_recovers(RealPrograms& programs) {
    programs.write(phone(999), "and recovers");
    EXPECT_TRUE(eventually([&] { return programs.texts_on(phone(999)).size() == 1; }, seconds(30)));
  }
};

/// Meta's own figures, but for the pair rate: it is twice as fast, so that nobody waits for minutes. Who gets five more
/// than the burst waits for 15 s in all, so that a slow machine comes to the limit too.
TEST_F(LimitScenariosTest, DeliversHundredsOfMessagesWithinMetasLimits) {
  RealPrograms programs({.gateway = "pair_interval_ms = 3000"});
  hold_to(programs, {{"messages_per_second", 80}, {"pair_per_6s", 2}, {"pair_burst", 45}});
  all_write(programs, 6, 40);
  for (int number = 0; number < 50; ++number) programs.write(phone(6), fmt::format("p6-{}", number));
  ASSERT_TRUE(eventually([&] { return programs.at_rest(); }, seconds(120)));
  EXPECT_THAT(disagreements(programs), IsEmpty());
  EXPECT_THAT(states(programs), Each(::testing::AnyOf("sent", "delivered", "read"))) << "each is delivered";
  EXPECT_GT(programs.metric(R"(clawcentral_outbox_held_back_total{limit="rate"})"), 0);
  EXPECT_GT(programs.metric(R"(clawcentral_outbox_held_back_total{limit="pair"})"), 0);
  EXPECT_EQ(programs.refusals(131056), 0U);
  and_recovers(programs);
}

TEST_F(LimitScenariosTest, LearnsThatANumberIsSlowerThanItsSetting) {
  RealPrograms programs({.gateway = "pair_interval_ms = 0"});
  hold_to(programs, {{"messages_per_second", 20}, {"pair_per_6s", 0}});
  all_write(programs, 40, 2);
  ASSERT_TRUE(eventually([&] { return programs.at_rest(); }, seconds(120)));
  EXPECT_THAT(disagreements(programs), IsEmpty());
  EXPECT_THAT(states(programs), Each(::testing::AnyOf("sent", "delivered", "read"))) << "each is delivered";
  EXPECT_GT(programs.refusals(130429), 0U);
  EXPECT_LT(programs.refusals(130429), 40U) << "and not with every second message";
  and_recovers(programs);
}

TEST_F(LimitScenariosTest, SendsFasterOnceMetaLetsTheNumber) {
  RealPrograms programs({.gateway = "pair_interval_ms = 0"});
  hold_to(programs, {{"messages_per_second", 80}, {"pair_per_6s", 0}});
  all_write(programs, 30, 1);  // few, for Meta counts what comes in too
  ASSERT_TRUE(eventually([&] { return programs.at_rest(); }, seconds(60)));
  hold_to(programs, {{"messages_per_second", 1'000}, {"pair_per_6s", 0}});
  programs.sim("POST", "/_sim/webhooks", {{"field", "phone_number_quality_update"}});
  ASSERT_TRUE(eventually(
      [&] {  // whoever writes first makes the gateway ask
        all_write(programs, 1, 1);
        all_write(programs, 300, 1);
        return eventually([&] { return programs.at_rest(); }, seconds(60)) &&
               sends_in_the_busiest_second(programs) > 90;
      },
      seconds(60)));
  EXPECT_EQ(programs.refusals(130429), 0U);
  and_recovers(programs);
}

TEST_F(LimitScenariosTest, AnswersWhoWritesWhileACampaignGoesOut) {
  constexpr int kOffers = 400;  // 20 s at this rate
  constexpr int kPeople = 40;
  RealPrograms programs({.gateway = "messages_per_second = 20\npair_interval_ms = 0"});
  hold_to(programs, {{"messages_per_second", 20}, {"pair_per_6s", 0}});
  const json::object body{{"type", "BODY"}, {"text", "Spring is here."}};
  const auto made = programs.sim(
      "POST", fmt::format("/v25.0/200000000000001/message_templates?access_token={}", RealPrograms::kToken),
      json::object{
          {"name", "spring"}, {"language", "en"}, {"category", "MARKETING"}, {"components", json::array{body}}});
  programs.sim("POST", "/_sim/templates/" + std::string(made.at("id").as_string()),
               json::object{{"status", "APPROVED"}});
  const json::object offer{{"name", "spring"}, {"language", {{"code", "en"}}}};
  all_write(programs, kPeople, 1);
  ASSERT_TRUE(eventually([&] { return programs.at_rest(); }, seconds(30)));
  for (int number = 0; number < kOffers; ++number) {
    const auto answer = programs.call_api(
        "POST", "/messages", json::object{{"to", phone(number % kPeople)}, {"type", "template"}, {"template", offer}});
    ASSERT_EQ(answer.status, 202) << answer.body;
  }
  const auto waiting = [&] { return std::ranges::count(states(programs), "queued"); };
  programs.write(phone(900), "hello");
  ASSERT_TRUE(eventually([&] { return programs.texts_on(phone(900)).size() == 1; }, seconds(30)));
  EXPECT_GT(waiting(), 100) << "the answer did not wait for those that were there before";
  ASSERT_TRUE(eventually([&] { return programs.at_rest(); }, seconds(60)));
  EXPECT_THAT(states(programs), Each(::testing::AnyOf("sent", "delivered", "read"))) << "and the campaign is delivered";
}

TEST_F(LimitScenariosTest, HoldsBackOnlyThePersonWhoGotTooMuch) {
  RealPrograms programs({.gateway = "pair_interval_ms = 100"});
  hold_to(programs, {{"messages_per_second", 0}, {"pair_per_6s", 60}, {"pair_burst", 3}});
  all_write(programs, 1, 8);
  ASSERT_TRUE(eventually([&] { return programs.refusals(131056) > 0; }, seconds(30)));
  programs.write(phone(1), "other");
  ASSERT_TRUE(eventually([&] { return programs.texts_on(phone(1)).size() == 1; }, seconds(30)));
  EXPECT_LT(programs.texts_on(phone(0)).size(), 8U) << "the other one overtook";
  ASSERT_TRUE(eventually([&] { return programs.at_rest(); }, seconds(60)));
  EXPECT_THAT(disagreements(programs), IsEmpty());
  EXPECT_THAT(programs.texts_on(phone(0)), SizeIs(8));
  and_recovers(programs);
}

}  // namespace
}  // namespace claw::testing
