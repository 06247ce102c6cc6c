#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inbox/embedded_inbox.hpp"
#include "support/eventually.hpp"
#include "support/failing_vfs.hpp"
#include "support/fake_inbox.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using claw::testing::await;
using claw::testing::eventually;
using claw::testing::FailingVfs;
using claw::testing::FakeInbox;
using claw::testing::OpenLedger;
using ::testing::ElementsAre;

/// Each implementation with what a test does to it: end and start its process, fail, recover.
class EmbeddedHarness {
 public:
  EmbeddedHarness() { open(); }
  ~EmbeddedHarness() { world_.inbox_store->close(); }
  Inbox& inbox() { return *inbox_; }
  IoPool& io() { return world_.io; }
  void restart() {
    inbox_->stop();
    world_.inbox_store->close();
    inbox_.reset();
    world_.restart();
    open();
  }
  void fail() { disk_.set(FailingVfs::Fault::kWritesFail); }
  void recover() { disk_.set(FailingVfs::Fault::kNone); }

 private:
  void open() { inbox_ = await(world_.io, EmbeddedInbox::open(*world_.inbox_store)).value(); }
  FailingVfs disk_;
  OpenLedger world_{2, disk_.name()};
  std::unique_ptr<EmbeddedInbox> inbox_;
};

class FakeHarness {
 public:
  Inbox& inbox() { return inbox_; }
  IoPool& io() { return io_; }
  void restart() { inbox_.restart(); }
  void fail() { inbox_.fail_with(ErrorKind::kTransient, "disk full"); }
  void recover() { inbox_.recover(); }

 private:
  FakeInbox inbox_;
  IoPool io_{1};
};

template <class Harness>
class InboxContractTest : public ::testing::Test {
 protected:
  static InboundItem item(std::string raw) {
    InboundItem item;
    item.tenant = TenantId{3};
    item.slot = 0xFFFE;
    item.kind = 5;
    item.received_at = from_ms(1'790'000'000'123);
    item.raw = std::move(raw);
    return item;
  }
  Result<void> append(std::vector<std::string> raws) {
    std::vector<InboundItem> items;
    for (auto& raw : raws) items.push_back(item(std::move(raw)));
    return await(harness_.io(), harness_.inbox().append(std::move(items)));
  }
  Result<std::vector<InboundItem>> next_items(std::size_t limit = 100) {
    return await(harness_.io(), harness_.inbox().next(limit));
  }
  std::vector<std::string> next(std::size_t limit = 100) {
    std::vector<std::string> raws;
    for (auto& each : next_items(limit).value()) {
      last_ = each.seq;
      raws.push_back(std::move(each.raw));
    }
    return raws;
  }
  std::future<Result<std::vector<InboundItem>>> begin_next() {
    return boost::asio::co_spawn(harness_.io().executor(0), harness_.inbox().next(100), boost::asio::use_future);
  }
  void settle(InboxSeq seq) { harness_.inbox().settle(seq); }

  Harness harness_;
  InboxSeq last_;
};

using Implementations = ::testing::Types<EmbeddedHarness, FakeHarness>;
TYPED_TEST_SUITE(InboxContractTest, Implementations);

TYPED_TEST(InboxContractTest, GivesItemsInTheOrderTheyWereAppended) {
  ASSERT_TRUE(this->append({"a", "b"}));
  ASSERT_TRUE(this->append({"c"}));
  EXPECT_THAT(this->next(2), ElementsAre("a", "b"));
  ASSERT_TRUE(this->append({"d"}));
  EXPECT_THAT(this->next(), ElementsAre("c", "d"));
}

TYPED_TEST(InboxContractTest, KeepsTheTraceThatAnItemBelongsTo) {
  auto traced = this->item("a");
  traced.trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  ASSERT_TRUE(await(this->harness_.io(), this->harness_.inbox().append({std::move(traced), this->item("b")})));
  this->harness_.restart();
  const auto items = this->next_items().value();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].trace, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(items[1].trace, "");
}

