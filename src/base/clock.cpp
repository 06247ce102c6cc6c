#include "base/clock.hpp"

#include <algorithm>
#include <vector>

#include <boost/asio/steady_timer.hpp>

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

Task<> FakeClock::sleep(std::chrono::milliseconds delay) {
  if (delay <= std::chrono::milliseconds(0)) co_return;
  co_await complete_with<int>([this, delay](Completion<int> wake) {
    std::scoped_lock lock(mutex_);
    const TimePoint due = now_ + delay;
    const auto after = std::ranges::find_if(sleepers_, [due](const Sleeper& sleeper) { return sleeper.due > due; });
    sleepers_.insert(after, Sleeper{due, std::move(wake)});
  });
}

void FakeClock::advance(std::chrono::milliseconds by) {
  std::vector<Completion<int>> woken;
  {
    std::scoped_lock lock(mutex_);
    now_ += by;
    while (!sleepers_.empty() && sleepers_.front().due <= now_) {
      woken.push_back(std::move(sleepers_.front().wake));
      sleepers_.pop_front();
    }
  }
  for (auto& wake : woken) wake(0);
}

std::size_t FakeClock::sleepers() const {
  std::scoped_lock lock(mutex_);
  return sleepers_.size();
}

}  // namespace claw
