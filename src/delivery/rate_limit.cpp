#include "delivery/rate_limit.hpp"

#include <algorithm>
#include <cmath>

namespace claw {
namespace {

using std::chrono::milliseconds;

constexpr double kBurstShare = 1.0 / 16;
/// What left within a second and this may arrive within one: the way to Meta is not always as long.
constexpr double kJitterSeconds = 0.05;
/// A message of a burst must arrive before its time is over.
constexpr milliseconds kOnTheWay{500};

double burst_of(double rate) {
  return std::max(1.0, rate * kBurstShare);
}

double flow_of(double rate) {
  return rate * (1 - kBurstShare) / (1 + kJitterSeconds);
}

}  // namespace

NumberRate::NumberRate(double messages_per_second)
    : limit_(std::max(kSlowest, messages_per_second)), rate_(limit_), tokens_(burst_of(limit_)), hearing_(limit_ / 2) {}

void NumberRate::refill(TimePoint now) {
  // A clock that was set back is believed, or nothing would go until it is where it was.
  if (now < filled_at_) filled_at_ = now;
  // From the year 1970 on, the first time: the buckets are full.
  const double seconds = std::chrono::duration<double>(now - filled_at_).count();
  filled_at_ = now;
  rate_ = std::min(limit_, rate_ + limit_ * seconds / std::chrono::duration<double>(kRecovery).count());
  tokens_ = std::min(burst_of(rate_), tokens_ + flow_of(rate_) * seconds);
  hearing_ = std::min(rate_ / 2, hearing_ + rate_ / 2 * seconds);
}

TimePoint NumberRate::earliest(TimePoint now) {
  refill(now);
  if (tokens_ >= 1) return now;
  return now + milliseconds(static_cast<std::int64_t>(std::ceil((1 - tokens_) / flow_of(rate_) * 1'000)));
}

void NumberRate::sent(TimePoint now) {
  refill(now);
  tokens_ -= 1;
}

void NumberRate::heard(std::size_t messages, TimePoint now) {
  refill(now);
  const double counted = std::min(static_cast<double>(messages), hearing_);
  hearing_ -= counted;
  tokens_ -= counted;
}

void NumberRate::set_limit(double messages_per_second, TimePoint now) {
  refill(now);
  const double limit = std::max(kSlowest, messages_per_second);
  if (limit == limit_) return;
  limit_ = rate_ = limit;
  tokens_ = std::min(tokens_, burst_of(rate_));
  hearing_ = std::min(hearing_, rate_ / 2);
}

void NumberRate::refused(TimePoint began, TimePoint now) {
  refill(now);
  if (began <= cut_at_) return;
  cut_at_ = now;
  rate_ = std::max(kSlowest, rate_ * kCut);
  tokens_ = std::min(tokens_, 0.0);
}

TimePoint PairRates::earliest(ConversationId conversation, TimePoint now) const {
  const auto found = pairs_.find(conversation.value);
  if (found == pairs_.end()) return now;
  const Pair& pair = found->second;
  const bool burst_is_over = now >= pair.window_began + interval_ - kOnTheWay;
  const auto borrowed = to_the_letter_ && burst_is_over ? pair.paid_back : pair.paid_back - interval_ * (kBurst - 1);
  return std::max(now, borrowed);
}

void PairRates::taken(ConversationId conversation, TimePoint began, TimePoint now) {
  if (interval_.count() == 0) return;
  forget_paid_back(now);
  Pair& pair = pairs_[conversation.value];
  // To the letter a burst ends when all is paid back; for the bucket its beginning means nothing.
  if (pair.paid_back <= began) pair.window_began = began;
  pair.paid_back = std::max(pair.paid_back, now) + interval_;
}

void PairRates::refused(ConversationId conversation, TimePoint now) {
  to_the_letter_ = true;
  if (interval_.count() == 0) return;
  // Also where we know of no debt: the process may have begun since, or another program sends to the same person.
  Pair& pair = pairs_[conversation.value];
  pair.window_began = std::min(pair.window_began, now - interval_);
  pair.paid_back = std::max(pair.paid_back, now + interval_);
}

void PairRates::forget_paid_back(TimePoint now) {
  if (pairs_.size() < sweep_at_) return;
  std::erase_if(pairs_, [&](const auto& entry) { return entry.second.paid_back <= now; });
  sweep_at_ = std::max<std::size_t>(256, 2 * pairs_.size());
}

}  // namespace claw
