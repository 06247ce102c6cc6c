#include "ledger/activity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/housekeeping.hpp"
#include "support/accept_items.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using ::testing::ElementsAre;
using namespace claw::testing;
using namespace std::chrono_literals;
using enum MessageState;

constexpr TenantId kAcme{1};
constexpr TenantId kBeta{2};

/// In, out, failed.
using Counts = std::array<std::int64_t, 3>;

class ActivityTest : public ::testing::Test {
 protected:
  ActivityTest() { world_.clock.advance(20min); }

  Ledger& ledger() { return *world_.ledger; }
  Fence fence() { return world_.ledger->fence(); }
  template <class T>
  T run(Task<T> task) {
    return world_.run(std::move(task));
  }
  /// Comes in now.
  AcceptItem now(AcceptItem item) {
    item.item.received_at = world_.clock.now();
    return item;
  }
  Accepted accept(std::vector<AcceptItem> items) {
    for (auto& item : items) item = now(std::move(item));
    return run(ledger().accept(std::move(items), fence())).value();
  }
  MessageId receive(const std::string& text, const std::string& from = "491511") {
    return accept({text_from(from, text)}).pending.at(0).id;
  }
  std::vector<OutboundMessage> answer(MessageId message, std::vector<whatsapp::Outgoing> parts) {
    return run(ledger().complete_turn(message, {kAnswered, "", "echo", std::move(parts)}, fence())).value();
  }
  MessageId queued() { return answer(receive("hello " + std::to_string(++count_)), {"reply"}).at(0).id; }
  MessageId sending() {
    const auto id = queued();
    EXPECT_TRUE(run(ledger().begin_send(id, fence())));
    return id;
  }
  void end(MessageId id, MessageState state, std::string wamid = "") {
    ASSERT_TRUE(run(ledger().end_send(id, {state, std::move(wamid), {}, 0, ""}, fence())));
  }
  void status(MessageId id, std::string status) {
    accept({status_of("wamid." + std::to_string(id.value), std::move(status), callback_data_for(1, id))});
  }
  static TimePoint minute_of(TimePoint at) { return std::chrono::floor<std::chrono::minutes>(at); }
  /// Of the last `minutes`, this one included, together.
  Counts counts(int minutes = 20, TenantId tenant = kAcme) {
    const auto from = minute_of(world_.clock.now()) - (minutes - 1) * 1min;
    const auto points = run(ledger().activity(tenant, from, 1, minutes * 1min)).value();
    return {points.at(0).in, points.at(0).out, points.at(0).failed};
  }
  AnswerTimes times() {
    const auto from = std::chrono::floor<std::chrono::minutes>(world_.clock.now()) - 24h;
    return run(ledger().answer_times(kAcme, from, 1, 24h + kAnswerTimeStep)).value().at(0);
  }
  Stored stored(TenantId tenant = kAcme) { return run(ledger().stored(tenant)).value(); }

  OpenLedger world_;
  int count_ = 0;
};

TEST_F(ActivityTest, CountsWhatComesInWhatMetaAcceptsAndWhatFails) {
  const auto message = receive("hello");
  const auto parts = answer(message, {"one", "two", "three"});
  for (const auto& part : parts) ASSERT_TRUE(run(ledger().begin_send(part.id, fence())));
  EXPECT_THAT(counts(), ElementsAre(1, 0, 0)) << "nothing has gone out yet";
  end(parts[0].id, kSent, "w1");
  end(parts[1].id, kFailed);
  end(parts[2].id, kUnknown);
  EXPECT_THAT(counts(), ElementsAre(1, 1, 1)) << "nobody knows of the third";
  EXPECT_THAT(counts(20, kBeta), ElementsAre(0, 0, 0));
}

TEST_F(ActivityTest, ShowsEachStepAlsoThoseInWhichNothingHappened) {
  receive("one");
  world_.clock.advance(2min);
  accept({text_from("491511", "two"), text_from("491512", "three"), of_tenant(text_from("491511", "beta's"), 2)});
  const auto from = minute_of(world_.clock.now()) - 3min;
  const auto points = run(ledger().activity(kAcme, from, 4, 1min)).value();
  std::vector<std::int64_t> in;
  for (const auto& point : points) in.push_back(point.in);
  EXPECT_THAT(in, ElementsAre(0, 1, 0, 2));
  EXPECT_EQ(points[3].at, from + 3min);
  const auto wide = run(ledger().activity(kAcme, from, 2, 2min)).value();
  EXPECT_EQ(wide[0].in, 1);
  EXPECT_EQ(wide[1].in, 2);
}

