#include "ledger/event_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/event_schema.hpp"
#include "ledger/sqlite/migrations.hpp"
#include "ledger/sqlite/sqlite_access_store.hpp"
#include "ledger/sqlite/sqlite_event_store.hpp"
#include "ledger/sqlite/sqlite_tenant_store.hpp"
#include "support/accept_items.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

constexpr std::uint32_t kAll = 0x7fff;

class EventStoreTest : public ::testing::Test {
 protected:
  static Change change() { return {}; }
  static SendOutcome sent(std::string wamid) { return {MessageState::kSent, std::move(wamid), {}, 0, ""}; }
  std::int64_t sink(std::uint32_t kinds = kAll, std::int64_t tenant = 1, const std::string& name = "orders") {
    SinkRow row;
    row.tenant = TenantId{tenant};
    row.name = name;
    row.url = "https://example.org/hook";
    row.kinds = kinds;
    return world_.run(store_.add_sink(row, change())).value();
  }
  SinkRow row_of(std::int64_t id) {
    for (auto& row : world_.run(store_.sinks()).value())
      if (row.id == id) return row;
    return {};
  }
  std::int64_t bot_sink() {
    for (auto& row : world_.run(store_.sinks()).value())
      if (row.agent == "bot") return row.id;
    return 0;
  }
  std::vector<SinkEvent> log(std::int64_t sink) {
    auto page = world_.run(store_.events(TenantId{1}, sink, {})).value();
    return {page.rbegin(), page.rend()};
  }
  std::vector<std::string> told(std::int64_t sink) {
    std::vector<std::string> kinds;
    for (auto& event : log(sink)) kinds.emplace_back(to_string(event.kind));
    return kinds;
  }
  std::vector<std::int64_t> due(std::int64_t sink) {
    std::vector<std::int64_t> ids;
    for (auto& event : world_.run(store_.due(sink, world_.clock.now(), 100)).value()) ids.push_back(event.id);
    return ids;
  }
  void settle(std::int64_t sink, std::int64_t id, EventOutcome outcome) {
    for (auto& event : log(sink))
      if (event.id == id) world_.run(store_.settle(event, outcome)).value();
  }
  Accepted accept(AcceptItem item) {
    std::vector<AcceptItem> items;
    items.push_back(std::move(item));
    return world_.run(world_.ledger->accept(std::move(items), world_.ledger->fence())).value();
  }
  PendingMessage comes(const std::string& from, const std::string& text) {
    return accept(testing::text_from(from, text)).pending.front();
  }
  MessageId answer(const PendingMessage& message, const std::string& text) {
    TurnOutcome outcome;
    outcome.agent = "shop";
    outcome.parts = {whatsapp::Outgoing(text)};
    return world_.run(world_.ledger->complete_turn(message.id, outcome, fence())).value().front().id;
  }
  void send(MessageId message, SendOutcome outcome) {
    world_.run(world_.ledger->begin_send(message, fence())).value();
    world_.run(world_.ledger->end_send(message, std::move(outcome), fence())).value();
  }
  Fence fence() { return world_.ledger->fence(); }

  testing::OpenLedger world_;
  sqlite::SqliteEventStore store_{*world_.store};
};

TEST_F(EventStoreTest, TellsTheWayOfAMessageInOrder) {
  const auto sink = this->sink();
  const auto message = comes("491511", "hello");
  const auto reply = answer(message, "good day");
  send(reply, sent("wamid.R"));
  accept(testing::status_of("wamid.R", "delivered"));
  accept(testing::status_of("wamid.R", "read"));
  EXPECT_THAT(told(sink),
              ElementsAre("message.received", "message.answered", "message.sent", "message.delivered", "message.read"));
  EXPECT_EQ(log(sink)[0].subject, message.id.value);
  EXPECT_EQ(log(sink)[2].subject, reply.value);
  EXPECT_EQ(log(sink)[2].lane, message.conversation.value);
  EXPECT_EQ(log(sink)[2].at, world_.clock.now());
}

TEST_F(EventStoreTest, AStatusThatComesLateOrTwiceTellsNothingNew) {
  const auto sink = this->sink();
  send(answer(comes("491511", "hello"), "good day"), sent("wamid.R"));
  accept(testing::status_of("wamid.R", "read"));
  accept(testing::status_of("wamid.R", "read"));
  accept(testing::status_of("wamid.R", "delivered"));
  EXPECT_THAT(told(sink), ElementsAre("message.received", "message.answered", "message.sent", "message.read"));
}

