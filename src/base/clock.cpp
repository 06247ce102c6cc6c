#include "base/clock.hpp"

#include <algorithm>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
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
  // A timer that never fires by itself: advance() ends it, or the task's cancellation does.
  struct Waiting {
    explicit Waiting(const Executor& executor) : timer(executor, boost::asio::steady_timer::time_point::max()) {}
    boost::asio::steady_timer timer;
    bool woken = false;
  };
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto waiting = std::make_shared<Waiting>(executor);  // shared with advance()
  std::list<Sleeper>::iterator place;
  {
    std::scoped_lock lock(mutex_);
    const TimePoint due = now_ + delay;
    const auto after = std::ranges::find_if(sleepers_, [due](const Sleeper& sleeper) { return sleeper.due > due; });
    place = sleepers_.insert(after, Sleeper{due, [executor, waiting] {
                                              boost::asio::post(executor, [waiting] {
                                                waiting->woken = true;
                                                waiting->timer.cancel();
                                              });
                                            }});
  }
  const auto [fault] = co_await waiting->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  if (waiting->woken) co_return;
  std::scoped_lock lock(mutex_);
  // advance() may have taken it off the list a moment ago.
  for (auto sleeper = sleepers_.begin(); sleeper != sleepers_.end(); ++sleeper) {
    if (sleeper != place) continue;
    sleepers_.erase(sleeper);
    break;
  }
  throw boost::system::system_error(boost::asio::error::operation_aborted);
}

void FakeClock::advance(std::chrono::milliseconds by) {
  std::vector<std::function<void()>> woken;
  {
    std::scoped_lock lock(mutex_);
    now_ += by;
    while (!sleepers_.empty() && sleepers_.front().due <= now_) {
      woken.push_back(std::move(sleepers_.front().wake));
      sleepers_.pop_front();
    }
  }
  for (auto& wake : woken) wake();
}

std::size_t FakeClock::sleepers() const {
  std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(sleepers_, [](const auto& each) { return !each.wait.expired(); }));
}

}  // namespace claw
