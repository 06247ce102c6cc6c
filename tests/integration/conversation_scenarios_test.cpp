// Who may talk, who answers and what of: told through people's phones. The simulator is a program of its own; its clock
// and the gateway's are moved together.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/two_tenants.hpp"
#include "support/eventually.hpp"

namespace claw::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

namespace json = boost::json;

constexpr const char* kZoe = "491511111111";
constexpr const char* kPaul = "491522222222";

class ConversationScenarioTest : public ::testing::Test {
 protected:
  using T = TwoTenants;

  void policy(const TestTenant& tenant, const std::string& policy, const std::string& number = "") {
    json::object body{{"policy", policy}};
    if (!number.empty()) body["number"] = number;
    town_.call(tenant, "PUT", "/channel", std::move(body));
  }
  void settings(json::object change) { town_.call(town_.acme, "PATCH", "/conversation-settings", std::move(change)); }
  void rules(json::array rules) {
    town_.call(town_.acme, "PUT", "/routing", json::object{{"rules", std::move(rules)}});
  }
  json::array pending() { return town_.call(town_.acme, "GET", "/access?standing=pending").at("access").as_array(); }
  std::string conversation(const std::string& text) { return text_of(town_.message(town_.acme, text), "conversation"); }
  /// Writes on acme's first number and reads what is answered there, the newest.
  std::string answer(const std::string& text, const std::string& phone = kZoe, const std::string& number = T::kAcme1) {
    const auto before = town_.heard(phone, number).size();
    town_.write(phone, number, text);
    EXPECT_TRUE(town_.hears(phone, number, before + 1)) << text;
    const auto all = town_.heard(phone, number);
    return all.empty() ? "" : all.back();
  }
  std::string matched_by(const std::string& text) { return text_of(town_.message(town_.acme, text), "matched_by"); }

  TwoTenants town_;
};

TEST_F(ConversationScenarioTest, KeepsFourConversationsOfOnePersonApart) {
  const std::vector<std::pair<const TestTenant*, const char*>> places = {
      {&town_.acme, T::kAcme1}, {&town_.acme, T::kAcme2}, {&town_.beta, T::kBeta1}, {&town_.beta, T::kBeta2}};
  for (const char* word : {"apple", "pear"})
    for (const auto& [tenant, number] : places) answer(fmt::format("{} for {}", word, number), kZoe, number);
  for (const auto& [tenant, number] : places) {
    EXPECT_THAT(town_.heard(kZoe, number),
                ElementsAre(fmt::format("front: apple for {}", number), fmt::format("front: pear for {}", number)));
  }
  std::set<std::string> users;
  for (const auto& call : town_.model.shown()) {
    users.insert(call.user);
    // The number stands in each of its own words, and so in no others.
    const auto number = call.shown.back().substr(call.shown.back().size() - 15);
    for (const auto& line : call.shown) EXPECT_THAT(line, HasSubstr(number)) << call.user;
  }
  EXPECT_THAT(
      users, ElementsAre(fmt::format("cc:acme:{}:{}", T::kAcme1, kZoe), fmt::format("cc:acme:{}:{}", T::kAcme2, kZoe),
                         fmt::format("cc:beta:{}:{}", T::kBeta1, kZoe), fmt::format("cc:beta:{}:{}", T::kBeta2, kZoe)));
  EXPECT_EQ(answer("/new"), "We begin anew.");
  answer(fmt::format("plum for {}", T::kAcme1));
  EXPECT_THAT(town_.model.shown().back().shown, SizeIs(1)) << "what was said before is forgotten here";
  answer(fmt::format("plum for {}", T::kAcme2), kZoe, T::kAcme2);
  EXPECT_THAT(town_.model.shown().back().shown, SizeIs(5)) << "and nowhere else";
}