TEST_F(EventStoreTest, AFailureIsToldWithItsReasonAsItWasThen) {
  const auto sink = this->sink(static_cast<std::uint32_t>(EventKind::kMessageFailed));
  send(answer(comes("491511", "hello"), "good day"), {MessageState::kFailed, "", {}, 131026, "not on WhatsApp"});
  ASSERT_THAT(told(sink), ElementsAre("message.failed"));
  EXPECT_THAT(log(sink)[0].detail, HasSubstr("131026"));
  EXPECT_THAT(log(sink)[0].detail, HasSubstr("not on WhatsApp"));
}

TEST_F(EventStoreTest, OnlyWhoAskedIsToldAndOnlyOfWhatTheyAskedFor) {
  const auto received = this->sink(static_cast<std::uint32_t>(EventKind::kMessageReceived));
  const auto others = this->sink(kAll, 2, "other tenant");
  SinkRow off = row_of(this->sink(kAll, 1, "off"));
  off.enabled = false;
  world_.run(store_.change_sink(off, change())).value();
  (void)answer(comes("491511", "hello"), "good day");
  EXPECT_THAT(told(received), ElementsAre("message.received"));
  EXPECT_THAT(world_.run(store_.events(TenantId{2}, others, {})).value(), IsEmpty());
  EXPECT_THAT(told(off.id), IsEmpty());
}

TEST_F(EventStoreTest, WhatWasNotWrittenIsNotTold) {
  const auto sink = this->sink();
  const auto message = comes("491511", "hello");
  TurnOutcome outcome;
  outcome.parts = {whatsapp::Outgoing("x")};
  EXPECT_FALSE(world_.run(world_.ledger->complete_turn(message.id, outcome, Fence{fence().epoch - 1})));
  EXPECT_FALSE(world_.run(world_.ledger->complete_turn(MessageId{999}, outcome, fence())));
  EXPECT_THAT(told(sink), ElementsAre("message.received"));
}

TEST_F(EventStoreTest, TakingOverIsToldOnceAndHandingBackWithWhoHadIt) {
  const auto sink = this->sink(512 + 1024);
  const auto conversation = comes("491511", "hello").conversation;
  const auto hold = [&](std::chrono::minutes time, const char* by) {
    world_
        .run(world_.ledger->pause(TenantId{1}, conversation, time > 0min ? world_.clock.now() + time : TimePoint{}, by,
                                  fence()))
        .value();
  };
  hold(60min, "ada@example.org");
  world_.clock.advance(10min);
  hold(60min, "ada@example.org");
  hold(0min, "");
  EXPECT_THAT(told(sink), ElementsAre("conversation.taken_over", "conversation.handed_back"));
  EXPECT_THAT(log(sink)[1].detail, HasSubstr("ada@example.org"));
  hold(5min, "ada@example.org");
  world_.clock.advance(6min);  // it ran out by itself
  hold(5min, "ada@example.org");
  EXPECT_THAT(told(sink), ElementsAre("conversation.taken_over", "conversation.handed_back", "conversation.taken_over",
                                      "conversation.taken_over"));
}

TEST_F(EventStoreTest, AChangeOfTheAccountIsTold) {
  const auto sink = this->sink();
  auto item = testing::item_of(whatsapp::ItemKind::kChange, "change/1");
  whatsapp::Change what;
  what.field = "message_template_status_update";
  what.event = "PAUSED";
  what.view = {"order_ready was paused", "{}"};
  item.event.what = what;
  accept(std::move(item));
  ASSERT_THAT(told(sink), ElementsAre("account.changed"));
  EXPECT_EQ(world_.run(store_.told(TenantId{1}, log(sink)[0].subject)).value().event, "PAUSED");
  EXPECT_EQ(world_.run(store_.told(TenantId{2}, log(sink)[0].subject)).error().kind, ErrorKind::kNotFound);
}

TEST_F(EventStoreTest, OneThatWaitsHoldsUpItsConversationAndNoOther) {
  const auto sink = this->sink(1);
  const auto first = comes("491511", "one").conversation;
  comes("491511", "two");
  comes("491522", "other");
  const auto events = log(sink);
  ASSERT_EQ(events[0].lane, first.value);
  EXPECT_THAT(due(sink), ElementsAre(events[0].id, events[2].id));
  settle(sink, events[0].id, {.state = EventState::kWaiting, .due = world_.clock.now() + 5s, .reason = "503"});
  EXPECT_THAT(due(sink), ElementsAre(events[2].id));
  world_.clock.advance(5s);
  EXPECT_THAT(due(sink), ElementsAre(events[2].id, events[0].id));
  settle(sink, events[0].id, {.state = EventState::kDelivered, .status = 204});
  EXPECT_THAT(due(sink), ElementsAre(events[1].id, events[2].id));
  EXPECT_EQ(world_.run(store_.waiting(sink)).value(), 2);
  EXPECT_EQ(log(sink)[0].attempts, 2);
}

