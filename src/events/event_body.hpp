#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/public_id.hpp"
#include "ledger/event_store.hpp"

namespace claw {

/// What an event is about, as the ledger has it when it is told; what its kind does not need is not set.
struct EventFacts {
  std::optional<MessageRecord> message = {};
  std::optional<ConversationRecord> conversation = {};
  std::optional<EventRecord> told = {};
};

/// The body of a webhook of ours: {"type", "timestamp", "data"}, as the Standard Webhooks specification has it.
/// docs/webhooks.md describes `data` for each kind. Pure.
[[nodiscard]] std::string event_body(const SinkEvent& event, const EventFacts& facts, const PublicIds& ids);

/// The body of the test button.
[[nodiscard]] std::string test_event_body(std::string_view sink, TimePoint at);

/// A webhook of Meta's with one status, in which the bot finds the biz_opaque_callback_data it gave, or none, in the
/// place of ours. Bytes that are no JSON stay as they are. Pure.
[[nodiscard]] std::string bot_status_body(std::string raw, std::string_view own_callback_data);

}  // namespace claw
