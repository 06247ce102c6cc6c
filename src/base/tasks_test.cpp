#include <future>
#include <latch>

#include <boost/system/system_error.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/io_pool.hpp"
#include "base/mailbox.hpp"
#include "base/task_group.hpp"
#include "base/worker_pool.hpp"
#include "support/await.hpp"
#include "support/eventually.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;
using claw::testing::await;
using claw::testing::eventually;
using ::testing::ElementsAre;

class FakeClockTest : public ::testing::Test {
 protected:
  /// A sleeper that writes its name down when it wakes.
  void sleep(std::string name, std::chrono::milliseconds delay) {
    const std::size_t before = clock_.sleepers();
    tasks_.spawn(io_.executor(0), "sleeper", sleeper(std::move(name), delay));
    if (delay > 0ms) ASSERT_TRUE(eventually([&] { return clock_.sleepers() == before + 1; }));
  }
  std::vector<std::string> woken() {
    std::vector<std::string> now;
    for (int round = 0; round < 3; ++round)
      now = await(io_, [](std::vector<std::string>& all) -> Task<std::vector<std::string>> { co_return all; }(woken_));
    return now;
  }

  IoPool io_{1};
  FakeClock clock_{from_ms(1000)};

 private:
  Task<> sleeper(std::string name, std::chrono::milliseconds delay) {
    co_await clock_.sleep(delay);
    woken_.push_back(name);
  }
  std::vector<std::string> woken_;  // only on the io thread

 protected:
  TaskGroup tasks_;
};

TEST_F(FakeClockTest, StandsStillUntilItIsAdvanced) {
  EXPECT_EQ(clock_.now(), from_ms(1000));
  clock_.advance(5s);
  EXPECT_EQ(clock_.now(), from_ms(6000));
}

TEST_F(FakeClockTest, WakesSleepersInTheOrderOfTheirTimes) {
  sleep("c", 30s);
  sleep("a", 10s);
  sleep("b", 20s);
  sleep("after b", 20s);
  clock_.advance(9999ms);
  EXPECT_THAT(woken(), ElementsAre());
  clock_.advance(1ms);
  EXPECT_TRUE(eventually([&] { return woken().size() == 1; }));
  clock_.advance(1h);
  EXPECT_TRUE(eventually([&] { return woken().size() == 4; }));
  EXPECT_THAT(woken(), ElementsAre("a", "b", "after b", "c"));
  EXPECT_EQ(clock_.sleepers(), 0U);
}

TEST_F(FakeClockTest, DoesNotSleepForNothing) {
  sleep("now", 0ms);
  sleep("past", -5s);
  EXPECT_TRUE(eventually([&] { return woken().size() == 2; }));
}

TEST_F(FakeClockTest, LetsASleeperGoThatIsCancelled) {
  sleep("never", 1h);
  tasks_.cancel();
  EXPECT_TRUE(tasks_.join(10s));
  EXPECT_THAT(woken(), ElementsAre());
  clock_.advance(2h);
}

TEST(SystemClockTest, SleepsAtLeastAsLongAsItIsAskedAndEndsWhenCancelled) {
  IoPool io(1);
  SystemClock clock;
  const auto began = std::chrono::steady_clock::now();
  await(io, [](Clock& c) -> Task<int> {
    co_await c.sleep(5ms);
    co_return 0;
  }(clock));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 5ms);
  TaskGroup tasks;
  tasks.spawn(io.executor(0), "sleeper", clock.sleep(1h));
  tasks.cancel();
  EXPECT_TRUE(tasks.join(10s));
}

class TaskGroupTest : public ::testing::Test {
 protected:
  static Task<> wait_for(Clock& clock, std::chrono::milliseconds delay, std::atomic<int>& ended) {
    struct Count {
      std::atomic<int>& count;
      ~Count() { ++count; }
    };
    const Count count{ended};
    co_await clock.sleep(delay);
  }
  IoPool io_{2};
  SystemClock clock_;
  std::atomic<int> ended_ = 0;
};

TEST_F(TaskGroupTest, EndsItsTasksBeforeItGoes) {
  {
    TaskGroup group;
    for (std::size_t i = 0; i < 20; ++i) group.spawn(io_.executor(i), "waits", wait_for(clock_, 1h, ended_));
    EXPECT_EQ(group.size(), 20U);
  }
  EXPECT_EQ(ended_, 20);
}

TEST_F(TaskGroupTest, WaitsForAnOperationThatCannotBeCancelled) {
  TaskGroup group;
  std::promise<Completion<int>> held;
  group.spawn(io_.executor(0), "stubborn", [](std::promise<Completion<int>>& out) -> Task<> {
    co_await complete_with<int>([&](Completion<int> done) { out.set_value(std::move(done)); });
  }(held));
  auto finish = held.get_future().get();
  group.cancel();
  EXPECT_FALSE(group.join(20ms));
  finish(0);
  EXPECT_TRUE(group.join(10s));
}

TEST_F(TaskGroupTest, StartsNothingAfterCancel) {
  TaskGroup group;
  group.cancel();
  std::atomic<int> ran = 0;
  group.spawn(io_.executor(0), "late", [](std::atomic<int>& count) -> Task<> {
    ++count;
    co_return;
  }(ran));
  group.post(io_.executor(0), [&] { ++ran; });
  EXPECT_EQ(group.size(), 0U);
  EXPECT_TRUE(group.join(10s));
  EXPECT_EQ(ran, 0);
}

