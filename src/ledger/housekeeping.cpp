#include "ledger/housekeeping.hpp"

#include "base/log.hpp"

namespace claw {
namespace {

/// Between two steps, so that writes of others come first.
constexpr std::chrono::milliseconds kPause{50};

}  // namespace

Task<> Housekeeping::run() {
  for (;;) {
    co_await clock_.sleep(kEvery);
    std::size_t total = 0;
    for (std::size_t step = kStep; step >= kStep && inbox_is_empty_();) {
      const auto forgotten = co_await ledger_.forget(clock_.now() - kKeep, kStep, ledger_.fence());
      if (!forgotten) {
        log::warn("housekeeping.failed reason=\"{}\"", forgotten.error().message);
        break;
      }
      step = *forgotten;
      total += step;
      co_await clock_.sleep(kPause);
    }
    if (total > 0) log::info("housekeeping.forgot rows={}", total);
  }
}

}  // namespace claw
