#pragma once

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "base/io_pool.hpp"
#include "base/task.hpp"

namespace claw {

/// What `task` returns, run on the pool's first thread. Not to be called from an io thread.
template <class T>
T wait(const IoPool& io, Task<T> task) {
  return boost::asio::co_spawn(io.executor(0), std::move(task), boost::asio::use_future).get();
}

}  // namespace claw
