#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "histogram.hpp"
#include "requests.hpp"

namespace claw::bench {

/// How a load is given. Without `rate` and `window` each connection sends again as soon as it was answered: the most
/// that the server takes from so many clients.
struct LoadOptions {
  std::uint16_t port = 0;  ///< On 127.0.0.1.
  std::size_t connections = 64;
  std::chrono::milliseconds warm_up{500};  ///< At the begin; not counted.
  std::chrono::milliseconds duration{5'000};

  /// Requests a second, whether or not the earlier ones were answered. Latency then counts from the moment a request
  /// was due, so that a stall is paid by all that fell into it.
  double rate = 0;

  /// So many jobs are open at once, where a request only begins a job: its end is seen in a figure of a JSON page of
  /// the same server, which grows by `figures_per_job` with each job.
  std::uint64_t window = 0;
  std::string figures_path;
  std::string figure;
  std::uint64_t figures_per_job = 1;
};

struct LoadResult {
  std::uint64_t sent = 0;      ///< In all, warm-up included.
  std::uint64_t answered = 0;  ///< In all, with 2xx.
  std::uint64_t failures = 0;  ///< In all: another status, a connection that closed, no answer.
  std::map<int, std::uint64_t> statuses;
  double answered_per_second = 0;  ///< After the warm-up.
  double jobs_per_second = 0;      ///< After the warm-up; with `window`.
  Histogram latency;               ///< Of what was due after the warm-up.
  bool ran_out = false;            ///< There were too few requests for the time.
};

/// Gives the load and returns once it is answered, 10 s after its end at the latest; earlier where no requests are
/// left. One thread, epoll; plain HTTP/1.1 with Content-Length. Throws std::runtime_error if it cannot connect.
[[nodiscard]] LoadResult run_load(const LoadOptions& options, RequestList& requests);

}  // namespace claw::bench
