// The real gateway and a simulator in which something goes wrong: afterwards the gateway's API, people's phones and the
// simulator's log tell the same story, and a normal message is answered.
#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/same_story.hpp"

namespace claw::testing {
namespace {

using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace json = boost::json;

constexpr seconds kPatience{60};

std::string phone(std::size_t person) {
  return fmt::format("4915550001{:03}", person);
}

class FaultScenariosTest : public ::testing::Test {
 protected:
  /// A normal message is answered, and all is told alike.
  void and_recovers(std::size_t person = 999, std::size_t tokenless = 0) {
    const auto text = fmt::format("and recovers {}", ++recoveries_);
    programs_.write(phone(person), text);
    EXPECT_TRUE(eventually([&] { return std::ranges::count(programs_.texts_on(phone(person)), text) == 1; }, kPatience))
        << text;
    EXPECT_TRUE(eventually([&] { return programs_.at_rest(); }, kPatience));
    EXPECT_THAT(disagreements(programs_), IsEmpty());
    // The log is written beside all that, a little later.
    (void)eventually([&] { return log_disagreements(programs_, tokenless).empty(); });
    EXPECT_THAT(log_disagreements(programs_, tokenless), IsEmpty());
  }
  /// The answer to `text`; empty while there is none.
  json::object answer(const std::string& text) {
    auto answers = programs_.answers_to(text);
    return answers.size() == 1 ? std::move(answers.front()) : json::object{};
  }
  std::string state_of(const std::string& text) {
    const auto found = answer(text);
    return found.empty() ? "" : std::string(found.at("state").as_string());
  }
  /// When Meta was asked to send to this person, in its milliseconds.
  std::vector<std::int64_t> sends_to(const std::string& person) {
    std::vector<std::int64_t> times;
    for (const auto& entry : programs_.log())
      if (entry.at("kind").as_string() == "graph" && entry.at("phone").as_string() == person &&
          std::string_view(entry.at("request").as_string()).contains("biz_opaque_callback_data"))
        times.push_back(entry.at("at").to_number<std::int64_t>());
    return times;
  }

