#pragma once

#include <functional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace claw {

/// Work that is done when it is awaited, on the executor of whoever awaits it.
///
/// Asio's own coroutine type: timers, sockets and cancellation speak it already. Views may be passed into a task only
/// where it is awaited at once; what is spawned owns its arguments.
template <class T = void>
using Task = boost::asio::awaitable<T>;

/// A place where tasks run: one io thread.
using Executor = boost::asio::any_io_executor;

/// What a callback-style operation calls once with its result, from any thread.
template <class T>
using Completion = std::move_only_function<void(T)>;

/// Awaits an operation that reports through a callback: `start` is called at once with the completion, which may be
/// called from any thread, once. The task goes on on the executor it was awaited on. It cannot be cancelled: whoever
/// holds the completion must call it.
template <class T, class Start>
Task<T> complete_with(Start start) {
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
      [](auto handler, Start begin) {
        auto executor = boost::asio::get_associated_executor(handler);
        // The guard keeps the io thread's loop alive while nobody but another thread knows of the operation.
        auto guard = boost::asio::make_work_guard(executor);
        begin(Completion<T>([handler = std::move(handler), guard = std::move(guard)](T result) mutable {
          auto where = guard.get_executor();
          boost::asio::post(where, [handler = std::move(handler), result = std::move(result),
                                    guard = std::move(guard)]() mutable { handler(std::move(result)); });
        }));
      },
      boost::asio::use_awaitable, std::move(start));
}

}  // namespace claw
