#include "speech/blocking_jobs.hpp"

#include <sched.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <fmt/format.h>

namespace claw {
namespace {

using Answer = Result<std::string>;
using Channel = boost::asio::experimental::concurrent_channel<void(boost::system::error_code, Answer)>;

/// For the thread that calls it; a thread that already is stays so. Where it is refused the work is done all the same.
void become_idle() {
  const sched_param none{};
  (void)::sched_setscheduler(0, SCHED_IDLE, &none);
}

/// The answer, or how the wait for it ended: no exception, so that the first of two waits to end is the one that
/// counts.
Task<std::tuple<boost::system::error_code, Answer>> answer_of(Channel& channel) {
  co_return co_await channel.async_receive(boost::asio::as_tuple(boost::asio::use_awaitable));
}

/// Tells the work of a wait that ended, however it did.
struct StopOnLeave {
  std::stop_source source;
  ~StopOnLeave() { source.request_stop(); }
};

}  // namespace

BlockingJobs::~BlockingJobs() {
  stop();
}

void BlockingJobs::stop() {
  stopping_.request_stop();
  pool_.stop();
}

Task<Result<std::string>> BlockingJobs::run(std::chrono::milliseconds limit, Work work) {
  using namespace boost::asio::experimental::awaitable_operators;
  // Shared with the work, which may end after the wait for it.
  const auto channel = std::make_shared<Channel>(co_await boost::asio::this_coro::executor, 1);
  StopOnLeave mine;
  const bool queued = pool_.post(
      [channel, source = mine.source, all = stopping_.get_token(), work = std::move(work)](std::size_t) mutable {
        become_idle();
        const std::stop_callback with_all(all, [&source] { source.request_stop(); });
        auto answer =
            source.stop_requested() ? Answer(fail(ErrorKind::kStopping, "it was stopped")) : work(source.get_token());
        channel->try_send(boost::system::error_code(), std::move(answer));
      });
  if (!queued) {
    if (stopping_.stop_requested()) co_return fail(ErrorKind::kStopping, "the gateway is stopping");
    co_return fail(ErrorKind::kTransient, "too many voice messages wait to be transcribed on this machine");
  }
  auto first = co_await (answer_of(*channel) || clock_.sleep(limit));
  if (first.index() == 1)
    co_return fail(ErrorKind::kTransient, fmt::format("it took longer than {} s", limit.count() / 1000));
  auto& [fault, answer] = std::get<0>(first);
  if (fault) throw boost::system::system_error(boost::asio::error::operation_aborted);
  co_return std::move(answer);
}

}  // namespace claw