TEST_F(ActivityTest, CountsInTheMinuteInWhichItCameHoweverLateItIsAccepted) {
  auto item = now(text_from("491511", "waited in the inbox"));
  world_.clock.advance(5min);
  ASSERT_TRUE(run(ledger().accept({item}, fence())));
  EXPECT_THAT(counts(5), ElementsAre(0, 0, 0));
  EXPECT_THAT(counts(6), ElementsAre(1, 0, 0));
}

TEST_F(ActivityTest, CountsARedeliveredMessageOnce) {
  receive("hello");
  accept({text_from("491511", "hello"), text_from("491511", "hello")});
  EXPECT_THAT(counts(), ElementsAre(1, 0, 0));
  EXPECT_EQ(stored().messages, 1);
}

TEST_F(ActivityTest, CountsASendOnceWhateverStatusesFollowInWhateverOrder) {
  const auto id = sending();
  status(id, "delivered");
  EXPECT_THAT(counts(), ElementsAre(1, 1, 0)) << "a status overtook the answer";
  end(id, kSent, "w1");
  for (const char* name : {"sent", "read", "read"}) status(id, name);
  EXPECT_THAT(counts(), ElementsAre(1, 1, 0));
  EXPECT_EQ(times().count(), 1);
}

TEST_F(ActivityTest, CountsWhatFailsAfterMetaAcceptedItInBothOnce) {
  const auto id = sending();
  end(id, kSent, "w1");
  accept({status_of("w1", "failed", callback_data_for(1, id))});
  accept({status_of("wamid.again", "failed", callback_data_for(1, id))});
  EXPECT_THAT(counts(), ElementsAre(1, 1, 1));
  const auto early = sending();
  status(early, "failed");
  end(early, kSent, "w2");
  EXPECT_THAT(counts(), ElementsAre(2, 2, 2)) << "the same where the status came first";
}

TEST_F(ActivityTest, CountsStatusesThatCameBeforeTheirMessageHadAName) {
  const auto id = sending();
  accept({status_of("wamid.early", "sent"), status_of("wamid.early", "failed")});
  EXPECT_THAT(counts(), ElementsAre(1, 0, 0));
  end(id, kSent, "wamid.early");
  EXPECT_THAT(counts(), ElementsAre(1, 1, 1));
}

TEST_F(ActivityTest, CountsASendThatACrashInterruptedWhenItIsSettledAndOnce) {
  const auto id = sending();
  world_.restart();
  EXPECT_EQ(run(ledger().recover(fence())).value(), 1U);
  EXPECT_THAT(counts(), ElementsAre(1, 0, 0));
  status(id, "sent");
  status(id, "delivered");
  EXPECT_THAT(counts(), ElementsAre(1, 1, 0));
}

TEST_F(ActivityTest, CountsWhatIsGivenUpWithoutASend) {
  const auto id = queued();
  const SendOutcome given_up{.state = kFailed, .wamid = "", .due = {}, .error_code = 0, .reason = "too late"};
  ASSERT_TRUE(run(ledger().explain({id}, given_up, fence())));
  ASSERT_TRUE(run(ledger().explain({id}, given_up, fence())));
  EXPECT_THAT(counts(), ElementsAre(1, 0, 1));
  const auto waits = queued();
  ASSERT_TRUE(run(ledger().explain({waits}, {kQueued, "", {}, 190, "no token"}, fence())));
  EXPECT_THAT(counts(), ElementsAre(2, 0, 1)) << "it only waits";
}

TEST_F(ActivityTest, CountsNothingOfAWriteThatIsRefused) {
  const auto id = sending();
  const Fence old = fence();
  world_.restart();
  EXPECT_FALSE(run(ledger().end_send(id, {kSent, "w", {}, 0, ""}, old)));
  EXPECT_FALSE(run(ledger().accept({now(text_from("491511", "late"))}, old)));
  EXPECT_THAT(counts(), ElementsAre(1, 0, 0));
}

