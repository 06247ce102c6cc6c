#include "ledger/sqlite/number_figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/accept_items.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using std::chrono::hours;

class NumberFiguresTest : public ::testing::Test {
 protected:
  /// Somebody writes now; the message's id.
  MessageId write(AcceptItem item) {
    item.item.received_at = world_.clock.now();
    std::vector<AcceptItem> items;
    items.push_back(std::move(item));
    return world_.run(world_.ledger->accept(std::move(items), world_.ledger->fence())).value().pending.at(0).id;
  }
  MessageId answer(MessageId message) {
    TurnOutcome outcome;
    outcome.agent = "echo";
    outcome.parts = {"yes"};
    return world_.run(world_.ledger->complete_turn(message, outcome, world_.ledger->fence())).value().at(0).id;
  }
  void send(MessageId reply, MessageState state) {
    world_.run(world_.ledger->begin_send(reply, world_.ledger->fence())).value();
    SendOutcome outcome;
    outcome.state = state;
    outcome.wamid = state == MessageState::kSent ? "wamid.out" + std::to_string(reply.value) : "";
    world_.run(world_.ledger->end_send(reply, outcome, world_.ledger->fence())).value();
  }
  std::optional<TimePoint> first_answer(const std::string& number = "111") {
    return world_.run(figures_.first_answer(TenantId{1}, number)).value();
  }
  std::int64_t people(TimePoint since, const std::string& number = "111", std::int64_t tenant = 1) {
    return world_.run(figures_.people_since(TenantId{tenant}, number, since)).value().value();
  }
  TimePoint pass(std::chrono::milliseconds time) {
    world_.clock.advance(time);
    return world_.clock.now();
  }

  OpenLedger world_;
  sqlite::SqliteNumberFigures figures_{*world_.store};
};

TEST_F(NumberFiguresTest, FindsTheFirstAnswerThatMetaTook) {
  EXPECT_EQ(first_answer(), std::nullopt);
  const auto reply = answer(write(text_from("491511", "hello")));
  EXPECT_EQ(first_answer(), std::nullopt) << "it waits in the outbox";
  send(reply, MessageState::kFailed);
  EXPECT_EQ(first_answer(), std::nullopt);
  const auto at = pass(hours(1));
  send(answer(write(text_from("491511", "again"))), MessageState::kSent);
  pass(hours(1));
  send(answer(write(text_from("491511", "and again"))), MessageState::kSent);
  EXPECT_EQ(first_answer(), at);
  EXPECT_EQ(first_answer("112"), std::nullopt) << "another number's";
}

TEST_F(NumberFiguresTest, CountsEachPersonOfTheMonthOnce) {
  const TimePoint begin = world_.clock.now();
  EXPECT_EQ(people(begin), 0);
  write(text_from("491511", "last month"));
  write(text_from("491512", "last month too"));
  const TimePoint month = pass(hours(24));
  EXPECT_EQ(people(month), 0);
  const auto question = write(text_from("491511", "this month"));
  write(text_from("491511", "once more"));
  write(text_from("491513", "new here"));
  write(on_number(text_from("491514", "elsewhere"), "112"));
  write(of_tenant(text_from("491515", "another's"), 2));
  EXPECT_EQ(people(month), 2);
  EXPECT_EQ(people(begin), 3);
  EXPECT_EQ(people(month, "112"), 1);
  EXPECT_EQ(people(month, "111", 2), 1);
  pass(hours(1));
  answer(question);
  EXPECT_EQ(people(month), 2) << "who was answered is counted already";
  EXPECT_EQ(people(pass(hours(1))), 0);
}

}  // namespace
}  // namespace claw
