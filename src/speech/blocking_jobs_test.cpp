#include "speech/blocking_jobs.hpp"

#include <atomic>
#include <future>
#include <sched.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/await.hpp"
#include "support/eventually.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;

/// Threads at idle priority wait for everybody else on the machine.
template <class Condition>
bool eventually(Condition condition) {
  return testing::eventually(std::move(condition), 60s);
}
using ::testing::HasSubstr;

class BlockingJobsTest : public ::testing::Test {
 protected:
  using Answer = Result<std::string>;

  std::future<Answer> start(BlockingJobs::Work work, std::chrono::seconds limit = 60s) {
    return boost::asio::co_spawn(io_.executor(0), jobs_.run(limit, std::move(work)), boost::asio::use_future);
  }
  /// Runs until it is told to stop.
  BlockingJobs::Work endless() {
    return [this](const std::stop_token& stop) -> Answer {
      ++running_;
      while (!stop.stop_requested()) std::this_thread::yield();
      ++stopped_;
      return fail(ErrorKind::kTransient, "stopped");
    };
  }

  IoPool io_{1};
  FakeClock clock_;
  std::atomic<int> running_ = 0, stopped_ = 0;
  BlockingJobs jobs_{clock_, 1, 2};
};

TEST_F(BlockingJobsTest, BringsBackWhatTheWorkSaysFromAThreadAtIdlePriority) {
  std::atomic<int> policy = -1;
  const auto answer = start([&](const std::stop_token&) -> Answer {
                        policy = ::sched_getscheduler(0);
                        return "done";
                      }).get();
  EXPECT_EQ(answer, Answer("done"));
  EXPECT_EQ(policy, SCHED_IDLE);
}

TEST_F(BlockingJobsTest, WaitsNoLongerThanItsLimitAndTellsTheWork) {
  auto answer = start(endless());
  ASSERT_TRUE(eventually([&] { return running_ == 1 && clock_.sleepers() == 1; }));
  clock_.advance(60s);
  const auto said = answer.get();
  EXPECT_EQ(said.error().kind, ErrorKind::kTransient);
  EXPECT_THAT(said.error().message, HasSubstr("longer than 60 s"));
  EXPECT_TRUE(eventually([&] { return stopped_ == 1; }));
}

TEST_F(BlockingJobsTest, CountsTheTimeInTheQueueAndSkipsWorkNobodyWaitsFor) {
  auto first = start(endless());
  ASSERT_TRUE(eventually([&] { return running_ == 1 && clock_.sleepers() == 1; }));
  std::atomic<bool> ran = false;
  auto second = start(
      [&](const std::stop_token&) -> Answer {
        ran = true;
        return "late";
      },
      30s);
  ASSERT_TRUE(eventually([&] { return clock_.sleepers() == 2; }));
  clock_.advance(30s);
  EXPECT_THAT(second.get().error().message, HasSubstr("longer than 30 s"));
  clock_.advance(30s);
  EXPECT_FALSE(first.get().has_value());
  EXPECT_EQ(start([](const std::stop_token&) -> Answer { return "and recovers"; }).get(), Answer("and recovers"));
  EXPECT_FALSE(ran);
}

TEST_F(BlockingJobsTest, EndsTheWaitOfWhoIsCancelled) {
  boost::asio::cancellation_signal cancel;
  std::promise<std::exception_ptr> ended;
  boost::asio::co_spawn(io_.executor(0), jobs_.run(60s, endless()),
                        boost::asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr fault, Answer) {
                          ended.set_value(std::move(fault));
                        }));
  ASSERT_TRUE(eventually([&] { return running_ == 1 && clock_.sleepers() == 1; }));
  boost::asio::post(io_.executor(0), [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
  const auto fault = ended.get_future().get();
  try {
    std::rethrow_exception(fault);
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.code(), boost::asio::error::operation_aborted);
  }
  EXPECT_TRUE(eventually([&] { return stopped_ == 1; }));
}

TEST_F(BlockingJobsTest, RefusesMoreThanItsQueueHolds) {
  auto running = start(endless());
  ASSERT_TRUE(eventually([&] { return running_ == 1; }));
  auto second = start(endless());
  auto third = start(endless());
  ASSERT_TRUE(eventually([&] { return clock_.sleepers() == 3; }));
  const auto refused = start(endless()).get();
  EXPECT_EQ(refused.error().kind, ErrorKind::kTransient);
  EXPECT_THAT(refused.error().message, HasSubstr("too many"));
}

TEST_F(BlockingJobsTest, StopsWhatRunsAndTakesNothingAfterwards) {
  auto running = start(endless());
  auto waiting = start(endless());
  ASSERT_TRUE(eventually([&] { return running_ == 1 && clock_.sleepers() == 2; }));
  jobs_.stop();
  EXPECT_FALSE(running.get().has_value());
  EXPECT_EQ(waiting.get().error().kind, ErrorKind::kStopping);
  EXPECT_EQ(start(endless()).get().error().kind, ErrorKind::kStopping);
}

}  // namespace
}  // namespace claw