TEST_F(EventStoreTest, WhatIsSentAgainGoesBeforeWhatCameAfterIt) {
  const auto sink = this->sink(1);
  comes("491511", "one");
  comes("491511", "two");
  comes("491511", "three");
  const auto events = log(sink);
  settle(sink, events[0].id, {.state = EventState::kDelivered});
  settle(sink, events[1].id, {.state = EventState::kWaiting, .due = world_.clock.now() + 5s});
  EXPECT_THAT(due(sink), IsEmpty());
  ASSERT_TRUE(world_.run(store_.replay(TenantId{1}, sink, {.events = {events[0].id}}, world_.clock.now(), change())));
  EXPECT_THAT(due(sink), ElementsAre(events[0].id));
  settle(sink, events[0].id, {.state = EventState::kDelivered});
  EXPECT_THAT(due(sink), IsEmpty()) << "the next waits for its time still";
  world_.run(store_.hasten(sink)).value();
  EXPECT_THAT(due(sink), ElementsAre(events[1].id));
  world_.clock.advance(72h);
  ASSERT_TRUE(world_.run(store_.expire(world_.clock.now() - 1h, {}, 100)));
  EXPECT_THAT(due(sink), IsEmpty()) << "given up";
}

TEST_F(EventStoreTest, FindsWhatIsDueWithoutALookAtAllThatWaitsBehindATryThatCameToNothing) {
  const auto sink = this->sink(1);
  comes("491511", "one");
  const auto head = log(sink)[0];
  world_
      .run(world_.store->write<void>([&](sqlite::Database& db) -> Result<void> {
        db.run(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) INSERT INTO sink_events "
            "(sink, tenant, lane, kind, subject, at_ms, queued_ms) SELECT $1, 1, $2, 1, i, 0, $3 FROM n",
            sink, head.lane, to_ms(world_.clock.now()));
        return {};
      }))
      .value();
  world_.run(store_.settle(head, {.state = EventState::kWaiting, .due = world_.clock.now() + 5s})).value();
  auto best = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 10; ++i) {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_THAT(due(sink), IsEmpty());
    best = std::min(best, std::chrono::steady_clock::now() - began);
  }
  // Hundreds where each of those that wait is looked at.
  EXPECT_LT(best, 20ms);
}

TEST_F(EventStoreTest, WhatWaitsIsThereAfterARestart) {
  const auto sink = this->sink(1);
  comes("491511", "one");
  world_.restart();
  sqlite::SqliteEventStore store(*world_.store);
  EXPECT_EQ(world_.run(store.due(sink, world_.clock.now(), 10)).value().size(), 1);
}

TEST_F(EventStoreTest, SendsAgainOneOrATimeUnderTheOldIds) {
  const auto sink = this->sink(1);
  comes("491511", "one");
  world_.clock.advance(1min);
  comes("491522", "two");
  comes("491533", "three");
  const auto events = log(sink);
  settle(sink, events[0].id, {.state = EventState::kDelivered});
  settle(sink, events[1].id, {.state = EventState::kGivenUp, .reason = "500"});
  settle(sink, events[2].id, {.state = EventState::kDelivered});
  EXPECT_THAT(due(sink), IsEmpty());
  const auto replay = [&](ReplayWish wish, std::int64_t tenant = 1) {
    return world_.run(store_.replay(TenantId{tenant}, sink, std::move(wish), world_.clock.now(), change()));
  };
  EXPECT_EQ(replay({.events = {events[0].id, 999}}).value(), 1);
  EXPECT_THAT(due(sink), ElementsAre(events[0].id));
  EXPECT_EQ(log(sink)[0].attempts, 0);
  const auto minute = world_.clock.now();
  EXPECT_EQ(replay({.from = minute, .to = minute + 1s, .state = EventState::kGivenUp}).value(), 1);
  EXPECT_EQ(replay({.from = minute, .to = minute + 1s}).value(), 1);
  EXPECT_EQ(replay({.from = minute, .to = minute + 1s}, 2).error().kind, ErrorKind::kNotFound);
}

