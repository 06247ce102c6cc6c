#include "conversation/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw {
namespace {

using namespace std::chrono_literals;
using ::testing::Eq;
using ::testing::Optional;

TEST(CommandTest, ReadsAWordAfterASlashInAnyCase) {
  const auto kind = [](std::string_view text) -> std::optional<CommandKind> {
    const auto command = parse_command(text);
    return command ? std::optional(command->kind) : std::nullopt;
  };
  EXPECT_THAT(kind("/help"), Optional(CommandKind::kHelp));
  EXPECT_THAT(kind("  /STATUS \n"), Optional(CommandKind::kStatus));
  EXPECT_THAT(kind("/whoami"), Optional(CommandKind::kWhoAmI));
  EXPECT_THAT(kind("/new"), Optional(CommandKind::kNew));
  EXPECT_THAT(kind("/Reset"), Optional(CommandKind::kNew));
  EXPECT_THAT(kind("/stop"), Optional(CommandKind::kStop));
  for (const char* text : {"", "/", "help", "/helpme", "/help me", "/stop it", "say /help", "/unknown"})
    EXPECT_EQ(kind(text), std::nullopt) << text;
}

TEST(CommandTest, TakesWhatStandsBehindNewAndAgent) {
  EXPECT_EQ(parse_command("/new  tell me\nall ")->rest, "tell me\nall");
  EXPECT_EQ(parse_command("/agent sales")->rest, "sales");
}

SessionRecord last_turn_at(TimePoint time) {
  SessionRecord session;
  session.last_turn = time;
  return session;
}

TEST(ResetTest, EndsASessionThatWasIdleTooLong) {
  SessionSettings settings;
  const TimePoint then = from_ms(1'790'000'000'000);
  EXPECT_FALSE(has_ended(last_turn_at(then), settings, then + 24h * 365)) << "by default never";
  settings.idle_reset = 30min;
  EXPECT_FALSE(has_ended(last_turn_at(then), settings, then + 30min - 1ms));
  EXPECT_TRUE(has_ended(last_turn_at(then), settings, then + 30min));
  EXPECT_FALSE(has_ended({}, settings, then)) << "without a turn there is nothing to end";
}

TEST(ResetTest, EndsASessionAtTheHourOfTheDay) {
  SessionSettings settings;
  settings.daily_reset_minute = 4 * 60;
  const TimePoint day = std::chrono::floor<std::chrono::days>(from_ms(1'790'000'000'000));
  EXPECT_FALSE(has_ended(last_turn_at(day + 1h), settings, day + 3h));
  EXPECT_TRUE(has_ended(last_turn_at(day + 1h), settings, day + 4h));
  EXPECT_FALSE(has_ended(last_turn_at(day + 5h), settings, day + 23h));
  EXPECT_TRUE(has_ended(last_turn_at(day + 5h), settings, day + 29h));
  EXPECT_TRUE(has_ended(last_turn_at(day - 24h), settings, day + 1h)) << "the hour came yesterday";
}

PendingMessage text(std::int64_t id, std::string words, TimePoint received = {}) {
  PendingMessage message;
  message.id = MessageId{id};
  message.type = "text";
  message.view = {std::move(words), "{}"};
  message.wamid = "wamid." + std::to_string(id);
  message.received = received;
  return message;
}

/// A tenant that has messages collected.
struct Collecting : Tenant {
  Collecting() { session.queue = QueueMode::kCollect; }
};

TEST(TurnSizeTest, CollectsPlainTextsUpToTheFirstThatGoesAlone) {
  Collecting tenant;
  EXPECT_EQ(turn_size(tenant, {text(1, "a"), text(2, "b"), text(3, "c")}), 3U);
  EXPECT_EQ(turn_size(tenant, {text(1, "a"), text(2, "/new"), text(3, "c")}), 1U);
  EXPECT_EQ(turn_size(tenant, {text(1, "/new"), text(2, "b")}), 1U);
  EXPECT_EQ(turn_size(tenant, {text(1, "stop"), text(2, "b")}), 1U) << "a word for opting out";
  PendingMessage picture = text(2, "[image]");
  picture.type = "image";
  EXPECT_EQ(turn_size(tenant, {text(1, "a"), picture, text(3, "c")}), 1U);
  PendingMessage answer = text(2, "that one");
  answer.view.data = R"({"reply_to":"wamid.9"})";
  EXPECT_EQ(turn_size(tenant, {text(1, "a"), answer}), 1U);
}

TEST(TurnSizeTest, BoundsWhatIsCollected) {
  Collecting tenant;
  tenant.session.max_merged = 2;
  EXPECT_EQ(turn_size(tenant, {text(1, "a"), text(2, "b"), text(3, "c")}), 2U);
  tenant.session.max_merged = 20;
  EXPECT_EQ(turn_size(tenant, {text(1, std::string(60'000, 'x')), text(2, std::string(60'000, 'y'))}), 1U);
}

TEST(TurnSizeTest, GivesEachMessageATurnWhereTheTenantWantsThat) {
  Tenant tenant;
  tenant.session.queue = QueueMode::kFollowUp;
  EXPECT_EQ(turn_size(tenant, {text(1, "a"), text(2, "b")}), 1U);
}

TEST(TurnSizeTest, ReadsWhatWasWrittenInOneGoAsOneWhereverTheTenantWaitsForThat) {
  Tenant tenant;
  tenant.session.queue = QueueMode::kFollowUp;
  tenant.session.debounce = 1s;
  const TimePoint t = from_ms(1'000'000);
  EXPECT_EQ(turn_size(tenant, {text(1, "a", t), text(2, "b", t + 999ms), text(3, "c", t + 1999ms)}), 2U);
  EXPECT_EQ(turn_size(tenant, {text(1, "a", t), text(2, "b", t + 1s)}), 1U) << "the quiet window was over";
  std::deque<PendingMessage> without_end;
  for (int i = 0; i < 12; ++i) without_end.push_back(text(i + 1, "x", t + i * 900ms));
  EXPECT_EQ(turn_size(tenant, without_end), 6U) << "five windows are the most";
}

TEST(TurnSizeTest, ReadsTwoPeopleOfAGroupByThemselves) {
  Collecting tenant;
  const auto by = [](PendingMessage message, std::string user) {
    message.author = Author{.user = std::move(user), .phone = {}, .bsuid = {}, .name = {}};
    return message;
  };
  EXPECT_EQ(turn_size(tenant, {by(text(1, "a"), "omar"), by(text(2, "b"), "omar"), by(text(3, "c"), "eve")}), 2U);
  tenant.session.debounce = 1s;
  EXPECT_EQ(debounce_left(tenant, {by(text(1, "a"), "omar"), by(text(2, "c"), "eve")}, {}), 0ms);
}

TEST(TurnSizeTest, KeepsTogetherWhatWasOneTurnBeforeACrash) {
  Tenant tenant;
  auto a = text(1, "a"), b = text(2, "b");
  a.turn = b.turn = a.id;
  EXPECT_EQ(turn_size(tenant, {a, b, text(3, "c")}), 2U);
  tenant.session.queue = QueueMode::kFollowUp;
  EXPECT_EQ(turn_size(tenant, {a, b, text(3, "c")}), 2U);
}

TEST(DebounceTest, RestartsTheQuietWindowWithEachMessageUpToFiveWindows) {
  Tenant tenant;
  const TimePoint t = from_ms(1'000'000);
  EXPECT_EQ(debounce_left(tenant, {text(1, "a", t)}, t), 0ms) << "off by default";
  tenant.session.debounce = 1'000ms;
  EXPECT_EQ(debounce_left(tenant, {text(1, "a", t)}, t), 1'000ms);
  EXPECT_EQ(debounce_left(tenant, {text(1, "a", t), text(2, "b", t + 900ms)}, t + 900ms), 1'000ms);
  EXPECT_EQ(debounce_left(tenant, {text(1, "a", t), text(2, "b", t + 4'800ms)}, t + 4'800ms), 200ms);
  EXPECT_EQ(debounce_left(tenant, {text(1, "a", t)}, t + 1'000ms), 0ms);
}

TEST(DebounceTest, IsFlushedByWhatGoesAloneAndByAFullTurn) {
  Tenant tenant;
  const TimePoint t = from_ms(1'000'000);
  tenant.session.debounce = 1'000ms;
  EXPECT_EQ(debounce_left(tenant, {text(1, "a", t), text(2, "/new", t)}, t), 0ms);
  tenant.session.max_merged = 2;
  EXPECT_EQ(debounce_left(tenant, {text(1, "a", t), text(2, "b", t)}, t), 0ms);
}

TEST(MergedTest, JoinsTextsWithTheOldestIdAndTheNewestWamid) {
  const std::vector<PendingMessage> messages{text(1, "a"), text(2, "b"), text(3, "c")};
  const auto all = merged(messages);
  EXPECT_EQ(all.view.text, "a\nb\nc");
  EXPECT_EQ(all.id, MessageId{1});
  EXPECT_EQ(all.wamid, "wamid.3");
}

TEST(ReferralTest, FindsTheAdOfAMessage) {
  auto message = text(1, "hi");
  message.view.data = R"({"referral":{"source_id":"ad-7","ctwa_clid":"click-9"}})";
  EXPECT_EQ(referral_of(message).source_id, "ad-7");
  EXPECT_EQ(referral_of(message).ctwa_clid, "click-9");
  message.view.data = R"({"referral":)";
  EXPECT_EQ(referral_of(message).source_id, "");
}

}  // namespace
}  // namespace claw
