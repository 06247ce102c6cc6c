#include "delivery/retry.hpp"

#include <algorithm>

#include "whatsapp/errors.hpp"

namespace claw {
namespace {

using std::chrono::milliseconds;

/// Beyond the service window of 24 h an answer would be refused, and would answer a question of yesterday.
constexpr std::chrono::hours kDeadline{24};
constexpr int kMaxTriesOfYes = 5;
/// A number is not silenced for longer by one answer, whatever it says: the next refusal says it again.
constexpr milliseconds kShortestRest{1'000};
constexpr milliseconds kLongestRest{600'000};

struct Delays {
  milliseconds first;
  int factor;
  milliseconds cap;
};
constexpr Delays kNotSent{milliseconds(1'000), 2, milliseconds(60'000)};
constexpr Delays kYes{milliseconds(1'000), 4, milliseconds(60'000)};
constexpr Delays kLater{milliseconds(6'000), 2, milliseconds(600'000)};
constexpr Delays kAuthorization{milliseconds(60'000), 2, milliseconds(600'000)};

milliseconds delay_of(const Delays& delays, int tries, double jitter) {
  milliseconds delay = delays.first;
  for (int i = 1; i < tries && delay < delays.cap; ++i) delay *= delays.factor;
  delay = std::min(delay, delays.cap);
  return delay + milliseconds(static_cast<std::int64_t>(static_cast<double>(delay.count()) * jitter / 4));
}

const Delays* delays_of(const GraphFailure& failure, int tries) {
  if (failure.kind == GraphFailure::Kind::kNotSent) return &kNotSent;
  if (!failure.error.has_error_object) {
    if (failure.error.http_status == 503) return tries < kMaxTriesOfYes ? &kYes : nullptr;
    return failure.error.http_status == 429 ? &kLater : nullptr;
  }
  const auto& known = whatsapp::error_info(failure.error.code);
  switch (known.retry) {
    case whatsapp::RetryClass::kYes:
      return tries < kMaxTriesOfYes ? &kYes : nullptr;
    case whatsapp::RetryClass::kLater:
      return &kLater;
    case whatsapp::RetryClass::kFix:
      return known.category == "authorization" ? &kAuthorization : nullptr;
    case whatsapp::RetryClass::kNo:
      return nullptr;
  }
  return nullptr;
}

}  // namespace

SendOutcome after_send(const GraphOutcome& outcome, int tries, TimePoint created, TimePoint now, double jitter) {
  SendOutcome next;
  if (const auto* sent = std::get_if<GraphSent>(&outcome)) {
    next.wamid = sent->wamid;
    return next;
  }
  const auto& failure = std::get<GraphFailure>(outcome);
  next.error_code = failure.error.code;
  next.reason = failure.reason;
  next.state = MessageState::kUnknown;
  if (failure.kind == GraphFailure::Kind::kAmbiguous) return next;
  next.state = MessageState::kFailed;
  const Delays* const delays = delays_of(failure, tries);
  if (!delays) return next;
  milliseconds delay = delay_of(*delays, tries, jitter);
  if (failure.retry_after) delay = std::max<milliseconds>(delay, *failure.retry_after);
  if (now + delay > created + kDeadline) return next;
  next.state = MessageState::kQueued;
  next.due = now + delay;
  return next;
}

milliseconds number_rest(const GraphOutcome& outcome) {
  const auto* failure = std::get_if<GraphFailure>(&outcome);
  if (!failure || failure->kind != GraphFailure::Kind::kRefused) return milliseconds(0);
  const auto code = failure->error.code;
  if (code != 130429 && code != 80007 && code != 4 && failure->error.http_status != 429) return milliseconds(0);
  const milliseconds asked = failure->retry_after.value_or(std::chrono::seconds(0));
  return std::clamp(asked, kShortestRest, kLongestRest);
}

}  // namespace claw