TYPED_TEST(InboxContractTest, GivesAnItemBackAsItCame) {
  const std::string raw("\0 bytes \xFF\xFE that are no text", 26);
  ASSERT_TRUE(this->append({raw, ""}));
  const auto items = this->next_items().value();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].raw, raw);
  EXPECT_EQ(items[0].tenant, TenantId{3});
  EXPECT_EQ(items[0].slot, 0xFFFE);
  EXPECT_EQ(items[0].kind, 5);
  EXPECT_EQ(items[0].received_at, from_ms(1'790'000'000'123));
  EXPECT_GT(items[1].seq, items[0].seq);
  this->harness_.restart();
  const auto again = this->next_items().value();
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0].raw, raw) << "and the same after a restart";
  EXPECT_EQ(again[0].seq, items[0].seq);
  EXPECT_EQ(again[0].slot, 0xFFFE);
  EXPECT_EQ(again[0].kind, 5);
  EXPECT_EQ(again[0].received_at, from_ms(1'790'000'000'123));
}

TYPED_TEST(InboxContractTest, WritesARedeliveryAgain) {
  ASSERT_TRUE(this->append({"same"}));
  ASSERT_TRUE(this->append({"same"}));
  EXPECT_THAT(this->next(), ElementsAre("same", "same"));
}

TYPED_TEST(InboxContractTest, WaitsUntilThereIsAnItem) {
  auto waiting = this->begin_next();
  EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  ASSERT_TRUE(this->append({"a"}));
  const auto items = waiting.get().value();
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].raw, "a");
}

TYPED_TEST(InboxContractTest, AnAppendOfNothingWakesNobodyAndSucceeds) {
  auto waiting = this->begin_next();
  ASSERT_TRUE(this->append({}));
  EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  this->harness_.inbox().stop();
  EXPECT_FALSE(waiting.get());
}

TYPED_TEST(InboxContractTest, GivesAfterARestartWhatWasNotSettled) {
  ASSERT_TRUE(this->append({"a", "b", "c", "d"}));
  EXPECT_THAT(this->next(2), ElementsAre("a", "b"));
  this->settle(this->last_);
  EXPECT_THAT(this->next(1), ElementsAre("c"));
  this->harness_.restart();
  EXPECT_THAT(this->next(), ElementsAre("c", "d"));
  this->settle(this->last_);
  ASSERT_TRUE(this->append({"e"}));
  this->harness_.restart();
  EXPECT_THAT(this->next(), ElementsAre("e"));
}

TYPED_TEST(InboxContractTest, NeverGoesBackInWhatIsSettled) {
  ASSERT_TRUE(this->append({"a", "b", "c"}));
  EXPECT_THAT(this->next(1), ElementsAre("a"));
  const InboxSeq first = this->last_;
  EXPECT_THAT(this->next(1), ElementsAre("b"));
  this->settle(this->last_);
  this->settle(first);
  this->harness_.restart();
  EXPECT_THAT(this->next(), ElementsAre("c"));
}

TYPED_TEST(InboxContractTest, CountsAnItemAsWaitingUntilItIsSettledForOnlyThenIsItInTheLedger) {
  ASSERT_TRUE(this->append({"a", "b", "c"}));
  EXPECT_THAT(this->next(2), ElementsAre("a", "b"));
  EXPECT_EQ(this->harness_.inbox().waiting(), 3U) << "given out is not accepted";
  this->settle(this->last_);
  EXPECT_EQ(this->harness_.inbox().waiting(), 1U);
  EXPECT_THAT(this->next(), ElementsAre("c"));
  this->settle(this->last_);
  EXPECT_EQ(this->harness_.inbox().waiting(), 0U);
}

