#include "simulator/meta.hpp"

#include "simulator/world_fixture.hpp"

namespace claw::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class MetaTest : public WorldTest {
 protected:
  const Number& number() { return *meta_.numbers.find(default_number().id); }
  Person& maria() { return *meta_.phones.find(kMaria); }
  Tick tick_of(const std::string& id) { return meta_.phones.find_message(id).message->tick; }
};

TEST_F(MetaTest, AMessageIsSendingUntilTheGatewayAnswers2xx) {
  const auto id = say("hello");
  EXPECT_EQ(tick_of(id), Tick::kSending);
  answer(500);
  EXPECT_EQ(tick_of(id), Tick::kSending);
  leap(seconds(1));
  answer(200);
  EXPECT_EQ(tick_of(id), Tick::kSent);
}

TEST_F(MetaTest, AReplyIsReportedSentDeliveredReadInThisOrder) {
  say("hello");
  answer(200);
  const auto id = reply(kMaria);
  std::vector<std::string> statuses;
  for (int i = 0; i < 3; ++i) {
    pass(meta_.habits.status_step - milliseconds(10));
    EXPECT_THAT(attempts_, SizeIs(0));
    pass(milliseconds(10));
    ASSERT_THAT(attempts_, SizeIs(1));
    const auto status = status_in(attempts_[0]);
    EXPECT_EQ(std::string_view(status.at("id").as_string()), id);
    statuses.emplace_back(status.at("status").as_string());
    // The price stands on `sent` and on the one after it.
    EXPECT_EQ(status.contains("pricing"), i < 2);
    answer(200);
  }
  EXPECT_THAT(statuses, ElementsAre("sent", "delivered", "read"));
  EXPECT_EQ(tick_of(id), Tick::kRead);
  pass(seconds(5));
  EXPECT_THAT(attempts_, SizeIs(0));
}

TEST_F(MetaTest, AReplyToNobodyFailsLater) {
  reply("4930000000");
  pass(meta_.habits.status_step);
  ASSERT_THAT(attempts_, SizeIs(1));
  const auto status = status_in(attempts_[0]);
  EXPECT_EQ(status.at("status"), "failed");
  EXPECT_EQ(status.at("recipient_id"), "4930000000");
  EXPECT_EQ(status.at("errors").at(0).at("code"), 131026);
}

TEST_F(MetaTest, AReplyFindsAPersonByBsuid) {
  say("hello");
  answer(200);
  const auto user_id = bsuid_of(number().waba, kMaria);
  const auto id = meta_.accept({.number = &number(), .user_id = user_id, .text = "hello"});
  EXPECT_EQ(maria().messages.back().id, id);
}

TEST_F(MetaTest, ReadingAMessageReadsTheEarlierOnesOfThatNumberToo) {
  Number other = default_number();
  other.id = "100000000000002";
  ASSERT_TRUE(meta_.numbers.put(other));
  const auto first = say("one", number().id);
  const auto elsewhere = say("there", other.id);
  const auto second = say("two", number().id);
  const auto later = say("three", number().id);
  EXPECT_TRUE(meta_.mark_read(number(), second, false));
  EXPECT_EQ(tick_of(first), Tick::kRead);
  EXPECT_EQ(tick_of(second), Tick::kRead);
  EXPECT_EQ(tick_of(elsewhere), Tick::kSending);
  EXPECT_EQ(tick_of(later), Tick::kSending);
}

TEST_F(MetaTest, AMessageReadBeforeItsWebhookWasAnsweredStaysRead) {
  const auto id = say("hello");
  EXPECT_TRUE(meta_.mark_read(number(), id, false));
  answer(200);
  EXPECT_EQ(tick_of(id), Tick::kRead);
}

TEST_F(MetaTest, OnlyWhatThisNumberReceivedCanBeRead) {
  const auto id = say("hello");
  Number other = default_number();
  other.id = "100000000000002";
  EXPECT_FALSE(meta_.mark_read(other, id, false));
  EXPECT_FALSE(meta_.mark_read(number(), "wamid.unknown", false));
  EXPECT_FALSE(meta_.mark_read(number(), reply(kMaria), false)) << "its own message";
}

