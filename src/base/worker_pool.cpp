#include "base/worker_pool.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace claw {

struct WorkerPool::State {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::move_only_function<void(std::size_t)>> jobs;  // guarded by mutex
  std::size_t max_queued = 0;                                   // constant after construction
  bool stopping = false;                                        // guarded by mutex
  std::vector<std::thread> threads;

  void serve(std::size_t index) {
    for (;;) {
      std::unique_lock lock(mutex);
      wake.wait(lock, [this] { return stopping || !jobs.empty(); });
      if (jobs.empty()) return;
      auto job = std::move(jobs.front());
      jobs.pop_front();
      lock.unlock();
      job(index);
    }
  }
};

WorkerPool::WorkerPool(std::size_t threads, std::size_t max_queued) : state_(std::make_unique<State>()) {
  state_->max_queued = max_queued;
  for (std::size_t i = 0; i < threads; ++i) state_->threads.emplace_back([this, i] { state_->serve(i); });
}

WorkerPool::~WorkerPool() {
  stop();
}

void WorkerPool::stop() {
  {
    std::scoped_lock lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
  for (auto& thread : state_->threads)
    if (thread.joinable()) thread.join();
}

bool WorkerPool::post(std::move_only_function<void(std::size_t)> job) {
  {
    std::scoped_lock lock(state_->mutex);
    if (state_->stopping || state_->jobs.size() >= state_->max_queued) return false;
    state_->jobs.push_back(std::move(job));
  }
  state_->wake.notify_one();
  return true;
}

}  // namespace claw
