#include "base/side_by_side.hpp"

#include <exception>
#include <optional>

#include <boost/asio/co_spawn.hpp>

namespace claw {

Task<> side_by_side(std::vector<Task<>> tasks) {
  if (tasks.empty()) co_return;
  const Executor executor = co_await boost::asio::this_coro::executor;
  // All of it is only touched on the executor, and lives until the last task has ended.
  std::size_t left = tasks.size();
  std::exception_ptr first;
  std::optional<Completion<int>> ended;
  co_await complete_with<int>([&](Completion<int> done) {
    ended = std::move(done);
    for (auto& task : tasks)
      boost::asio::co_spawn(executor, std::move(task), [&](std::exception_ptr thrown) {
        if (thrown && !first) first = thrown;
        if (--left == 0) (*ended)(0);
      });
  });
  if (first) std::rethrow_exception(first);
}

}  // namespace claw
