#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "base/result.hpp"
#include "base/task.hpp"

namespace claw {

/// A few threads for what blocks (reads from a file, key derivation), so that no io thread does. The queue is bounded.
///
/// Safe from any thread.
class WorkerPool {
 public:
  /// REQUIRES: threads >= 1.
  WorkerPool(std::size_t threads, std::size_t max_queued);
  /// stop().
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Queues `job` with the number of the thread (0 … threads-1) that will run it;
  /// false if the queue is full or the pool was stopped. `job` must not throw.
  [[nodiscard]] bool post(std::move_only_function<void(std::size_t thread)> job);

  /// Finishes what is queued and joins the threads; nothing is taken from then on. Idempotent. Not to be called from
  /// one of them.
  void stop();

  /// Runs `work(thread)` on a thread of the pool and goes on with its result on the caller's executor. Fails with
  /// kTransient where post() refuses. `work` returns Result<T>.
  template <class T, class Work>
  Task<Result<T>> run(Work work) {
    co_return co_await complete_with<Result<T>>([this, work = std::move(work)](Completion<Result<T>> done) mutable {
      auto shared = std::make_shared<Completion<Result<T>>>(std::move(done));
      const bool queued =
          post([work = std::move(work), shared](std::size_t thread) mutable { (*shared)(work(thread)); });
      if (!queued) (*shared)(fail(ErrorKind::kTransient, "too many reads are waiting"));
    });
  }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace claw
