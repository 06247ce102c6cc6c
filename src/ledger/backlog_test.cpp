#include "ledger/backlog.hpp"

#include <future>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/task_group.hpp"
#include "support/await.hpp"
#include "support/eventually.hpp"

namespace claw {
namespace {

using claw::testing::eventually;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Item {
  MessageId id;
};

/// A backlog of four items over a ledger of numbers. A reading takes place when the test lets it.
class BacklogTest : public ::testing::Test {
 protected:
  BacklogTest() { clock_ = std::make_unique<FakeClock>(); }
  ~BacklogTest() override {
    if (!backlog_) return;
    backlog_->stop();
    (void)eventually([&] {
      answer_reading();
      return tasks_.size() == 0 || (clock_->advance(std::chrono::seconds(1)), false);
    });
  }

  void make(std::size_t max = 4) {
    backlog_.emplace(
        max, *clock_, [this](MessageId from, std::size_t limit) { return read(from, limit); },
        [this](Item item) {
          std::scoped_lock lock(mutex_);
          delivered_.push_back(item.id.value);
        });
  }
  void start() { tasks_.spawn(io_.executor(0), "feed", backlog_->run()); }
  /// Starts, and lets the feed find that nothing waits.
  void start_empty(std::size_t max = 4) {
    make(max);
    start();
    ASSERT_TRUE(reading_waits());
    answer_reading();
    settle();
  }

  /// Commits to the ledger without an offer.
  void commit(std::initializer_list<std::int64_t> ids) {
    std::scoped_lock lock(mutex_);
    for (const auto id : ids) rows_.insert(id);
  }
  void offer(std::initializer_list<std::int64_t> ids) {
    commit(ids);
    std::vector<Item> items;
    for (const auto id : ids) items.push_back({MessageId{id}});
    backlog_->offer(std::move(items));
  }
  /// The oldest delivered and not finished one is finished with, and leaves the ledger.
  void finish(int count = 1) {
    for (int i = 0; i < count; ++i) {
      {
        std::scoped_lock lock(mutex_);
        rows_.erase(delivered_.at(finished_++));
      }
      backlog_->done();
    }
  }
  bool reading_waits() {
    return eventually([this] {
      std::scoped_lock lock(mutex_);
      return reading_.has_value();
    });
  }
  /// Reads now, and keeps what was read back until give().
  void look() {
    std::scoped_lock lock(mutex_);
    seen_ = rows_from(from_, limit_);
  }
  void give() {
    Completion<int> go;
    {
      std::scoped_lock lock(mutex_);
      go = std::move(*reading_);
      reading_.reset();
    }
    go(0);
    settle();
  }
  void answer_reading() {
    {
      std::scoped_lock lock(mutex_);
      if (!reading_) return;
    }
    look();
    give();
  }
  /// Everything that was posted to the feed's thread before has run.
  void settle() {
    for (int i = 0; i < 5; ++i) {
      std::promise<void> done;
      boost::asio::post(io_.executor(0), [&] { done.set_value(); });
      done.get_future().wait();
    }
  }
  std::vector<std::int64_t> delivered() {
    std::scoped_lock lock(mutex_);
    return delivered_;
  }
  bool reading_now() {
    std::scoped_lock lock(mutex_);
    return reading_.has_value();
  }
  std::size_t feeds() const { return tasks_.size(); }
  void fail_next_reading() {
    std::scoped_lock lock(mutex_);
    fails_ = true;
  }

  std::unique_ptr<FakeClock> clock_;
  IoPool io_{1};
  std::optional<Backlog<Item>> backlog_;

 private:
  std::vector<Item> rows_from(MessageId from, std::size_t limit) const {
    std::vector<Item> found;
    for (auto at = rows_.lower_bound(from.value); at != rows_.end() && found.size() < limit; ++at)
      found.push_back({MessageId{*at}});
    return found;
  }
  Task<Result<std::vector<Item>>> read(MessageId from, std::size_t limit) {
    co_await complete_with<int>([&](Completion<int> go) {
      std::scoped_lock lock(mutex_);
      from_ = from;
      limit_ = limit;
      reading_ = std::move(go);
    });
    std::scoped_lock lock(mutex_);
    if (std::exchange(fails_, false)) co_return fail(ErrorKind::kTransient, "away");
    co_return std::move(seen_);
  }

