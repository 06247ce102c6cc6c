#pragma once

#include <atomic>

#include <boost/asio/steady_timer.hpp>

#include "base/clock.hpp"

namespace claw::testing {

/// The machine's clock, which a test can move forward: what was to happen in an hour happens now. Sleeps can be
/// cancelled, so that a gateway stops as it does with the real one. Safe from any thread.
class ShiftableClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) +
           std::chrono::milliseconds(ahead_ms_.load());
  }
  [[nodiscard]] Task<> sleep(std::chrono::milliseconds delay) override {
    const auto due = now() + delay;
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    for (auto left = delay; left.count() > 0; left = due - now()) {
      timer.expires_after(std::min<std::chrono::milliseconds>(left, std::chrono::milliseconds(10)));
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
  }
  void advance(std::chrono::milliseconds by) { ahead_ms_ += by.count(); }

 private:
  std::atomic<std::int64_t> ahead_ms_ = 0;
};

}  // namespace claw::testing
