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
/// An upgrade of a number's throughput takes Meta up to a minute, in which the number sends nothing.
constexpr milliseconds kMaintenanceRest{10'000};

constexpr std::int64_t kAccountLimitCode = 80007;
constexpr std::int64_t kAppLimitCode = 4;

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

bool is_authorization(const GraphFailure& failure) {
  if (failure.kind == GraphFailure::Kind::kNoToken) return true;
  if (failure.kind != GraphFailure::Kind::kRefused || !failure.error.has_error_object) return false;
  const auto code = failure.error.code;
  // 131005 is a permission too, though Meta lists it with the messages; 100/33 is what a token gets that may not see
  // the number at all.
  return code == 131005 || (code == 100 && failure.error.subcode == 33) ||
         whatsapp::error_info(code).category == "authorization";
}

const Delays* delays_of(const GraphFailure& failure, int tries) {
  if (failure.kind == GraphFailure::Kind::kNotSent) return &kNotSent;
  if (is_authorization(failure)) return &kAuthorization;
  const Delays* const yes = tries < kMaxTriesOfYes ? &kYes : nullptr;
  if (!failure.error.has_error_object) {
    if (failure.error.http_status == 503) return yes;
    return failure.error.http_status == 429 ? &kLater : nullptr;
  }
  switch (whatsapp::error_info(failure.error.code).retry) {
    case whatsapp::RetryClass::kYes:
      return yes;
    case whatsapp::RetryClass::kLater:
      return &kLater;
    case whatsapp::RetryClass::kFix:
      return failure.error.is_transient ? yes : nullptr;
    case whatsapp::RetryClass::kNo:
      return nullptr;
  }
  return nullptr;
}

const GraphFailure* refusal_of(const GraphOutcome& outcome) {
  const auto* failure = std::get_if<GraphFailure>(&outcome);
  return failure && failure->kind == GraphFailure::Kind::kRefused ? failure : nullptr;
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

bool is_too_late(TimePoint created, TimePoint now) {
  return now > created + kDeadline;
}

milliseconds number_rest(const GraphOutcome& outcome) {
  const auto* failure = refusal_of(outcome);
  if (!failure) return milliseconds(0);
  const auto code = failure->error.code;
  const bool maintenance = code == 131057;
  if (!is_throughput_refusal(outcome) && code != kAccountLimitCode && code != kAppLimitCode && !maintenance)
    return milliseconds(0);
  const milliseconds asked = failure->retry_after.value_or(std::chrono::seconds(0));
  return std::clamp(asked, maintenance ? kMaintenanceRest : kShortestRest, kLongestRest);
}

RestScope rest_scope(const GraphOutcome& outcome) {
  const auto* failure = refusal_of(outcome);
  if (!failure) return RestScope::kNumber;
  if (failure->error.code == kAccountLimitCode) return RestScope::kAccount;
  return failure->error.code == kAppLimitCode ? RestScope::kApp : RestScope::kNumber;
}

bool is_throughput_refusal(const GraphOutcome& outcome) {
  const auto* failure = refusal_of(outcome);
  if (!failure || is_pair_refusal(outcome)) return false;
  return failure->error.code == 130429 || failure->error.http_status == 429;
}

bool is_window_refusal(const GraphOutcome& outcome) {
  const auto* failure = refusal_of(outcome);
  return failure && failure->error.code == kWindowClosedCode;
}

bool is_pair_refusal(const GraphOutcome& outcome) {
  const auto* failure = refusal_of(outcome);
  return failure && failure->error.code == 131056;
}

Circuit::Verdict authorization_verdict(const GraphOutcome& outcome) {
  const auto* failure = std::get_if<GraphFailure>(&outcome);
  if (!failure) return Circuit::Verdict::kPassed;
  if (is_authorization(*failure)) return Circuit::Verdict::kTrouble;
  // Who answers without an error object may be a proxy that asked nobody.
  const bool asked = failure->kind == GraphFailure::Kind::kRefused && failure->error.has_error_object;
  return asked ? Circuit::Verdict::kPassed : Circuit::Verdict::kNotAsked;
}

}  // namespace claw
