#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "base/worker_pool.hpp"

namespace claw {

/// Threads for transcribing on this machine, at idle priority (SCHED_IDLE, which their children inherit): they run
/// where nothing else wants the processor, so that messages never wait for speech. The queue is bounded, and so is each
/// wait.
///
/// Safe from any thread.
class BlockingJobs {
 public:
  /// Gives up soon after its token was asked to stop. Must not throw.
  using Work = std::move_only_function<Result<std::string>(std::stop_token)>;

  /// `clock` must outlive this object. REQUIRES: threads >= 1.
  BlockingJobs(Clock& clock, std::size_t threads, std::size_t max_queued) : clock_(clock), pool_(threads, max_queued) {}
  /// stop().
  ~BlockingJobs();

  /// What `work` returns. Fails with kTransient where the queue is full or `limit` is over, the time in the queue
  /// included, and kStopping after stop(). Whoever's wait ends early, also by cancellation (operation_aborted), has the
  /// work told to stop and does not wait for it.
  [[nodiscard]] Task<Result<std::string>> run(std::chrono::milliseconds limit, Work work);

  /// Tells all work to stop, waits for what runs, and takes nothing from then on. Idempotent. Not to be called from one
  /// of the threads, nor from an io thread.
  void stop();

 private:
  Clock& clock_;
  std::stop_source stopping_;
  WorkerPool pool_;
};

}  // namespace claw