TYPED_TEST(InboxContractTest, ForgetsInStepsWhatIsOldAndSettledAndNothingElse) {
  const auto forget = [this](TimePoint before, std::size_t limit) {
    return await(this->harness_.io(), this->harness_.inbox().forget(5, before, limit)).value();
  };
  const TimePoint received = this->item("").received_at;
  const TimePoint later = received + std::chrono::seconds(1);
  ASSERT_TRUE(this->append({"a", "b", "c", "d"}));
  EXPECT_EQ(forget(later, 10), 0U) << "nothing is settled";
  EXPECT_THAT(this->next(3), ElementsAre("a", "b", "c"));
  this->settle(this->last_);
  this->harness_.restart();
  EXPECT_EQ(forget(received, 10), 0U) << "nothing is older";
  EXPECT_EQ(forget(later, 2), 2U);
  EXPECT_EQ(forget(later, 2), 1U);
  EXPECT_EQ(forget(later, 2), 0U);
  EXPECT_THAT(this->next(), ElementsAre("d"));
}

TYPED_TEST(InboxContractTest, NeverExpiresWhatIsNotSettledOrYoungOrOfTenantsThatKeepEverything) {
  const TimePoint received = this->item("").received_at;
  const auto expire = [this, received](TenantId tenant, std::chrono::milliseconds age) {
    const std::vector<Retention> retention{{tenant, std::chrono::days(2)}};
    return await(this->harness_.io(), this->harness_.inbox().expire(retention, received + age, 10)).value();
  };
  ASSERT_TRUE(this->append({"a", "b"}));
  EXPECT_EQ(expire(TenantId{3}, std::chrono::hours(49)), 0U) << "nothing is settled";
  EXPECT_THAT(this->next(1), ElementsAre("a"));
  this->settle(this->last_);
  this->harness_.restart();
  EXPECT_EQ(expire(TenantId{3}, std::chrono::hours(47)), 0U);
  EXPECT_EQ(expire(TenantId{3}, std::chrono::hours(49)), 1U);
  EXPECT_THAT(this->next(), ElementsAre("b"));
}

TYPED_TEST(InboxContractTest, EndsAWaitingNextWhenItIsStoppedAndStillTakesItems) {
  auto waiting = this->begin_next();
  this->harness_.inbox().stop();
  EXPECT_EQ(waiting.get().error().kind, ErrorKind::kStopping);
  EXPECT_EQ(this->next_items().error().kind, ErrorKind::kStopping);
  ASSERT_TRUE(this->append({"late"})) << "requests under way are still answered";
  this->harness_.restart();
  EXPECT_THAT(this->next(), ElementsAre("late"));
}

TYPED_TEST(InboxContractTest, PromisesNothingWhileItCannotWriteAndRecovers) {
  ASSERT_TRUE(this->append({"before"}));
  this->harness_.fail();
  EXPECT_EQ(this->append({"lost"}).error().kind, ErrorKind::kTransient);
  this->harness_.recover();
  EXPECT_TRUE(eventually([&] { return this->append({"after"}).has_value(); })) << "and recovers";
  EXPECT_THAT(this->next(), ElementsAre("before", "after"));
}

TYPED_TEST(InboxContractTest, KeepsTheItemsOfManyWritersTogetherAndInOrder) {
  constexpr int kWriters = 8, kAppends = 50;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer)
    writers.emplace_back([&, writer] {
      for (int i = 0; i < kAppends; ++i)
        ASSERT_TRUE(this->append({fmt::format("{}/{}/first", writer, i), fmt::format("{}/{}/second", writer, i)}));
    });
  std::vector<std::string> given;
  while (given.size() < kWriters * kAppends * 2)
    for (auto& raw : this->next(7)) given.push_back(std::move(raw));
  for (auto& writer : writers) writer.join();
  std::vector<int> expected(kWriters);
  for (std::size_t at = 0; at < given.size(); at += 2) {
    const int writer = given[at][0] - '0';
    const int i = expected[static_cast<std::size_t>(writer)]++;
    EXPECT_EQ(given[at], fmt::format("{}/{}/first", writer, i));
    EXPECT_EQ(given[at + 1], fmt::format("{}/{}/second", writer, i));
  }
}

}  // namespace
}  // namespace claw
