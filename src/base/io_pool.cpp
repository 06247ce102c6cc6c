#include "base/io_pool.hpp"

#include <atomic>
#include <deque>
#include <pthread.h>
#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace claw {
namespace {
using Guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;
}

struct IoPool::State {
  std::deque<boost::asio::io_context> loops;
  std::vector<Guard> guards;
  std::vector<std::thread> threads;
  std::atomic<std::size_t> turn = 0;
};

IoPool::IoPool(std::size_t threads) : state_(std::make_unique<State>()) {
  for (std::size_t i = 0; i < threads; ++i) {
    auto& loop = state_->loops.emplace_back(1);
    state_->guards.push_back(boost::asio::make_work_guard(loop));
  }
  for (auto& loop : state_->loops)
    state_->threads.emplace_back([&loop, number = state_->threads.size()] {
      ::pthread_setname_np(::pthread_self(), ("io-" + std::to_string(number)).c_str());
      loop.run();
    });
}

IoPool::~IoPool() {
  stop();
}

std::size_t IoPool::size() const {
  return state_->loops.size();
}

Executor IoPool::executor(std::size_t index) const {
  return state_->loops[index % state_->loops.size()].get_executor();
}

Executor IoPool::next() {
  return executor(state_->turn.fetch_add(1, std::memory_order_relaxed));
}

void IoPool::stop() {
  for (auto& loop : state_->loops) loop.stop();
  for (auto& thread : state_->threads)
    if (thread.joinable()) thread.join();
}

}  // namespace claw
