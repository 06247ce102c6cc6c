#include "api/live_feed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/watched_ledger.hpp"
#include "support/accept_items.hpp"
#include "support/eventually.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// Somebody who takes every event as it comes.
class Reader {
 public:
  explicit Reader(std::shared_ptr<net::EventHub::Listener> listener) : listener_(std::move(listener)) { next(); }
  [[nodiscard]] std::string heard() const {
    std::scoped_lock lock(mutex_);
    return heard_;
  }
  [[nodiscard]] bool hears(std::string_view what) const {
    return eventually([&] { return heard().contains(what); });
  }
  [[nodiscard]] bool over() const { return over_; }

 private:
  void next() {
    listener_->next([this](std::string text) {
      if (text.empty()) {
        over_ = true;
        return;
      }
      {
        std::scoped_lock lock(mutex_);
        heard_ += text;
      }
      next();
    });
  }
  std::shared_ptr<net::EventHub::Listener> listener_;
  mutable std::mutex mutex_;
  std::string heard_;  // guarded by mutex_
  std::atomic<bool> over_ = false;
};

/// Counts the readings of a feed.
class CountingLedger final : public ForwardingLedger {
 public:
  using ForwardingLedger::ForwardingLedger;
  [[nodiscard]] Task<Result<Changes>> changes(ChangeMarks since, std::vector<MessageId> touched,
                                              std::size_t limit) override {
    ++readings;
    return real_.changes(since, std::move(touched), limit);
  }
  std::atomic<int> readings = 0;
};

class LiveFeedTest : public ::testing::Test {
 protected:
  LiveFeedTest() { feed_.start(); }
  ~LiveFeedTest() override {
    feed_.stop();
    world_.store->close();
  }
  std::shared_ptr<net::EventHub::Listener> open(std::int64_t tenant = 1, bool again = false) {
    return world_.run(feed_.open(TenantId{tenant}, again)).value();
  }
  MessageId say(const std::string& text, std::int64_t tenant = 1) {
    return world_.run(ledger_.accept({of_tenant(text_from("491511", text), tenant)}, ledger_.fence()))
        .value()
        .pending.at(0)
        .id;
  }
  std::vector<OutboundMessage> answer(MessageId message) {
    return world_.run(ledger_.complete_turn(message, {MessageState::kAnswered, "", "bot", {"reply"}}, ledger_.fence()))
        .value();
  }
  /// Time goes on until the reader hears it.
  bool hears(const Reader& reader, std::string_view what) {
    return eventually([&] {
      world_.clock.advance(LiveFeed::kPause);
      return reader.heard().contains(what);
    });
  }
  std::string id(char kind, std::int64_t number) { return "\"" + ids_.name(kind, number) + "\""; }

  OpenLedger world_;
  const PublicIds ids_{SecretString(std::string("key"))};
  CountingLedger counting_{*world_.ledger};
  LiveFeed feed_{world_.io, counting_, ids_, world_.clock};
  WatchedLedger ledger_{*world_.ledger, [this](MessageId touched) { feed_.wrote(touched); }};
};

TEST_F(LiveFeedTest, GreetsFirstAndTellsNothingOfBefore) {
  say("before");
  const Reader reader(open());
  EXPECT_THAT(reader.heard(), HasSubstr("event: hello\n"));
  say("after");
  EXPECT_TRUE(hears(reader, id('m', 2)));
  EXPECT_THAT(reader.heard(), Not(HasSubstr(id('m', 1))));
}

TEST_F(LiveFeedTest, TellsWhatBecomesOfAMessage) {
  const Reader reader(open());
  const auto message = say("hello");
  EXPECT_TRUE(hears(reader, R"("state":"pending")"));
  const auto part = answer(message).at(0).id;
  EXPECT_TRUE(hears(reader, R"("state":"answered")"));
  EXPECT_TRUE(hears(reader, R"("state":"queued")"));
  ASSERT_TRUE(world_.run(ledger_.begin_send(part, ledger_.fence())));
  EXPECT_TRUE(hears(reader, R"("state":"sending")"));
  ASSERT_TRUE(world_.run(ledger_.end_send(part, {MessageState::kSent, "w1", {}, 0, ""}, ledger_.fence())));
  EXPECT_TRUE(hears(reader, R"("state":"sent")"));
  ASSERT_TRUE(world_.run(ledger_.accept({status_of("w1", "read"), status_of("other", "read")}, ledger_.fence())));
  EXPECT_TRUE(hears(reader, R"("state":"read")"));
  EXPECT_TRUE(hears(reader, "event: status\n"));
  EXPECT_TRUE(hears(reader, "event: event\n"));
}