TEST_F(EventStoreTest, ATryThatEndsAfterItWasSentAgainSettlesNothing) {
  const auto sink = this->sink(1);
  comes("491511", "one");
  const auto tried = log(sink).front();
  settle(sink, tried.id, {.state = EventState::kGivenUp});
  world_.run(store_.settle(tried, {.state = EventState::kDelivered})).value();
  EXPECT_EQ(log(sink).front().state, EventState::kGivenUp);
}

TEST_F(EventStoreTest, GivesUpWhatWaitsForDaysAndForgetsWhatEnded) {
  const auto sink = this->sink(1);
  comes("491511", "one");
  comes("491522", "two");
  settle(sink, log(sink)[0].id, {.state = EventState::kDelivered});
  world_.clock.advance(72h);
  const auto now = world_.clock.now();
  EXPECT_EQ(world_.run(store_.expire(now - 72h, now - 168h, 100)).value(), 0);
  EXPECT_EQ(world_.run(store_.expire(now - 71h, now - 168h, 100)).value(), 1);
  EXPECT_THAT(log(sink)[1].reason, HasSubstr("waited too long"));
  EXPECT_EQ(world_.run(store_.expire(now - 71h, now - 71h, 100)).value(), 2);
  EXPECT_THAT(log(sink), IsEmpty());
}

TEST_F(EventStoreTest, TheEventsOfASinkThatGoesAreSeenNoMoreAndGoBehindItInSteps) {
  const auto sink = this->sink(1);
  const auto other = this->sink(1, 1, "other");
  for (const char* text : {"one", "two", "three", "four", "five"}) comes("491511", text);
  EXPECT_EQ(world_.run(store_.remove_sink(TenantId{2}, sink, change())).error().kind, ErrorKind::kNotFound);
  world_.run(store_.remove_sink(TenantId{1}, sink, change())).value();
  EXPECT_THAT(log(sink), IsEmpty());
  const auto rows = [&] {
    return world_
        .run(world_.store->read<std::int64_t>([sink](sqlite::Database& db) -> Result<std::int64_t> {
          auto row = db.query("SELECT count(*) FROM sink_events WHERE sink = $1", sink);
          return row.next() ? row->integer(0) : 0;
        }))
        .value();
  };
  EXPECT_EQ(rows(), 5) << "no write deletes all of them at once";
  const auto step = [&] { return world_.run(store_.expire({}, {}, 2)).value(); };
  EXPECT_EQ(step(), 2);
  EXPECT_EQ(rows(), 3);
  EXPECT_EQ(step(), 2);
  EXPECT_EQ(step(), 1);
  EXPECT_EQ(rows(), 0);
  EXPECT_THAT(due(sink), IsEmpty());
  EXPECT_EQ(log(other).size(), 5);
  EXPECT_EQ(due(other).size(), 1);
}

TEST_F(EventStoreTest, ReplaysMoreThanOneWriteTakes) {
  const auto sink = this->sink(1);
  comes("491511", "one");
  settle(sink, log(sink)[0].id, {.state = EventState::kDelivered});
  const auto now = world_.clock.now();
  world_
      .run(world_.store->write<void>([&](sqlite::Database& db) -> Result<void> {
        db.run(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) INSERT INTO sink_events "
            "(sink, tenant, lane, kind, subject, at_ms, queued_ms, state) SELECT $1, 1, i, 1, i, $2, $2, 1 FROM n",
            sink, to_ms(now));
        return {};
      }))
      .value();
  EXPECT_EQ(world_.run(store_.replay(TenantId{1}, sink, {.from = now, .to = now + 1s}, now, change())).value(), 2501);
  EXPECT_EQ(world_.run(store_.waiting(sink)).value(), 2501);
  EXPECT_EQ(due(sink).size(), 100) << "as many as were asked for";
}