TEST_F(ConversationScenarioTest, HoldsEachNumberToItsPolicy) {
  policy(town_.acme, "disabled");
  policy(town_.acme, "allowlist", T::kAcme2);
  policy(town_.beta, "pairing");
  policy(town_.beta, "open", T::kBeta2);
  for (const char* number : {T::kAcme1, T::kAcme2, T::kBeta1, T::kBeta2}) town_.write(kZoe, number, "hello");
  ASSERT_TRUE(town_.hears(kZoe, T::kBeta1, 1));
  ASSERT_TRUE(town_.hears(kZoe, T::kBeta2, 1));
  EXPECT_THAT(town_.heard(kZoe, T::kBeta1), ElementsAre(HasSubstr("Your code: *")));
  EXPECT_THAT(town_.heard(kZoe, T::kBeta2), ElementsAre("front: hello"));
  town_.gateway.settle(town_.acme);
  for (const char* number : {T::kAcme1, T::kAcme2}) {
    EXPECT_THAT(town_.heard(kZoe, number), IsEmpty());
    EXPECT_TRUE(town_.thread(kZoe, number).at("read_up_to").is_null()) << "not even a read receipt";
  }
  EXPECT_EQ(town_.model.calls(), 1U) << "and nobody but the admitted cost anything";

  town_.call(town_.acme, "POST", "/access",
             json::object{{"addresses", {"+49 (151) 111-1111"}}, {"standing", "allowed"}});
  EXPECT_EQ(answer("again", kZoe, T::kAcme2), "front: again");
  town_.write(kZoe, T::kAcme1, "and here?");
  ASSERT_TRUE(town_.is(town_.acme, "and here?", "ignored"));
  EXPECT_THAT(town_.heard(kZoe, T::kAcme1), IsEmpty()) << "disabled is disabled for everybody";
}

TEST_F(ConversationScenarioTest, LetsInWhoIsApprovedAndAnswersWhatTheyWrote) {
  policy(town_.acme, "pairing");
  for (const char* text : {"one", "two", "three"}) {
    town_.write(kZoe, T::kAcme1, text);
    ASSERT_TRUE(town_.is(town_.acme, text, "held"));
  }
  ASSERT_TRUE(town_.hears(kZoe, T::kAcme1, 1));
  EXPECT_THAT(town_.heard(kZoe, T::kAcme1), SizeIs(1)) << "one code, however much is written";
  EXPECT_EQ(town_.model.calls(), 0U);
  EXPECT_TRUE(town_.thread(kZoe, T::kAcme1).at("read_up_to").is_null());

  const auto request = pending().at(0).as_object();
  const std::string code = text_of(request, "code");
  EXPECT_THAT(town_.heard(kZoe, T::kAcme1).at(0), HasSubstr(code));
  town_.call(town_.acme, "POST", "/access/approve", json::object{{"code", code}});
  ASSERT_TRUE(town_.hears(kZoe, T::kAcme1, 4));
  EXPECT_THAT(town_.heard(kZoe, T::kAcme1), ElementsAre(HasSubstr(code), "front: one", "front: two", "front: three"));
  EXPECT_EQ(answer("four"), "front: four");
  EXPECT_THAT(pending(), IsEmpty());
}

TEST_F(ConversationScenarioTest, LetsACodeDieAfterAnHourAndThreeStrangersWait) {
  policy(town_.acme, "pairing");
  answer("hello?");
  const std::string first = text_of(pending().at(0).as_object(), "code");
  town_.advance(61min);
  EXPECT_THAT(pending(), IsEmpty());
  EXPECT_EQ(town_.status(town_.acme, "POST", "/access/approve", json::object{{"code", first}}), 404);
  EXPECT_THAT(answer("still there?"), Not(HasSubstr(first))) << "a new code for a new hour";
  for (const char* phone : {"491533333331", "491533333332"}) answer("hello", phone);
  town_.write("491533333333", T::kAcme1, "one too many");
  ASSERT_TRUE(town_.is(town_.acme, "one too many", "held"));
  EXPECT_THAT(town_.heard("491533333333", T::kAcme1), IsEmpty());
}

TEST_F(ConversationScenarioTest, BlocksForGoodAndRejectsForNow) {
  policy(town_.acme, "pairing");
  answer("from zoe", kZoe);
  answer("from paul", kPaul);
  for (const auto& each : pending()) {
    const bool is_zoe = text_of(each.as_object(), "address") == kZoe;
    town_.call(town_.acme, "POST",
               fmt::format("/access/{}/{}", text_of(each.as_object(), "id"), is_zoe ? "block" : "reject"));
  }
  EXPECT_THAT(answer("please", kPaul), HasSubstr("Your code")) << "who was rejected may ask again";
  town_.write(kZoe, T::kAcme1, "let me in");
  ASSERT_TRUE(town_.is(town_.acme, "let me in", "ignored"));
  EXPECT_EQ(text_of(town_.message(town_.acme, "let me in"), "reason"), "blocked");
  policy(town_.acme, "open");
  town_.write(kZoe, T::kAcme1, "now it is open");
  ASSERT_TRUE(town_.is(town_.acme, "now it is open", "ignored")) << "open to everybody who is not blocked";
}