TEST_F(TaskGroupTest, OutlivesATaskThatThrows) {
  TaskGroup group;
  group.spawn(io_.executor(0), "broken", []() -> Task<> {
    throw std::runtime_error("a bug");
    co_return;
  }());
  EXPECT_TRUE(group.join(10s));
}

TEST_F(TaskGroupTest, RunsPostedWorkInOrderAndWaitsForIt) {
  std::vector<int> ran;  // only on the io thread, then here
  {
    TaskGroup group;
    for (int i = 0; i < 100; ++i) group.post(io_.executor(0), [&ran, i] { ran.push_back(i); });
  }
  ASSERT_EQ(ran.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(ran));
}

TEST_F(TaskGroupTest, MissesNoTaskThatIsSpawnedWhileItIsCancelled) {
  for (int round = 0; round < 50; ++round) {
    TaskGroup group;
    std::latch both(2);
    std::thread spawner([&] {
      both.arrive_and_wait();
      for (std::size_t i = 0; i < 10; ++i) group.spawn(io_.executor(i), "waits", wait_for(clock_, 1h, ended_));
    });
    both.arrive_and_wait();
    group.cancel();
    spawner.join();
    ASSERT_TRUE(group.join(10s));
  }
}

TEST(IoPoolTest, GivesTheSameThreadForTheSameIndexAndAllInTurn) {
  IoPool io(3);
  EXPECT_EQ(io.size(), 3U);
  const auto thread_of = [&](std::size_t index) {
    return await(io, []() -> Task<std::thread::id> { co_return std::this_thread::get_id(); }(), index);
  };
  EXPECT_EQ(thread_of(1), thread_of(1));
  EXPECT_EQ(thread_of(1), thread_of(4)) << "modulo the number of threads";
  EXPECT_NE(thread_of(0), thread_of(1));
  EXPECT_EQ(io.next(), io.executor(0));
  EXPECT_EQ(io.next(), io.executor(1));
  EXPECT_EQ(io.next(), io.executor(2));
  EXPECT_EQ(io.next(), io.executor(0));
  io.stop();
  io.stop();
}

class WorkerPoolTest : public ::testing::Test {
 protected:
  /// Keeps the one thread busy until it is opened.
  void block(WorkerPool& pool) {
    std::promise<void> entered;
    ASSERT_TRUE(pool.post([&, opened = open_.get_future().share()](std::size_t) {
      entered.set_value();
      opened.wait();
    }));
    entered.get_future().wait();
  }
  std::promise<void> open_;
};

TEST_F(WorkerPoolTest, RefusesWhatItsQueueCannotHoldAndRecovers) {
  IoPool io(1);
  WorkerPool pool(1, 2);
  block(pool);
  std::atomic<int> ran = 0;
  EXPECT_TRUE(pool.post([&](std::size_t) { ++ran; }));
  EXPECT_TRUE(pool.post([&](std::size_t) { ++ran; }));
  EXPECT_FALSE(pool.post([&](std::size_t) { ++ran; }));
  const auto refused = await(io, pool.run<int>([](std::size_t) -> Result<int> { return 1; }));
  EXPECT_EQ(refused.error().kind, ErrorKind::kTransient);
  open_.set_value();
  EXPECT_TRUE(eventually([&] { return ran == 2; }));
  EXPECT_EQ(await(io, pool.run<int>([](std::size_t) -> Result<int> { return 7; })).value(), 7) << "and recovers";
}

TEST_F(WorkerPoolTest, FinishesWhatIsQueuedWhenItStopsAndTakesNoMore) {
  WorkerPool pool(1, 10);
  block(pool);
  std::atomic<int> ran = 0;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(pool.post([&](std::size_t) { ++ran; }));
  auto stopped = std::async(std::launch::async, [&] { pool.stop(); });
  open_.set_value();
  stopped.get();
  EXPECT_EQ(ran, 5);
  EXPECT_FALSE(pool.post([&](std::size_t) { ++ran; }));
  pool.stop();
}

TEST_F(WorkerPoolTest, TellsAJobWhichThreadRunsIt) {
  WorkerPool pool(3, 100);
  std::mutex mutex;
  std::map<std::size_t, std::thread::id> threads;
  std::atomic<int> ran = 0;
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(pool.post([&](std::size_t index) {
      std::scoped_lock lock(mutex);
      EXPECT_LT(index, 3U);
      EXPECT_EQ(threads.emplace(index, std::this_thread::get_id()).first->second, std::this_thread::get_id());
      ++ran;
    }));
  EXPECT_TRUE(eventually([&] { return ran == 50; }));
}

TEST(MailboxTest, KeepsTheOrderBetweenAnExecutorsOwnThreadAndAnother) {
  IoPool io(1);
  std::vector<int> taken;  // only on the io thread
  TaskGroup tasks;
  Mailbox<int> mailbox(tasks, io.executor(0), [&](int item) { taken.push_back(item); });
  std::promise<void> done;
  tasks.post(io.executor(0), [&] {
    mailbox.put(1);
    std::thread([&] { mailbox.put(2); }).join();
    mailbox.put(3);
    tasks.post(io.executor(0), [&] { done.set_value(); });
  });
  done.get_future().wait();
  EXPECT_TRUE(eventually(
      [&] { return await(io, [](std::vector<int>& all) -> Task<std::size_t> { co_return all.size(); }(taken)) == 3; }));
  EXPECT_THAT(taken, ElementsAre(1, 2, 3));
}

}  // namespace
}  // namespace claw