TEST_F(ActivityTest, MeasuresAnAnswerFromItsQuestionToItsFirstPart) {
  const auto message = receive("hello");
  world_.clock.advance(3s);
  const auto parts = answer(message, {"one", "two"});
  for (const auto& part : parts) ASSERT_TRUE(run(ledger().begin_send(part.id, fence())));
  world_.clock.advance(1s);
  end(parts[0].id, kSent, "w1");
  world_.clock.advance(60s);
  end(parts[1].id, kSent, "w2");
  EXPECT_EQ(times().count(), 1);
  EXPECT_NEAR(static_cast<double>(times().percentile(0.5).value().count()), 4'000, 4'000 * 0.05);
}

TEST_F(ActivityTest, CountsAMessageOfTheBusinessAppAsSent) {
  auto echo = text_from("491511", "typed by hand");
  echo.event.kind = whatsapp::ItemKind::kEcho;
  accept({echo});
  EXPECT_THAT(counts(), ElementsAre(0, 1, 0));
  EXPECT_EQ(times().count(), 0);
}

TEST_F(ActivityTest, ForgetsWhatIsOldAndNothingElse) {
  run(world_.store->write<void>([](sqlite::Database& db) -> Result<void> {
    db.run("INSERT INTO tenants (id, name, enabled, created_ms) VALUES (1, 'acme', 1, 0)");
    return {};
  })).value();
  const auto old = sending();
  end(old, kSent, "w1");
  world_.clock.advance(20min);
  receive("young");
  const auto before = world_.clock.now() - 5min;
  EXPECT_EQ(run(ledger().forget_activity(before, 100, fence())).value(), 2U) << "a minute and an answer time";
  EXPECT_EQ(run(ledger().forget_activity(before, 100, fence())).value(), 0U);
  EXPECT_THAT(counts(), ElementsAre(1, 0, 0));
  EXPECT_EQ(times().count(), 0);
}

TEST_F(ActivityTest, KnowsWhatIsStoredOfEachTenant) {
  auto first = text_from("491511", "hello");
  first.item.raw = std::string(1'000, 'r');
  answer(accept({first}).pending.at(0).id, {"reply"});
  const auto one = stored();
  EXPECT_EQ(one.conversations, 1);
  EXPECT_EQ(one.messages, 2);
  EXPECT_GE(one.bytes, 1'010);
  receive("again");
  receive("somebody else", "491512");
  EXPECT_EQ(stored().conversations, 2);
  EXPECT_EQ(stored().messages, 4);
  EXPECT_EQ(stored(kBeta).messages, 0);
}

TEST_F(ActivityTest, KnowsHowManyMayBeWrittenTo) {
  const auto wrote_at = [](AcceptItem item, std::int64_t seconds) {
    std::get<whatsapp::Message>(item.event.what).timestamp_s = seconds;
    return item;
  };
  accept({wrote_at(text_from("491511", "long ago"), 1'000), wrote_at(text_from("491512", "then"), 2'000),
          wrote_at(text_from("491513", "now"), 2'001), of_tenant(wrote_at(text_from("491514", "now"), 3'000), 2),
          on_number(wrote_at(text_from("491513", "on another number"), 2'001), "222")});
  EXPECT_EQ(run(ledger().open_windows(kAcme, from_ms(2'000'000))).value(), 2);
  EXPECT_EQ(run(ledger().open_windows(kAcme, from_ms(999'000))).value(), 4);
}

TEST(AnswerTimesTest, TellsPercentilesWithinFivePercent) {
  for (const double ms : {1.0, 7.0, 90.0, 1'234.0, 59'000.0, 3'600'000.0, 86'400'000.0}) {
    AnswerTimes times;
    times.add(AnswerTimes::bucket_of(std::chrono::milliseconds(std::llround(ms))), 1);
    const auto told = static_cast<double>(times.percentile(0.5).value().count());
    EXPECT_NEAR(told, ms, std::max(ms * 0.05, 0.5)) << ms;
  }
  AnswerTimes times;
  EXPECT_FALSE(times.percentile(0.5));
  for (int ms = 1; ms <= 1'000; ++ms) times.add(AnswerTimes::bucket_of(std::chrono::milliseconds(ms)), 1);
  EXPECT_EQ(times.count(), 1'000);
  EXPECT_NEAR(static_cast<double>(times.percentile(0.5).value().count()), 500, 25);
  EXPECT_NEAR(static_cast<double>(times.percentile(0.95).value().count()), 950, 48);
  EXPECT_EQ(AnswerTimes::bucket_of(-5ms), AnswerTimes::bucket_of(1ms)) << "clocks may be set back";
}

}  // namespace
}  // namespace claw