TEST_F(EventStoreTest, WhatWaitedBeforeTheNewTablesIsDueInTheSameOrder) {
  testing::TempDir dir;
  sqlite::Database db({.path = dir.file("old.db"), .vfs = "", .read_only = false, .cache_mib = 1});
  std::size_t before = sqlite::ledger_schema().size();
  while (std::string_view(sqlite::ledger_schema()[before - 1]) != sqlite::kEventHeads) --before;
  ASSERT_TRUE(sqlite::migrate(db, sqlite::ledger_schema().first(before - 1)));
  db.script(
      "INSERT INTO sink_events (id, sink, tenant, lane, kind, subject, at_ms, queued_ms, state, due_ms) VALUES "
      "(1, 1, 1, 7, 1, 1, 0, 0, 1, 0), (2, 1, 1, 7, 1, 2, 0, 0, 0, 50), (3, 1, 1, 7, 1, 3, 0, 0, 0, 0), "
      "(4, 1, 1, 8, 1, 4, 0, 0, 0, 0)");
  ASSERT_TRUE(sqlite::migrate(db, sqlite::ledger_schema()));
  std::vector<std::int64_t> heads;
  auto rows = db.query("SELECT event, due_ms FROM sink_heads ORDER BY event");
  while (rows.next()) heads.insert(heads.end(), {rows->integer(0), rows->integer(1)});
  EXPECT_THAT(heads, ElementsAre(2, 50, 4, 0));
}

TEST_F(EventStoreTest, TwoPeopleDoNotOverwriteEachOtherUnseen) {
  const auto sink = this->sink(1);
  const auto seen = row_of(sink);
  Change first;
  first.condition.match = Versions{.versions = {seen.version}};
  world_.run(store_.change_sink(seen, first)).value();
  EXPECT_EQ(world_.run(store_.change_sink(seen, first)).error().kind, ErrorKind::kStale);
  SinkRow other;
  other.tenant = TenantId{1};
  other.name = seen.name;
  EXPECT_EQ(world_.run(store_.add_sink(other, change())).error().kind, ErrorKind::kConflict);
}

class BotStatusTest : public EventStoreTest {
 protected:
  BotStatusTest() { put_agent("cloud-api"); }
  void put_agent(const std::string& kind) {
    world_.run(tenants_.put_agent({TenantId{1}, "bot", kind}, false, change())).value();
  }
  MessageId says(ConversationId conversation, const std::string& by) {
    return world_.run(world_.ledger->say(TenantId{1}, conversation, {whatsapp::Outgoing("hi"), by}, fence()))
        .value()
        .message.id;
  }
  sqlite::SqliteTenantStore tenants_{*world_.store};
};

TEST_F(BotStatusTest, TheSinkOfABotComesAndGoesWithIt) {
  EXPECT_NE(bot_sink(), 0);
  put_agent("cloud-api");
  EXPECT_EQ(world_.run(store_.sinks()).value().size(), 1);
  put_agent("echo");
  EXPECT_EQ(bot_sink(), 0);
  put_agent("cloud-api");
  EXPECT_NE(bot_sink(), 0);
  world_.run(tenants_.delete_agent(TenantId{1}, "bot", change())).value();
  EXPECT_EQ(bot_sink(), 0);
}

TEST_F(BotStatusTest, StatusesOfWhatAProgramSaidAreForTheBot) {
  const auto message = comes("491511", "hello");
  TurnOutcome later;
  later.state = MessageState::kNoReply;
  later.agent = "bot";
  world_.run(world_.ledger->complete_turn(message.id, later, fence())).value();
  const auto said = says(message.conversation, "shop token");
  send(said, sent("wamid.S"));
  accept(testing::status_of("wamid.S", "delivered"));
  accept(testing::status_of("wamid.S", "read"));
  ASSERT_THAT(told(bot_sink()), ElementsAre("status", "status"));
  const auto status = world_.run(store_.bot_status(TenantId{1}, log(bot_sink())[0].subject)).value();
  EXPECT_EQ(status.agent, "bot");
  EXPECT_EQ(status.about.view.text, "hi");
  EXPECT_EQ(world_.run(store_.bot_status(TenantId{2}, log(bot_sink())[0].subject)).error().kind, ErrorKind::kNotFound);
}

TEST_F(BotStatusTest, AStatusThatOvertakesTheAnswerIsForTheBotToo) {
  const auto said = says(comes("491511", "hello").conversation, "shop token");
  accept(testing::status_of("wamid.S", "delivered"));
  EXPECT_THAT(told(bot_sink()), IsEmpty());
  send(said, sent("wamid.S"));
  EXPECT_THAT(told(bot_sink()), ElementsAre("status"));
}

TEST_F(BotStatusTest, StatusesOfWhatAnAgentOrWeOurselvesSaidAreNot) {
  const auto message = comes("491511", "hello");
  send(answer(message, "an agent's"), sent("wamid.A"));
  send(says(message.conversation, ""), sent("wamid.W"));
  accept(testing::status_of("wamid.A", "delivered"));
  accept(testing::status_of("wamid.W", "delivered"));
  EXPECT_THAT(told(bot_sink()), IsEmpty());
}

}  // namespace
}  // namespace claw
