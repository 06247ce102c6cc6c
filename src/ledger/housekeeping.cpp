#include "ledger/housekeeping.hpp"

#include "base/log.hpp"

namespace claw {
namespace {

/// Between two steps, so that writes of others come first.
constexpr std::chrono::milliseconds kPause{50};

}  // namespace

template <class Step>
Task<std::size_t> Housekeeping::in_steps(Step forget) {
  std::size_t total = 0;
  for (std::size_t step = kStep; step >= kStep;) {
    const Result<std::size_t> forgotten = co_await forget();
    if (!forgotten) {
      log::warn("housekeeping.failed reason=\"{}\"", forgotten.error().message);
      break;
    }
    step = *forgotten;
    total += step;
    co_await clock_.sleep(kPause);
  }
  co_return total;
}

Task<> Housekeeping::expire() {
  const auto retention = retention_();
  if (retention.empty()) co_return;
  const auto now = clock_.now();
  // The webhooks first: a message without one is shown, one that nobody refers to would never be found again.
  (void)co_await in_steps([&] { return inbox_.expire(retention, now, kStep); });
  for (const auto& [tenant, keep] : retention) {
    std::size_t total = 0;
    Expiry done{.from = MessageId{1}, .more = true};
    while (done.more) {
      const auto step = co_await ledger_.expire(tenant, now - keep, done.from, kExpireStep, ledger_.fence());
      if (!step) {
        log::warn("housekeeping.failed reason=\"{}\"", step.error().message);
        co_return;
      }
      done = *step;
      total += done.deleted;
      co_await clock_.sleep(kPause);
    }
    if (total > 0) log::info("housekeeping.expired tenant_id={} rows={} days={}", tenant.value, total, keep.count());
  }
}

Task<> Housekeeping::run() {
  constexpr auto kStatus = static_cast<std::uint8_t>(whatsapp::ItemKind::kStatus);
  for (;;) {
    co_await clock_.sleep(kEvery);
    // No identity may go while an item waits that would be known by it. What comes after a moment in which none waits
    // is too young for that: a busy gateway seldom has a second such moment.
    while (inbox_.waiting() > 0) co_await clock_.sleep(kPause);
    const auto before = clock_.now() - kKeep;
    const auto identities = co_await in_steps([&] { return ledger_.forget(before, kStep, ledger_.fence()); });
    // The parsed ones stay in the ledger, and nothing refers to their bytes.
    const auto statuses = co_await in_steps([&] { return inbox_.forget(kStatus, before, kStep); });
    co_await in_steps([&] { return ledger_.forget_activity(clock_.now() - kActivityKept, kStep, ledger_.fence()); });
    co_await expire();
    if (also_) co_await also_();
    if (identities + statuses > 0) log::info("housekeeping.forgot identities={} looked_at={}", identities, statuses);
  }
}

}  // namespace claw
