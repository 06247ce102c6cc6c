#include "delivery/resender.hpp"

#include "base/log.hpp"
#include "delivery/retry.hpp"

namespace claw {
namespace {

/// Messages looked at in one reading.
constexpr std::size_t kAtOnce = 100;

/// Since when it has stood in the outbox, as far as its record tells. What was sent at an age at which nothing goes any
/// more had been run again or released, and its send began soon after.
TimePoint queued_at(const MessageRecord& message) {
  return is_too_late(message.created_at, message.due) ? message.due : message.created_at;
}

}  // namespace

void Resender::start() {
  tasks_.spawn(io_.executor(0), "outbox.resend", run());
}

void Resender::stop() {
  stopping_ = true;
  tasks_.cancel();
  tasks_.join();
}

Task<> Resender::run() {
  while (!stopping_) {
    for (const auto& tenant : directory_.all())
      if (tenant->delivery.on_unknown == OnUnknown::kResend) co_await look_at(tenant->id);
    co_await clock_.sleep(kLook);
  }
}

Task<> Resender::look_at(TenantId tenant) {
  MessageFilter filter;
  filter.limit = kAtOnce;
  filter.state = MessageState::kUnknown;
  std::size_t looked = 0;
  do {
    const auto page = co_await ledger_.messages(tenant, filter);
    if (!page) co_return;  // looked at again soon
    for (const auto& message : *page) {
      const auto now = clock_.now();
      // Not the end: of what was said before it something may have been run again since.
      if (is_too_late(queued_at(message), now)) continue;
      if (message.due + kWait > now || message.attempts >= kMaxSends) continue;
      auto again = co_await ledger_.resend(tenant, message.id, ledger_.fence());
      if (!again) continue;  // its status has come, or the store is away
      log::info("outbox.resent message={} try={}", message.id.value, message.attempts + 1);
      std::vector<OutboundMessage> one;
      one.push_back(std::move(*again));
      outbox_.reopen(std::move(one));
    }
    filter.before = MessageId{page->next};
    looked += page->size();
  } while (filter.before && looked < kMaxLooked && !stopping_);
}

}  // namespace claw
