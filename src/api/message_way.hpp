#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/delivery_log.hpp"
#include "ledger/ledger.hpp"

namespace claw {

/// How one step of a message's way ended.
enum class WayState { kDone, kWaiting, kFailed };
[[nodiscard]] std::string_view to_string(WayState state);

/// One step, in words for whoever asks "why?".
struct WayStep {
  std::string_view id;  ///< written, delivered_to_us, stored, access, rule, together, turn, said, send, status, state
  std::string title;
  std::string detail;  ///< The cause; may be empty. What Meta's code means stands in it as well.
  TimePoint at;        ///< 0: it has not happened, or nobody keeps when.
  WayState state = WayState::kDone;
  int part = -1;                ///< Of a reply of several parts, from 0; -1: of none.
  std::int64_t error_code = 0;  ///< Meta's, where it is the cause; 0: none.
  std::int64_t exchange = 0;    ///< The entry of the delivery log that shows it; 0: none.
};

/// What is known of a message and what belongs to it.
struct WayFacts {
  std::optional<MessageRecord> question;  ///< Nothing: we wrote without being asked.
  std::vector<MessageRecord> together;    ///< What else was written that had the same turn, in order.
  std::vector<MessageRecord> answers;     ///< With their statuses, in the order of their parts.
  std::vector<ExchangeRow> log;           ///< What the delivery log has about any of them, in any order.
};

/// The way of a turn from the phone to the phone: written, delivered to us, stored, let in, given to an agent,
/// answered, sent, and what Meta told of it; each with its time and its cause. In order of time, as far as there are
/// times. Pure.
[[nodiscard]] std::vector<WayStep> way_of(const WayFacts& facts);

}  // namespace claw
