#pragma once

#include <cstddef>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "whatsapp/account_json.hpp"

namespace claw {

/// What Meta allows, before it says otherwise.
struct SendLimits {
  /// Messages of a phone number in a second, in and out together (whatsapp::messages_per_second()).
  double messages_per_second = whatsapp::kStandardPerSecond;
  /// One message to the same person in this time in the long run ("Pair rate limits": 6 s). 0: no limit.
  std::chrono::milliseconds pair_interval{6'000};
};

/// How fast a phone number may send: a token bucket that learns from Meta's refusals and forgets them slowly, between
/// kSlowest and the limit.
///
/// Pure. A sixteenth of the rate is the burst and what is left of it flows, so that at Meta no second, wherever it
/// begins, has more messages than the rate says, also where some are 50 ms longer on their way than others.
class NumberRate {
 public:
  static constexpr double kSlowest = 1;  ///< Messages per second: below it nothing more would be learned.
  static constexpr double kCut = 0.7;    ///< What a refusal leaves of the rate.
  /// From nothing to the full rate without a refusal: slow, for where the limit was met once it will be met again.
  static constexpr std::chrono::seconds kRecovery{300};

  explicit NumberRate(double messages_per_second);

  /// When the next message may go: `now` or later.
  [[nodiscard]] TimePoint earliest(TimePoint now);
  /// A message goes. REQUIRES: earliest(now) is now.
  void sent(TimePoint now);
  /// Messages came in: Meta counts them too. They take half of the rate at most, or a flood would silence the answers.
  void heard(std::size_t messages, TimePoint now);
  /// Meta refused a message, whose send began at `began`, for the number's throughput. Refusals of messages that were
  /// under way together are one.
  void refused(TimePoint began, TimePoint now);

  /// Meta lets the number send as fast as this from now on: what was learned of the rate before holds no more, unless
  /// it is the same limit.
  void set_limit(double messages_per_second, TimePoint now);
  [[nodiscard]] double limit() const { return limit_; }

  /// Messages per second, as learned.
  [[nodiscard]] double rate() const { return rate_; }

 private:
  void refill(TimePoint now);

  double limit_;
  double rate_;
  double tokens_;
  double hearing_;  ///< How many inbound messages still count.
  TimePoint filled_at_{};
  TimePoint cut_at_{};
};

/// How fast one person may be sent to. Meta: one message in 6 s to the same person, up to 45 within 6 s as a burst that
/// borrows from the future; else error 131056.
///
/// Meta's text says that who has borrowed waits until all is paid back; what was seen is a bucket that fills by itself.
/// Here a bucket is believed in until Meta refuses a message it should have taken: from then on the number keeps to the
/// letter.
///
/// Pure. A conversation has one message under way at most. Only pairs that owe something are remembered: those that
/// were sent to in the last kBurst intervals.
class PairRates {
 public:
  static constexpr int kBurst = 45;

  explicit PairRates(std::chrono::milliseconds interval) : interval_(interval) {}

  /// When the conversation's next message may go: `now` or later.
  [[nodiscard]] TimePoint earliest(ConversationId conversation, TimePoint now) const;
  /// Meta took a message, or may have: its send began at `began` and ended now. Meta counted it in between, so that
  /// what is owed here is never less than there. What Meta refused counts for nothing.
  void taken(ConversationId conversation, TimePoint began, TimePoint now);
  /// Meta refused a message for the pair's rate (131056).
  void refused(ConversationId conversation, TimePoint now);

  [[nodiscard]] std::size_t remembered() const { return pairs_.size(); }

 private:
  struct Pair {
    TimePoint window_began;  ///< Of the burst: Meta counts it in one interval.
    TimePoint paid_back;     ///< When nothing is owed any more.
  };
  void forget_paid_back(TimePoint now);

  const std::chrono::milliseconds interval_;
  bool to_the_letter_ = false;
  std::unordered_map<std::int64_t, Pair> pairs_;
  std::size_t sweep_at_ = 256;
};

}  // namespace claw
