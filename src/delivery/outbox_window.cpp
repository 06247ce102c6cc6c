#include <fmt/format.h>

#include "delivery/fallback_template.hpp"
#include "delivery/outbox_number.hpp"

/// What becomes of a free-form message that meets a closed service window.
namespace claw {
namespace {

constexpr std::chrono::milliseconds kNow{0};

std::string closed_words(const OutboundMessage& message) {
  return message.window_until == TimePoint{}
             ? "this person has never written here: only a template would reach them"
             : "this person wrote last more than 24 hours ago: only a template would reach them";
}

}  // namespace

Task<std::optional<bool>> Outbox::mind_window(const Tenant& tenant, Number& number, OutboundMessage& message,
                                              std::optional<whatsapp::Outgoing>& instead) {
  const bool refused = number.closed.contains(message.id.value);
  if (message.message.type == kTemplateType || (message.window_until > clock_.now() && !refused))
    co_return std::nullopt;
  // The person may have written since it was read.
  const auto now = co_await ledger_.queued(number.id, urgency_of(message), message.id, 1);
  if (!now) {
    message.due = clock_.now() + kOutboxStoreRetry;
    co_return false;
  }
  // Where it is not queued any more, the ledger says so when the send begins.
  if (now->empty() || now->front().id != message.id) co_return std::nullopt;
  const auto before = std::exchange(message.window_until, now->front().window_until);
  if (message.window_until > clock_.now() && (!refused || message.window_until > before)) co_return std::nullopt;
  switch (tenant.delivery.outside_window) {
    case OutsideWindow::kTemplate:
      // One template asks to write back: it would be odd to ask with each part of a reply.
      if (const auto asked = number.asked_by.find(message.conversation.value);
          asked != number.asked_by.end() && message.turn.value > 0 && asked->second == message.turn.value)
        co_return co_await park(tenant, number, message);
      instead = fallback_template(tenant.delivery, message.message);
      co_return std::nullopt;
    case OutsideWindow::kPark:
      co_return co_await park(tenant, number, message);
    case OutsideWindow::kRefuse:
      break;
  }
  number.closed.erase(message.id.value);
  co_return co_await give_up(message, closed_words(message), kWindowClosedCode);
}

Task<bool> Outbox::park(const Tenant& tenant, Number& number, OutboundMessage& message) {
  const auto parked = co_await ledger_.park(message.id, closed_words(message) + ": it waits until they write",
                                            message.window_until, ledger_.fence());
  if (!parked && (parked.error().kind == ErrorKind::kTransient || parked.error().kind == ErrorKind::kStale)) {
    // Whoever has written meanwhile may be written to; a store that is away is asked again.
    message.due = clock_.now() + (parked.error().kind == ErrorKind::kStale ? kNow : kOutboxStoreRetry);
    co_return false;
  }
  number.closed.erase(message.id.value);
  if (parked) {
    parked_.add();
    log::info("outbox.parked tenant={} message={}", tenant.name, message.id.value);
  }
  co_return true;
}

}  // namespace claw
