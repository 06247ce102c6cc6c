#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "simulator/graph_error.hpp"
#include "simulator/numbers.hpp"

namespace claw::sim {

/// What went between numbers and people lately: what a number's limits are measured on.
///
/// Forgets by itself what can no longer matter. Not thread-safe.
class Traffic {
 public:
  static constexpr std::chrono::hours kWindow{24};         ///< Meta's customer service window.
  static constexpr std::chrono::hours kWindowFromAd{72};   ///< Its free entry point window.
  static constexpr std::chrono::seconds kPairInterval{6};  ///< What the pair rate is given for.

  /// `clock` must outlive this object.
  explicit Traffic(const Clock& clock) : clock_(clock) {}

  /// A person's message came to the number: it counts into the throughput and opens the window. `person` is what
  /// Person::wa_id is.
  void person_wrote(const Number& number, std::string_view person, bool from_ad = false);

  /// A business's message, counted if it may go. The refusals: 130429 where the last second held as many messages of
  /// the number as its throughput, in and out together; 131056 where the pair has used up its burst. Meta says of
  /// bursts that they borrow from the future: a bucket of pair_burst messages that fills with pair_per_6s.
  ///
  /// A refused message counts nowhere. `party` is a wa_id or a BSUID.
  [[nodiscard]] std::optional<GraphError> admit(const Number& number, std::string_view party);

  /// Whether a free-form message to the person is allowed now, by when they wrote to the number.
  [[nodiscard]] bool window_open(const Number& number, std::string_view person) const;

 private:
  /// Times by (number, party), each with what it means beside it; past ones are swept out as the map grows.
  using Times = std::unordered_map<std::string, TimePoint>;
  void sweep(Times& times, std::size_t& sweep_at);
  bool throughput_reached(const Number& number);
  void count(const Number& number);

  const Clock& clock_;
  std::unordered_map<std::string, std::deque<TimePoint>> last_second_;  ///< By number id, oldest first.
  Times paid_up_;                                                       ///< When the pair's bucket is full again.
  Times open_until_;                                                    ///< When the pair's window closes.
  std::size_t sweep_paid_at_ = 1'000, sweep_open_at_ = 1'000;
};

}  // namespace claw::sim
