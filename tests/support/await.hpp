#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "base/io_pool.hpp"

namespace claw::testing {

/// Runs a task on an io thread and waits for its result: the bridge from a test's thread into coroutines.
template <class T>
T await(IoPool& io, Task<T> task, std::size_t thread = 0) {
  return boost::asio::co_spawn(io.executor(thread), std::move(task), boost::asio::use_future).get();
}

}  // namespace claw::testing