  RealPrograms programs_;
  int recoveries_ = 0;
};

TEST_F(FaultScenariosTest, WebhooksThatComeTogetherTwiceInDisorderLateOrInHalves) {
  const struct {
    const char* what;
    json::object fault;
  } rows[] = {
      {"one body, as items", {{"kind", "batch"}, {"size", 3}, {"as", "items"}}},
      {"one body, as changes", {{"kind", "batch"}, {"size", 3}, {"as", "changes"}}},
      {"one body, as entries", {{"kind", "batch"}, {"size", 3}, {"as", "entries"}}},
      {"twice", {{"kind", "duplicate"}, {"count", 3}}},
      {"the last one first", {{"kind", "reorder"}, {"size", 3}}},
      {"late", {{"kind", "delay"}, {"ms", 300}}},
      {"in halves", {{"kind", "drop_delivery"}}},
  };
  std::size_t person = 0;
  for (const auto& row : rows) {
    ++person;
    programs_.set_faults({row.fault});
    for (int number = 0; number < 3; ++number) programs_.write(phone(person), fmt::format("{} {}", row.what, number));
    EXPECT_TRUE(eventually([&] { return programs_.at_rest() && programs_.all_faults_struck(); }, kPatience))
        << row.what;
    EXPECT_THAT(programs_.texts_on(phone(person)), SizeIs(3)) << row.what;
    EXPECT_THAT(disagreements(programs_), IsEmpty()) << row.what;
    and_recovers(person);
  }
}

TEST_F(FaultScenariosTest, GraphCallsThatGoWrongInEachWay) {
  const std::vector<std::string> sent{"sent", "delivered", "read"};
  const struct {
    const char* what;
    json::object fault;
    std::vector<std::string> ends;  // one of these
    std::int64_t attempts;
    std::size_t on_the_phone;
    std::int64_t code = 0;
  } rows[] = {
      {"500 with an error", {{"kind", "http_500"}}, sent, 2, 1},
      {"503 with an error", {{"kind", "http_503"}}, sent, 2, 1},
      {"503 with Retry-After", {{"kind", "http_503"}, {"retry_after", 3}}, sent, 2, 1},
      {"an unknown error of Meta's", {{"kind", "error"}, {"code", 131000}}, sent, 2, 1},
      {"slow", {{"kind", "slow"}, {"ms", 1500}}, sent, 1, 1},
      // A limit of the pair, of the number, of the account, of the app: later.
      {"too much for one person", {{"kind", "error"}, {"code", 131056}}, sent, 2, 1},
      {"too much for the number", {{"kind", "error"}, {"code", 130429}}, sent, 2, 1},
      {"too much for the account", {{"kind", "error"}, {"code", 80007}}, sent, 2, 1},
      {"too much for the app", {{"kind", "error"}, {"code", 4}}, sent, 2, 1},
      // What somebody must mend, and what nobody can.
      {"wrong in the request", {{"kind", "error"}, {"code", 131009}}, {"failed"}, 1, 0, 131009},
      {"a person without WhatsApp", {{"kind", "error"}, {"code", 131026}}, {"failed"}, 1, 0, 131026},
      // Meta has these: a status settles them, and none is sent again.
      {"accepted and no answer", {{"kind", "lose_answer"}}, sent, 1, 1},
      {"accepted and no id", {{"kind", "no_id"}}, sent, 1, 1},
      {"accepted and an empty body", {{"kind", "empty_body"}}, sent, 1, 1},
      // Nobody can know that Meta does not have these, so that they are not sent again.
      {"a proxy's page", {{"kind", "html_error"}}, {"unknown"}, 1, 0},
      {"the connection closes", {{"kind", "drop_connection"}}, {"unknown"}, 1, 0},
      {"refused outside of the window", {{"kind", "error"}, {"code", 131047}}, {"failed"}, 1, 0, 131047},
      {"failed later", {{"kind", "failed_status"}, {"code", 131047}}, {"failed"}, 1, 1, 131047},
      // What becomes of read and typing changes nothing.
      {"no typing: 500", {{"kind", "http_500"}, {"calls", "mark"}}, sent, 1, 1},
      {"no typing: refused", {{"kind", "error"}, {"code", 131009}, {"calls", "mark"}}, sent, 1, 1},
      {"no typing: the connection closes", {{"kind", "drop_connection"}, {"calls", "mark"}}, sent, 1, 1},
      {"no typing: never answered", {{"kind", "slow"}, {"ms", 120'000}, {"calls", "mark"}}, sent, 1, 1},
  };
  json::array faults;
  for (const auto& row : rows) {
    faults.push_back(row.fault);
    faults.back().as_object()["phone"] = phone(faults.size() - 1);
  }
  programs_.set_faults(std::move(faults));
  std::size_t person = 0;
  for (const auto& row : rows) programs_.write(phone(person++), row.what);

  person = 0;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const auto who = phone(person++);
    ASSERT_TRUE(eventually([&] { return std::ranges::count(row.ends, state_of(row.what)) == 1; }, kPatience))
        << json::serialize(answer(row.what));
    const auto end = answer(row.what);
    EXPECT_EQ(end.at("attempts").to_number<std::int64_t>(), row.attempts);
    EXPECT_THAT(programs_.texts_on(who), SizeIs(row.on_the_phone));
    EXPECT_THAT(sends_to(who), SizeIs(static_cast<std::size_t>(row.attempts)));
    if (row.code != 0) {
      EXPECT_EQ(end.at("error").at("code").to_number<std::int64_t>(), row.code);
      const std::string advice(end.at("error").at("advice").as_string());
      EXPECT_FALSE(advice.empty());
      if (row.code == 131047) EXPECT_THAT(advice, HasSubstr("template"));
    }
    if (row.fault.contains("retry_after")) {
      const auto times = sends_to(who);
      EXPECT_GE(times.at(1) - times.at(0), 3'000);
    }
  }
  EXPECT_TRUE(programs_.all_faults_struck());
  for (person = 0; person < std::size(rows); ++person) programs_.write(phone(person), fmt::format("again {}", person));
  EXPECT_TRUE(eventually([&] { return programs_.at_rest(); }, kPatience));
  for (person = 0; person < std::size(rows); ++person)
    EXPECT_THAT(programs_.texts_on(phone(person)), Contains(fmt::format("again {}", person)));
  and_recovers();
}

TEST_F(FaultScenariosTest, ATokenThatMetaRefusesHoldsTheNumberUntilItIsReplaced) {
  const auto number = fmt::format("/_sim/numbers/{}", RealPrograms::kNumber);
  constexpr std::size_t kPeople = 6;
  const std::pair<const char*, int> rows[] = {
      {"expired", 190}, {"revoked", 190}, {"no_permission", 10}, {"wrong_app", 100}};
  for (const auto& [state, code] : rows) {
    SCOPED_TRACE(state);
    const auto text = [&](std::size_t person) { return fmt::format("{} {}", state, person); };
    programs_.sim("PUT", number, {{"token_state", state}});
    programs_.write(phone(0), text(0));
    ASSERT_TRUE(eventually([&] { return programs_.metric("clawcentral_outbox_held_numbers") == 1; }, kPatience));
    const auto knocks = programs_.refusals(code);
    for (std::size_t person = 1; person < kPeople; ++person) programs_.write(phone(person), text(person));
    for (std::size_t person = 0; person < kPeople; ++person) {
      ASSERT_TRUE(eventually([&] { return answer(text(person)).contains("error"); }, kPatience));
      const auto waits = answer(text(person));
      EXPECT_EQ(waits.at("state").as_string(), "queued");
      EXPECT_EQ(waits.at("error").at("code").to_number<int>(), code);
      EXPECT_THAT(std::string(waits.at("reason").as_string()), HasSubstr("token"));
    }
    EXPECT_LE(programs_.refusals(code), knocks + 1) << "not every message knocks";

    const auto next = fmt::format("sim-token-after-{}", state);
    programs_.sim("PUT", number, {{"token", next}});
    programs_.set_token(next);
    ASSERT_TRUE(eventually([&] { return programs_.at_rest(); }, seconds(30))) << "long before the next probe";
    for (std::size_t person = 0; person < kPeople; ++person)
      EXPECT_THAT(programs_.texts_on(phone(person)), Contains(text(person)));
    EXPECT_EQ(programs_.metric("clawcentral_outbox_held_numbers"), 0);
    and_recovers();
  }
}

TEST_F(FaultScenariosTest, MetaThatCannotBeReachedGetsEachMessageOnceInTheEnd) {
  programs_.claw("secret delete acme WHATSAPP_ACCESS_TOKEN");
  programs_.write(phone(0), "waits");
  const auto reason = [&] {
    const auto found = answer("waits");
    const auto* reason = found.if_contains("reason");
    return reason && reason->is_string() ? std::string(reason->get_string()) : "";
  };
  ASSERT_TRUE(eventually([&] { return reason().contains("WHATSAPP_ACCESS_TOKEN"); }, kPatience));
  programs_.kill_simulator();
  programs_.set_token(RealPrograms::kToken);
  ASSERT_TRUE(eventually([&] { return reason().contains("could not be reached"); }, kPatience));
  EXPECT_EQ(state_of("waits"), "queued");

  // It begins with nobody: the message is taken, and fails later, as Meta does it with one that is for nobody.
  programs_.start_simulator();
  ASSERT_TRUE(eventually([&] { return state_of("waits") == "failed"; }, kPatience));
  EXPECT_NE(reason(), "");
  EXPECT_THAT(sends_to(phone(0)), SizeIs(1));
  and_recovers(999, 1);
}

TEST(LostAnswersTest, ThousandAnswersOfWhichMetaLosesAHundredComeOnceEachAndNoneIsCalledFailed) {
  constexpr int kPeople = 50, kTimes = 20, kLost = 50, kCut = 50;
  RealPrograms programs(
      {.simulator = {"--limits", "none"}, .gateway = "messages_per_second = 100000\npair_interval_ms = 0"});
  // Half of them Meta has taken, and half not: who sends cannot know.
  programs.set_faults({json::object{{"kind", "lose_answer"}, {"count", kLost}, {"probability", 0.2}},
                       json::object{{"kind", "drop_connection"}, {"count", kCut}, {"probability", 0.2}}});
  for (int number = 0; number < kTimes; ++number)
    for (int person = 0; person < kPeople; ++person)
      programs.write(phone(static_cast<std::size_t>(person)), fmt::format("p{}-{}", person, number));
  ASSERT_TRUE(eventually([&] { return programs.at_rest(); }, kPatience));
  ASSERT_TRUE(programs.all_faults_struck());
  std::map<std::string, int> states;
  // The last of the statuses that settle an answer may still be on its way.
  const auto settled = [&] {
    states.clear();
    for (const auto& message : programs.messages())
      if (message.at("direction").as_string() == "outbound") ++states[std::string(message.at("state").as_string())];
    return states["unknown"] == kCut && states["sent"] == 0 && states["delivered"] == 0;
  };
  EXPECT_TRUE(eventually(settled, kPatience)) << ::testing::PrintToString(states);
  EXPECT_EQ(states["failed"], 0);
  EXPECT_EQ(states["read"], kPeople * kTimes - kCut);
  EXPECT_THAT(disagreements(programs), IsEmpty());
  std::size_t shown = 0;
  for (int person = 0; person < kPeople; ++person) {
    auto texts = programs.texts_on(phone(static_cast<std::size_t>(person)));
    shown += texts.size();
    std::ranges::sort(texts);
    EXPECT_EQ(std::ranges::adjacent_find(texts), texts.end()) << "nobody reads anything twice";
  }
  EXPECT_EQ(shown, static_cast<std::size_t>(kPeople * kTimes - kCut));
}

}  // namespace
}  // namespace claw::testing
