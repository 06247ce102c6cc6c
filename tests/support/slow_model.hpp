#pragma once

#include <atomic>
#include <memory>
#include <random>
#include <string>

#include "base/io_pool.hpp"
#include "net/server.hpp"

namespace claw::testing {

/// A server of chat completions that thinks for a while, up to `slowest`, and answers "re: " and the last thing it was
/// told. It runs in this process, so that it outlives gateways that are killed.
class SlowModel {
 public:
  explicit SlowModel(std::chrono::milliseconds slowest);
  ~SlowModel();

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::size_t calls() const { return calls_; }

 private:
  Task<net::HttpResponse> answer(net::HttpRequest& request);

  const std::chrono::milliseconds slowest_;
  IoPool io_{1};
  SystemClock clock_;
  std::minstd_rand random_;  // only on the io thread
  std::atomic<std::size_t> calls_ = 0;
  net::Router router_;
  net::Server server_;
};

}  // namespace claw::testing