TEST_F(LiveFeedTest, TellsATenantNothingOfAnother) {
  const Reader acme(open(1));
  const Reader beta(open(2));
  say("acme's", 1);
  say("beta's", 2);
  EXPECT_TRUE(hears(acme, id('m', 1)));
  EXPECT_TRUE(hears(beta, id('m', 2)));
  EXPECT_THAT(acme.heard(), Not(HasSubstr(id('m', 2))));
  EXPECT_THAT(beta.heard(), Not(HasSubstr(id('m', 1))));
}

TEST_F(LiveFeedTest, TellsATenantAloneThatASettingWasChanged) {
  const Reader acme(open(1));
  const Reader beta(open(2));
  feed_.tell_tenant(TenantId{1}, "members");
  EXPECT_TRUE(acme.hears("event: tenant\n"));
  EXPECT_THAT(acme.heard(), HasSubstr(R"({"what":"members"})"));
  EXPECT_THAT(beta.heard(), Not(HasSubstr("event: tenant\n")));
}

TEST_F(LiveFeedTest, AsksWhoComesAgainToReadAnew) {
  EXPECT_THAT(Reader(open(1, true)).heard(), HasSubstr("event: resync\n"));
  EXPECT_THAT(Reader(open(1, false)).heard(), Not(HasSubstr("event: resync\n")));
}

TEST_F(LiveFeedTest, TellsNobodyOfWhatWasWrittenWhileNobodyListened) {
  {
    const Reader first(open());
  }
  for (int i = 0; i < 10; ++i) say("unheard" + std::to_string(i));
  const Reader reader(open());
  say("heard");
  EXPECT_TRUE(hears(reader, id('m', 11)));
  EXPECT_THAT(reader.heard(), Not(HasSubstr(id('m', 5))));
}

TEST_F(LiveFeedTest, CostsTheLedgerNothingWhereNobodyListens) {
  for (int i = 0; i < 10; ++i) answer(say("unheard" + std::to_string(i)));
  const Reader reader(open());
  const auto last = say("heard");
  EXPECT_TRUE(hears(reader, id('m', last.value)));
  EXPECT_LE(counting_.readings, 2) << "what was written before is never read";
}

TEST_F(LiveFeedTest, AsksEverybodyToReadAnewWhenTooMuchChangedAtOnce) {
  const Reader reader(open());
  for (std::size_t i = 0; i < 2 * LiveFeed::kMaxTouched; ++i) feed_.wrote(MessageId{1});
  EXPECT_TRUE(hears(reader, "event: resync\n"));
  say("and recovers");
  EXPECT_TRUE(hears(reader, id('m', 1)));
}

TEST_F(LiveFeedTest, ShowsThatTheConnectionLives) {
  const Reader reader(open());
  EXPECT_TRUE(eventually([&] {
    world_.clock.advance(LiveFeed::kHeartbeat);
    return reader.heard().contains(": still here\n");
  }));
}

TEST_F(LiveFeedTest, TakesSoManyListenersOfATenant) {
  std::vector<std::shared_ptr<net::EventHub::Listener>> all;
  for (std::size_t i = 0; i < LiveFeed::kLimits.per_topic; ++i) all.push_back(open());
  EXPECT_FALSE(world_.run(feed_.open(TenantId{1}, false)));
  EXPECT_THAT(Reader(all[0]).heard(), HasSubstr(": still here\n")) << "who is gone is found out";
  EXPECT_NE(open(2), nullptr) << "another tenant's place";
  all.pop_back();
  EXPECT_NE(open(), nullptr) << "and recovers";
}

TEST_F(LiveFeedTest, EndsEveryStreamWhenItStops) {
  const Reader reader(open());
  EXPECT_FALSE(reader.over());
  feed_.stop();
  EXPECT_TRUE(reader.over());
  EXPECT_FALSE(world_.run(feed_.open(TenantId{1}, false)));
  say("unheard, and harmless");
}

TEST_F(LiveFeedTest, GivesNoPlaceAwayWhereTheLedgerCannotBeRead) {
  world_.store->close();
  EXPECT_FALSE(world_.run(feed_.open(TenantId{1}, false)));
  EXPECT_EQ(feed_.listeners(), 0U);
}

}  // namespace
}  // namespace claw