TEST_F(MetaTest, TypingShowsForTwentyFiveSeconds) {
  EXPECT_TRUE(meta_.mark_read(number(), say("hello"), true));
  EXPECT_TRUE(maria().sees_typing(clock_.now()));
  leap(seconds(25) - milliseconds(1));
  EXPECT_TRUE(maria().sees_typing(clock_.now()));
  leap(milliseconds(1));
  EXPECT_FALSE(maria().sees_typing(clock_.now()));
}

TEST_F(MetaTest, TypingIsProlongedByTheNextCall) {
  const auto id = say("hello");
  EXPECT_TRUE(meta_.mark_read(number(), id, true));
  leap(seconds(20));
  EXPECT_TRUE(meta_.mark_read(number(), id, true));
  leap(seconds(20));
  EXPECT_TRUE(maria().sees_typing(clock_.now()));
}

TEST_F(MetaTest, TypingEndsWithTheReply) {
  EXPECT_TRUE(meta_.mark_read(number(), say("hello"), true));
  reply(kMaria);
  EXPECT_FALSE(maria().sees_typing(clock_.now()));
}

TEST_F(MetaTest, RefusesWordsThatCannotBeSent) {
  const auto kind = [&](Meta::Words words) { return meta_.say(kMaria, std::move(words)).error().kind; };
  EXPECT_EQ(kind({}), ErrorKind::kInvalid);
  EXPECT_EQ(kind({.text = std::string(Meta::kMaxText + 1, 'x'), .number = {}, .name = {}, .reply_to = {}}),
            ErrorKind::kInvalid);
  EXPECT_EQ(kind({.text = "hi", .number = "999", .name = {}, .reply_to = {}}), ErrorKind::kNotFound);
  EXPECT_EQ(meta_.phones.find(kMaria), nullptr) << "nobody is made by a refused message";
}

TEST_F(MetaTest, AsksWhichNumberIsMeantWhereThereAreSeveral) {
  Number other = default_number();
  other.id = "100000000000002";
  ASSERT_TRUE(meta_.numbers.put(other));
  const auto refused = meta_.say(kMaria, {.text = "hi", .number = {}, .name = {}, .reply_to = {}});
  EXPECT_THAT(refused.error().message, HasSubstr("several"));
}

class SilentMetaTest : public WorldTest {
 protected:
  SilentMetaTest() : WorldTest({.statuses = {}}) {}
};

TEST_F(SilentMetaTest, ReportsNothingWhereNoStatusesAreWanted) {
  say("hello");
  answer(200);
  reply(kMaria);
  pass(seconds(5));
  EXPECT_THAT(attempts_, SizeIs(0));
}

TEST(SeedTest, TheSameSeedAndCallsOnAFakeClockGiveTheSameBytes) {
  const auto run = [](std::uint64_t seed) {
    FakeClock clock;
    std::string all;
    Meta meta(clock, {}, seed, [&all](const Attempt& attempt) { all += *attempt.body + attempt.signature; });
    Number number = default_number();
    number.callback = "http://gateway/hook";
    EXPECT_TRUE(meta.numbers.put(number));
    Fault fault{.kind = FaultKind::kDuplicate, .probability = 0.5, .count = 100, .until = clock.now() + Faults::kLasts};
    EXPECT_TRUE(meta.faults.add(fault));
    for (int i = 0; i < 20; ++i) {
      EXPECT_TRUE(
          meta.say("49151000" + std::to_string(1000 + i), {.text = "hello", .number = {}, .name = {}, .reply_to = {}}));
      meta.accept({.number = meta.numbers.find(number.id), .to = "491510001000", .text = "hello"});
      clock.advance(milliseconds(100));
      meta.timers.run_due();
    }
    return all + meta.ids.trace();
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

}  // namespace
}  // namespace claw::sim
