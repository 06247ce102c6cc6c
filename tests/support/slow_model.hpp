#pragma once

#include <atomic>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/io_pool.hpp"
#include "net/server.hpp"

namespace claw::testing {

/// A server of chat completions that thinks for a while, up to `slowest`, and answers "MODEL: " and the last thing it
/// was told; what begins with "slow" it answers once it is let go. It runs in this process, so that it outlives
/// gateways that are killed.
class SlowModel {
 public:
  explicit SlowModel(std::chrono::milliseconds slowest = std::chrono::milliseconds(0));
  ~SlowModel();

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::size_t calls() const { return calls_; }

  /// Everything it was shown in one call, each line "ROLE: TEXT", with what it calls the user.
  struct Call {
    std::string model;
    std::string user;
    std::vector<std::string> shown;
  };
  [[nodiscard]] std::vector<Call> shown() const;
  [[nodiscard]] std::size_t held() const { return held_; }
  /// Answers what it holds, and holds nothing any more until hold_again().
  void release() { holds_ = false; }
  void hold_again() { holds_ = true; }

  /// Answers each call with 500 from now on, until repair().
  void break_down() { broken_ = true; }
  void repair() { broken_ = false; }

 private:
  Task<net::HttpResponse> answer(net::HttpRequest& request);

  const std::chrono::milliseconds slowest_;
  IoPool io_{1};
  SystemClock clock_;
  std::minstd_rand random_;  // only on the io thread
  std::atomic<std::size_t> calls_ = 0;
  std::atomic<std::size_t> held_ = 0;
  std::atomic<bool> holds_ = true;
  std::atomic<bool> broken_ = false;
  mutable std::mutex mutex_;
  std::vector<Call> shown_;  // guarded by mutex_
  net::Router router_;
  net::Server server_;
};

}  // namespace claw::testing