TEST_F(ConversationScenarioTest, SendsNothingToWhoSaidStopUntilTheySayStart) {
  EXPECT_EQ(answer("hello"), "front: hello");
  EXPECT_THAT(answer("Stop"), HasSubstr("no more messages"));
  town_.write(kZoe, T::kAcme1, "are you there?");
  town_.write(kZoe, T::kAcme2, "and here?");
  ASSERT_TRUE(town_.is(town_.acme, "are you there?", "ignored"));
  ASSERT_TRUE(town_.is(town_.acme, "and here?", "ignored")) << "at every number of the tenant";
  EXPECT_EQ(town_.status(town_.acme, "POST", fmt::format("/conversations/{}/messages", conversation("hello")),
                         json::object{{"text", "by hand"}}),
            409);
  EXPECT_EQ(answer("hello beta", kZoe, T::kBeta1), "front: hello beta") << "another tenant is another matter";
  EXPECT_THAT(answer("START"), HasSubstr("Welcome back"));
  EXPECT_EQ(answer("again"), "front: again");
}

TEST_F(ConversationScenarioTest, RoutesByTheFirstKindThatFitsAndExplainsIt) {
  rules({{{"by", "channel"}, {"agent", "back"}},
         {{"by", "number"}, {"value", T::kAcme2}, {"agent", "front"}},
         {{"by", "pattern"}, {"value", "\\bprice"}, {"agent", "front"}},
         {{"by", "keyword"}, {"value", "help"}, {"agent", "front"}},
         {{"by", "referral"}, {"value", "ad-7"}, {"agent", "front"}},
         {{"by", "peer_prefix"}, {"value", "33"}, {"agent", "front"}},
         {{"by", "peer"}, {"value", kPaul}, {"agent", "front"}}});
  EXPECT_EQ(answer("hello"), "back: hello");
  EXPECT_EQ(matched_by("hello"), "channel");
  EXPECT_EQ(answer("hello 2", kZoe, T::kAcme2), "front: hello 2");
  EXPECT_EQ(matched_by("hello 2"), "number");
  EXPECT_EQ(answer("the PRICE?", "491500000001"), "front: the PRICE?");
  EXPECT_EQ(matched_by("the PRICE?"), "pattern");
  EXPECT_EQ(answer("thanks", "491500000001"), "front: thanks") << "what a session began with decides for all of it";
  EXPECT_EQ(answer(" Help ", "491500000002"), "front:  Help ");
  EXPECT_EQ(matched_by(" Help "), "keyword");
  town_.send("491500000003", T::kAcme1,
             {{"text", "I saw the ad"},
              {"referral", {{"source_type", "ad"}, {"source_id", "ad-7"}, {"source_url", "https://fb.me/7"}}}});
  ASSERT_TRUE(town_.hears("491500000003", T::kAcme1, 1));
  EXPECT_EQ(matched_by("I saw the ad"), "referral");
  EXPECT_EQ(answer("bonjour", "33123456789"), "front: bonjour");
  EXPECT_EQ(matched_by("bonjour"), "peer_prefix");
  EXPECT_EQ(answer("me", kPaul), "front: me");
  EXPECT_EQ(matched_by("me"), "peer");

  const auto said =
      town_.call(town_.acme, "GET", fmt::format("/routing/explain?from={}&number={}&text=hi", kPaul, T::kAcme1));
  EXPECT_EQ(said.at("agent"), "front");
  EXPECT_EQ(said.at("matched_by"), "peer");
  EXPECT_EQ(said.at("rule"), 7);
  EXPECT_EQ(
      town_.status(town_.acme, "PUT", "/routing", json::object{{"rules", {{{"by", "channel"}, {"agent", "nobody"}}}}}),
      400)
      << "a rule to an agent that is not there";
  EXPECT_EQ(town_.status(town_.acme, "DELETE", "/agents/back"), 409) << "an agent that a rule names";
}

TEST_F(ConversationScenarioTest, EndsASessionAfterIdleMinutesOrAtItsHour) {
  settings({{"idle_reset_minutes", 30}});
  answer("one");
  town_.advance(29min);
  answer("two");
  EXPECT_THAT(town_.model.shown().back().shown, SizeIs(3)) << "one, its answer, two";
  town_.advance(31min);
  answer("three");
  EXPECT_THAT(town_.model.shown().back().shown, ElementsAre("user: three"));
  settings({{"idle_reset_minutes", 0}, {"daily_reset_minute", 0}});
  town_.advance(24h);
  answer("four");
  EXPECT_THAT(town_.model.shown().back().shown, ElementsAre("user: four")) << "midnight has passed";
}

