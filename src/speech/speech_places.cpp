#include "speech/speech_places.hpp"

#include <boost/asio/experimental/concurrent_channel.hpp>
#include <fmt/format.h>

namespace claw {

/// A tenant's places are a channel's: taking one puts a token in, which waits while it is full.
struct SpeechPlaces::Of {
  using Channel = boost::asio::experimental::concurrent_channel<void(boost::system::error_code)>;
  Of(const Executor& executor, std::size_t at_once) : places(executor, at_once), at_once(at_once) {}

  Channel places;
  const std::size_t at_once;
  std::size_t here = 0;  // guarded by mutex_: with a place or waiting
};

SpeechPlaces::SpeechPlaces() = default;
SpeechPlaces::~SpeechPlaces() = default;

Task<Result<SpeechPlaces::Place>> SpeechPlaces::take(TenantId tenant, std::size_t at_once) {
  const auto executor = co_await boost::asio::this_coro::executor;
  std::shared_ptr<Of> of;
  {
    std::scoped_lock lock(mutex_);
    auto& found = tenants_[tenant];
    if (!found) found = std::make_shared<Of>(executor, at_once);
    if (found->here >= found->at_once + kMaxWaiting)
      co_return fail(ErrorKind::kTransient, fmt::format("{} voice messages wait to be transcribed", kMaxWaiting));
    ++found->here;
    of = found;
  }
  try {
    co_await of->places.async_send(boost::system::error_code(), boost::asio::use_awaitable);
  } catch (...) {
    leave(tenant, *of);
    throw;
  }
  co_return Place(*this, tenant, std::move(of));
}

void SpeechPlaces::give_back(TenantId tenant, Of& of) {
  of.places.try_receive([](const boost::system::error_code&) {});
  leave(tenant, of);
}

void SpeechPlaces::leave(TenantId tenant, Of& of) {
  std::scoped_lock lock(mutex_);
  if (--of.here == 0) tenants_.erase(tenant);
}

}  // namespace claw
