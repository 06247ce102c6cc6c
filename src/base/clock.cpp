#include "base/clock.hpp"

#include <algorithm>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

namespace claw {

TimePoint SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Task<> SystemClock::sleep(std::chrono::milliseconds delay) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, delay);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

TimePoint FakeClock::now() const {
  std::scoped_lock lock(mutex_);
  return now_;
}

struct FakeClock::Wait {
  explicit Wait(const Executor& executor) : timer(executor, boost::asio::steady_timer::time_point::max()) {}
  boost::asio::steady_timer timer;  // never expires: advance() and cancellation end it
  bool woken = false;               // only on the timer's executor
};

Task<> FakeClock::sleep(std::chrono::milliseconds delay) {
  if (delay <= std::chrono::milliseconds(0)) co_return;
  const auto wait =
      std::make_shared<Wait>(co_await boost::asio::this_coro::executor);  // shared with a waking under way
  {
    std::scoped_lock lock(mutex_);
    const TimePoint due = now_ + delay;
    const auto after = std::ranges::find_if(sleepers_, [due](const Sleeper& sleeper) { return sleeper.due > due; });
    sleepers_.insert(after, Sleeper{due, wait});
  }
  (void)co_await wait->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  if (!wait->woken) throw boost::system::system_error(boost::asio::error::operation_aborted);
}

void FakeClock::advance(std::chrono::milliseconds by) {
  std::vector<std::shared_ptr<Wait>> due;
  {
    std::scoped_lock lock(mutex_);
    now_ += by;
    while (!sleepers_.empty() && sleepers_.front().due <= now_) {
      if (auto wait = sleepers_.front().wait.lock()) due.push_back(std::move(wait));
      sleepers_.pop_front();
    }
  }
  for (const auto& wait : due)
    boost::asio::post(wait->timer.get_executor(), [wait] {
      wait->woken = true;
      wait->timer.cancel();
    });
}

std::size_t FakeClock::sleepers() const {
  std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(sleepers_, [](const auto& each) { return !each.wait.expired(); }));
}

}  // namespace claw