  std::mutex mutex_;
  std::set<std::int64_t> rows_;          // guarded by mutex_: what waits in the ledger
  std::vector<std::int64_t> delivered_;  // guarded by mutex_
  std::size_t finished_ = 0;             // guarded by mutex_
  std::optional<Completion<int>> reading_;
  MessageId from_;
  std::size_t limit_ = 0;
  std::vector<Item> seen_;
  bool fails_ = false;
  TaskGroup tasks_;
};

TEST_F(BacklogTest, BeginsWithWhatWaitsInTheLedgerInOrder) {
  make(10);
  commit({3, 5, 9});
  start();
  ASSERT_TRUE(reading_waits());
  answer_reading();
  EXPECT_THAT(delivered(), ElementsAre(3, 5, 9));
  offer({10});
  EXPECT_THAT(delivered(), ElementsAre(3, 5, 9, 10)) << "and then passes offers straight on";
}

TEST_F(BacklogTest, HoldsOffersBackUntilTheStartHasReadTheLedger) {
  make(10);
  commit({1, 2});
  start();
  ASSERT_TRUE(reading_waits());
  offer({3});
  EXPECT_THAT(delivered(), IsEmpty()) << "an offer does not overtake what waits";
  answer_reading();
  EXPECT_THAT(delivered(), ElementsAre(1, 2, 3));
}

TEST_F(BacklogTest, NeverHasMoreInMemoryThanItsBound) {
  start_empty();
  offer({1, 2, 3, 4, 5, 6, 7, 8, 9});
  EXPECT_THAT(delivered(), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(backlog_->in_memory(), 4U);
  finish(1);
  settle();
  EXPECT_FALSE(reading_now()) << "it reads in bulk, not one by one";
  finish(1);
  ASSERT_TRUE(reading_waits());
  answer_reading();
  EXPECT_THAT(delivered(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(backlog_->in_memory(), 4U);
  for (int i = 0; i < 3; ++i) {
    finish(2);
    settle();
    answer_reading();
  }
  EXPECT_THAT(delivered(), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
}

/// Ten places are taken and 11 waits; then five became free, and the feed is about to look for five.
class ReadingBacklogTest : public BacklogTest {
 protected:
  ReadingBacklogTest() {
    start_empty(10);
    offer({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    finish(5);
    EXPECT_TRUE(reading_waits());
  }
  /// What was delivered after the first ten.
  std::vector<std::int64_t> then_delivered() {
    auto all = delivered();
    all.erase(all.begin(), all.begin() + 10);
    return all;
  }
};

TEST_F(ReadingBacklogTest, LosesNothingThatIsOfferedWhileItReads) {
  look();       // sees 11 only
  offer({12});  // committed and offered after the look
  give();
  EXPECT_THAT(then_delivered(), ElementsAre(11)) << "12 waits: it was offered while all had to wait";
  finish(1);
  ASSERT_TRUE(reading_waits()) << "and so it looks again";
  answer_reading();
  EXPECT_THAT(then_delivered(), ElementsAre(11, 12));
  offer({13});
  EXPECT_THAT(then_delivered(), ElementsAre(11, 12, 13));
}

TEST_F(ReadingBacklogTest, TakesAnItemOnceThatTheReadingSawBeforeItWasOffered) {
  commit({12});
  look();
  give();
  offer({12});
  EXPECT_THAT(then_delivered(), ElementsAre(11, 12));
  offer({13});
  EXPECT_THAT(then_delivered(), ElementsAre(11, 12, 13));
}

TEST_F(ReadingBacklogTest, TakesAnItemOnceThatWasOfferedBetweenTheLookAndItsEnd) {
  commit({12});
  look();
  offer({12});
  give();
  EXPECT_THAT(then_delivered(), ElementsAre(11, 12));
  offer({13});
  EXPECT_THAT(then_delivered(), ElementsAre(11, 12, 13)) << "nothing is left to wait for";
}

TEST_F(ReadingBacklogTest, GoesOnReadingWhileAReadingIsFull) {
  offer({12, 13, 14, 15, 16});
  answer_reading();
  EXPECT_THAT(then_delivered(), ElementsAre(11, 12, 13, 14, 15));
  offer({17});
  finish(5);
  ASSERT_TRUE(reading_waits());
  answer_reading();
  EXPECT_THAT(then_delivered(), ElementsAre(11, 12, 13, 14, 15, 16, 17));
}

TEST_F(BacklogTest, LeavesOutNoneOfCallersThatOfferBesideEachOther) {
  start_empty();
  commit({5, 6, 7});  // two callers wrote 5 and 6 + 7; the later one is quicker to offer
  offer({1, 2, 3});
  offer({6, 7});  // 6 has the last place, 7 has none
  offer({5});
  EXPECT_THAT(delivered(), ElementsAre(1, 2, 3, 6, 5)) << "no reading will come back to 5";
  finish(4);
  ASSERT_TRUE(reading_waits());
  answer_reading();
  EXPECT_THAT(delivered(), ElementsAre(1, 2, 3, 6, 5, 7));
  offer({4});
  EXPECT_THAT(delivered(), ElementsAre(1, 2, 3, 6, 5, 7, 4)) << "older than what was read, and never read";
  offer({7, 8});
  EXPECT_THAT(delivered(), ElementsAre(1, 2, 3, 6, 5, 7, 4, 8)) << "and nothing twice";
}

TEST_F(BacklogTest, DoesNotReadAgainFromAnOldOfferThatFoundNoRoom) {
  start_empty();
  offer({1, 2, 3, 9});
  offer({4});
  EXPECT_THAT(delivered(), ElementsAre(1, 2, 3, 9, 4));
  settle();
  EXPECT_FALSE(reading_now());
}

TEST_F(BacklogTest, FindsWhatAWriteInDoubtLeftInTheLedger) {
  start_empty(10);
  offer({1, 2});
  commit({3, 4});  // kept, though its writer was told that it failed
  backlog_->look_again();
  ASSERT_TRUE(reading_waits());
  answer_reading();
  EXPECT_THAT(delivered(), ElementsAre(1, 2, 3, 4));
  offer({5});
  finish(5);
  EXPECT_THAT(delivered(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(BacklogTest, ReadsAgainAfterAFailureAndRecovers) {
  make(10);
  commit({1, 2});
  start();
  ASSERT_TRUE(reading_waits());
  fail_next_reading();
  answer_reading();
  EXPECT_THAT(delivered(), IsEmpty());
  ASSERT_TRUE(eventually([&] { return clock_->sleepers() == 1; }));
  clock_->advance(std::chrono::milliseconds(500));
  ASSERT_TRUE(reading_waits());
  answer_reading();
  EXPECT_THAT(delivered(), ElementsAre(1, 2)) << "and recovers";
}

TEST_F(BacklogTest, EndsItsFeedWhenItIsStopped) {
  start_empty();
  backlog_->stop();
  EXPECT_TRUE(eventually([&] { return feeds() == 0; }));
}

}  // namespace
}  // namespace claw