TEST_F(ConversationScenarioTest, ReadsWhatIsWrittenInOneGoAsOne) {
  settings({{"debounce_ms", 60'000}});
  for (const char* text : {"I have", "a question", "about shoes"}) {
    town_.write(kZoe, T::kAcme1, text);
    ASSERT_TRUE(town_.is(town_.acme, text, "pending"));
  }
  town_.advance(61s);
  ASSERT_TRUE(town_.hears(kZoe, T::kAcme1, 1));
  EXPECT_EQ(town_.model.calls(), 1U);
  EXPECT_THAT(town_.heard(kZoe, T::kAcme1), ElementsAre("front: I have\na question\nabout shoes"));
}

class QueueScenarioTest : public ConversationScenarioTest {
 protected:
  /// Two messages come while the agent is at work on another.
  void write_while_it_works() {
    town_.write(kZoe, T::kAcme1, "slow one");
    ASSERT_TRUE(eventually([&] { return town_.model.held() == 1; }));
    for (const char* text : {"two", "three"}) {
      town_.write(kZoe, T::kAcme1, text);
      ASSERT_TRUE(eventually([&] { return !town_.message(town_.acme, text).empty(); }));
    }
  }
};

TEST_F(QueueScenarioTest, CollectsWhatComesDuringATurn) {
  settings({{"queue", "collect"}});
  write_while_it_works();
  town_.model.release();
  ASSERT_TRUE(town_.hears(kZoe, T::kAcme1, 2));
  EXPECT_THAT(town_.heard(kZoe, T::kAcme1), ElementsAre("front: slow one", "front: two\nthree"));
}

TEST_F(QueueScenarioTest, FollowsUpWithATurnForEach) {
  write_while_it_works();
  town_.model.release();
  ASSERT_TRUE(town_.hears(kZoe, T::kAcme1, 3));
  EXPECT_THAT(town_.heard(kZoe, T::kAcme1), ElementsAre("front: slow one", "front: two", "front: three"));
}

TEST_F(QueueScenarioTest, InterruptsForWhatIsNewer) {
  settings({{"queue", "interrupt"}});
  write_while_it_works();
  ASSERT_TRUE(town_.is(town_.acme, "slow one", "no_reply"));
  town_.model.release();
  ASSERT_TRUE(town_.is(town_.acme, "three", "answered"));
  EXPECT_TRUE(eventually([&] { return town_.heard(kZoe, T::kAcme1).back().ends_with("three"); }));
  EXPECT_THAT(town_.heard(kZoe, T::kAcme1), Not(Contains("front: slow one")));
}

TEST_F(QueueScenarioTest, StopsTheAnswerThatIsBeingMade) {
  town_.write(kZoe, T::kAcme1, "slow one");
  ASSERT_TRUE(eventually([&] { return town_.model.held() == 1; }));
  EXPECT_EQ(answer("/stop"), "Stopped.");
  town_.model.release();
  EXPECT_EQ(answer("next"), "front: next");
  EXPECT_THAT(town_.heard(kZoe, T::kAcme1), ElementsAre("Stopped.", "front: next"));
}

TEST_F(ConversationScenarioTest, ObeysCommandsAndOwnersMore) {
  settings({{"owners", {"+49 152 222 2222"}}});
  EXPECT_THAT(answer("/help"), AllOf(HasSubstr("/new"), Not(HasSubstr("/agent"))));
  EXPECT_EQ(answer("/whoami"), fmt::format("You are known here as +{}.", kZoe));
  EXPECT_EQ(answer("/status"), "front answers here.");
  EXPECT_EQ(answer("/dance"), "front: /dance") << "what is unknown is the agent's";
  EXPECT_EQ(answer("/agent back"), "front: /agent back") << "and so is what is not theirs";
  EXPECT_EQ(town_.model.calls(), 2U);
  EXPECT_EQ(answer("/agent back", kPaul), "back answers in this chat from now on.");
  EXPECT_EQ(answer("hello", kPaul), "back: hello");
  EXPECT_THAT(answer("/pause", kPaul), HasSubstr("Nobody answers"));
  town_.write(kPaul, T::kAcme1, "hm?");
  ASSERT_TRUE(town_.is(town_.acme, "hm?", "no_reply"));
  EXPECT_THAT(answer("/resume", kPaul), HasSubstr("answers again"));
  EXPECT_EQ(answer("thanks", kPaul), "back: thanks");
}

TEST_F(ConversationScenarioTest, LeavesAConversationToWhoTookItOver) {
  answer("hello");
  const auto at = fmt::format("/conversations/{}", conversation("hello"));
  const auto held = town_.call(town_.acme, "POST", at + "/take-over", json::object());
  EXPECT_EQ(held.at("held_by"), "test");
  town_.write(kZoe, T::kAcme1, "a person, please");
  ASSERT_TRUE(town_.is(town_.acme, "a person, please", "no_reply"));
  town_.call(town_.acme, "POST", at + "/messages", json::object{{"text", "Ada here."}});
  ASSERT_TRUE(town_.hears(kZoe, T::kAcme1, 2));
  const auto free = town_.call(town_.acme, "POST", at + "/hand-back", json::object());
  EXPECT_TRUE(free.at("held_by").is_null());
  EXPECT_EQ(answer("thanks"), "front: thanks");
  EXPECT_THAT(town_.heard(kZoe, T::kAcme1), ElementsAre("front: hello", "Ada here.", "front: thanks"));
  EXPECT_THAT(town_.model.shown().back().shown, Contains("assistant: Ada here.")) << "the agent knows what was said";
  EXPECT_EQ(town_.status(town_.beta, "POST", at + "/take-over", json::object()), 404);
}

TEST_F(ConversationScenarioTest, LeavesAConversationToThePhoneOfTheBusiness) {
  answer("hello");
  town_.sim("POST", "/_sim/webhooks",
            json::object{{"field", "smb_message_echoes"}, {"event", "text"}, {"number", T::kAcme1}, {"phone", kZoe}});
  const auto at = fmt::format("/conversations/{}", conversation("hello"));
  ASSERT_TRUE(eventually([&] { return !town_.call(town_.acme, "GET", at).at("held_by").is_null(); }));
  town_.write(kZoe, T::kAcme1, "who is this?");
  ASSERT_TRUE(town_.is(town_.acme, "who is this?", "no_reply"));
  town_.advance(61min);
  EXPECT_EQ(answer("still there?"), "front: still there?") << "and after the take-over time the agent has it back";
}

TEST_F(ConversationScenarioTest, ReachesNobodyByHandOnceTheWindowIsClosed) {
  answer("hello");
  town_.advance(25h);
  const auto at = fmt::format("/conversations/{}/messages", conversation("hello"));
  EXPECT_EQ(town_.status(town_.acme, "POST", at, json::object{{"text", "late"}}), 409);
  EXPECT_EQ(answer("I am back"), "front: I am back");
  EXPECT_EQ(town_.status(town_.acme, "POST", at, json::object{{"text", "in time"}}), 202);
}

TEST_F(ConversationScenarioTest, LetsAThousandStrangersInAtOnce) {
  constexpr int kStrangers = 1'000;
  policy(town_.acme, "pairing");
  settings({{"max_pending", kStrangers}});
  const auto phone = [](int stranger) { return fmt::format("4917{:08}", stranger); };
  for (int i = 0; i < kStrangers; ++i) town_.write(phone(i), T::kAcme1, "let me in");
  const auto waiting = [&] {
    std::size_t count = 0;
    for (std::string before;;) {
      const auto page = town_.call(town_.acme, "GET", "/access?standing=pending&limit=200" + before);
      count += page.at("access").as_array().size();
      if (page.at("next").is_null()) return count;
      before = "&before=" + std::string(page.at("next").as_string());
    }
  };
  ASSERT_TRUE(eventually([&] { return waiting() == kStrangers; }, 60s));
  const auto decided =
      town_.call(town_.acme, "POST", "/access/decide", json::object{{"decision", "approve"}, {"all", true}});
  EXPECT_EQ(decided.at("decided"), kStrangers);
  for (const int i : {0, kStrangers / 2, kStrangers - 1}) {
    ASSERT_TRUE(eventually([&] { return town_.heard(phone(i), T::kAcme1).size() == 2; }, 60s)) << i;
    EXPECT_EQ(town_.heard(phone(i), T::kAcme1).back(), "front: let me in");
  }
}

}  // namespace
}  // namespace claw::testing
