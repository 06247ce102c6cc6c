#include "api/message_way.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

MessageRecord question() {
  MessageRecord message;
  message.id = MessageId{1};
  message.wamid = "wamid.q";
  message.state = MessageState::kAnswered;
  message.created_at = from_ms(2'000);
  message.meta_time = from_ms(1'000);
  message.agent = "support";
  message.matched_by = "number";
  return message;
}

StatusRecord status(const char* name, std::int64_t at_ms, const char* errors = "") {
  StatusRecord told;
  told.status = name;
  told.at = from_ms(at_ms);
  told.errors = errors;
  return told;
}

MessageRecord answer() {
  MessageRecord message;
  message.id = MessageId{2};
  message.direction = Direction::kOutbound;
  message.state = MessageState::kRead;
  message.turn = MessageId{1};
  message.agent = "support";
  message.created_at = from_ms(3'000);
  message.attempts = 1;
  message.statuses = {status("sent", 4'000), status("read", 5'000)};
  return message;
}

ExchangeRow logged(std::int64_t id, ExchangeKind kind, std::string name, int status = 200) {
  ExchangeRow row;
  row.id = id;
  row.kind = kind;
  row.at = from_ms(1'500 + id);
  row.took = std::chrono::microseconds(2'500);
  row.outcome = status == 200 ? "ok" : "refused";
  row.wrong = status != 200;
  row.status = status;
  row.names = {std::move(name)};
  return row;
}

std::vector<std::string> told(const WayFacts& facts) {
  std::vector<std::string> list;
  for (const auto& step : way_of(facts)) list.push_back(std::string(step.id) + ": " + step.title);
  return list;
}

const WayStep step_of(const WayFacts& facts, std::string_view id) {
  for (auto& step : way_of(facts))
    if (step.id == id) return step;
  return {};
}

TEST(MessageWayTest, GoesFromThePhoneToThePhone) {
  const WayFacts facts{question(),
                       {},
                       {answer()},
                       {logged(7, ExchangeKind::kWebhook, "wamid.q"), logged(8, ExchangeKind::kGraph, "message:2")}};
  EXPECT_THAT(told(facts), ElementsAre("written: Written on the phone", "delivered_to_us: Delivered by Meta",
                                       "stored: Received and stored", "access: Let in", "rule: Given to support",
                                       "said: support answered", "send: Given to Meta", "status: Sent: WhatsApp has it",
                                       "status: Read"));
  EXPECT_EQ(step_of(facts, "send").exchange, 8);
  EXPECT_EQ(step_of(facts, "delivered_to_us").detail, "Answered 200 after 2.5 ms.");
  EXPECT_THAT(step_of(facts, "rule").detail, HasSubstr("number"));
}

TEST(MessageWayTest, TellsOfEachDeliveryAndEachTry) {
  auto refused = logged(8, ExchangeKind::kGraph, "message:2", 400);
  refused.error_code = 131047;
  auto not_kept = logged(5, ExchangeKind::kWebhook, "wamid.q", 503);
  const WayFacts facts{question(),
                       {},
                       {answer()},
                       {logged(9, ExchangeKind::kGraph, "message:2"), refused, not_kept,
                        logged(6, ExchangeKind::kWebhook, "wamid.q"), logged(7, ExchangeKind::kWebhook, "wamid.q")}};
  const auto list = told(facts);
  EXPECT_EQ(list[1], "delivered_to_us: Meta delivered it, and it was not taken");
  EXPECT_EQ(list[2], "delivered_to_us: Delivered by Meta");
  EXPECT_EQ(list[3], "delivered_to_us: Delivered by Meta once more");
  EXPECT_EQ(list[8], "send: Given to Meta, and not taken");
  EXPECT_EQ(list[9], "send: Given to Meta, try 2");
  EXPECT_THAT(step_of(facts, "send").detail, HasSubstr("131047"));
  EXPECT_EQ(step_of(facts, "send").error_code, 131047) << "so that whose move it is can be told";
}

TEST(MessageWayTest, SaysWhyNobodyAnswered) {
  const struct {
    MessageState state;
    const char* reason;
    const char* id;
    WayState ends;
    const char* says;
  } rows[] = {
      {MessageState::kIgnored, "channel_disabled", "access", WayState::kFailed, "Open it under Channels"},
      {MessageState::kHeld, "", "access", WayState::kWaiting, "Approve them under Pairing"},
      {MessageState::kPending, "", "turn", WayState::kWaiting, "One turn at a time"},
      {MessageState::kAgentFailed, "agent bot answered 500", "turn", WayState::kFailed, "Agent bot answered 500."},
      {MessageState::kIgnored, "answered by hand: ada@acme.example", "turn", WayState::kDone, "held by hand"},
  };
  for (const auto& row : rows) {
    auto message = question();
    message.state = row.state;
    message.reason = row.reason;
    message.matched_by.clear();
    const auto step = way_of({message, {}, {}, {}}).back();
    EXPECT_EQ(step.id, row.id) << row.reason;
    EXPECT_EQ(step.state, row.ends) << row.reason;
    EXPECT_THAT(step.detail, HasSubstr(row.says));
  }
}

TEST(MessageWayTest, SaysThatOneAnswerWasToSeveralMessages) {
  auto second = question();
  EXPECT_EQ(step_of({question(), {second}, {answer()}, {}}, "together").title,
            "Answered together with another message");
  EXPECT_EQ(step_of({question(), {second, second}, {answer()}, {}}, "together").title,
            "Answered together with 2 other messages");
  auto waits = question();
  waits.state = MessageState::kPending;
  EXPECT_EQ(step_of({waits, {second}, {}, {}}, "together").title, "In one turn with another message");
}

TEST(MessageWayTest, SaysWhatASendWaitsForOrWhyItFailed) {
  auto failed = answer();
  failed.state = MessageState::kFailed;
  failed.statuses.clear();
  failed.error_code = 131047;
  EXPECT_THAT(step_of({std::nullopt, {}, {failed}, {}}, "state").detail, HasSubstr("131047"));
  EXPECT_EQ(step_of({std::nullopt, {}, {failed}, {}}, "state").error_code, 131047);
  EXPECT_EQ(step_of({std::nullopt, {}, {failed}, {}}, "send").title, "Given to Meta")
      << "the log is over, the ledger is not";
  auto told_by_status = failed;
  told_by_status.statuses = {status("failed", 4'000, R"([{"code":131026,"title":"x"}])")};
  EXPECT_THAT(step_of({std::nullopt, {}, {told_by_status}, {}}, "status").detail, HasSubstr("131026"));
  EXPECT_EQ(step_of({std::nullopt, {}, {told_by_status}, {}}, "status").error_code, 131026);
  EXPECT_THAT(step_of({std::nullopt, {}, {told_by_status}, {}}, "state").title, IsEmpty());
  auto second = answer();
  second.id = MessageId{3};
  second.part = 1;
  second.state = MessageState::kQueued;
  second.statuses.clear();
  EXPECT_EQ(way_of({std::nullopt, {}, {answer(), second}, {}}).back().title, "Part 2: Waits to be sent");
}

}  // namespace
}  // namespace claw
