#include "events/event_retry.hpp"

#include <algorithm>
#include <array>

namespace claw {
namespace {

using std::chrono::seconds;

constexpr std::array kDelays = {seconds(5),      seconds(30),     seconds(120),   seconds(600),
                                seconds(1'800),  seconds(3'600),  seconds(7'200), seconds(14'400),
                                seconds(28'800), seconds(43'200), seconds(86'400)};

}  // namespace

SinkAnswer sink_answer(const Result<net::ClientResponse>& answer) {
  if (!answer) return SinkAnswer::kTrouble;
  const int status = answer->status;
  if (status >= 200 && status < 300) return SinkAnswer::kTaken;
  if (status == 410) return SinkAnswer::kGone;
  if (status == 400 || status == 413 || status == 415 || status == 422) return SinkAnswer::kRefused;
  if (status == 429 || (status == 503 && net::retry_after(answer->headers))) return SinkAnswer::kBusy;
  return SinkAnswer::kTrouble;
}

seconds rest_of(const net::ClientResponse& answer) {
  return std::clamp<seconds>(net::retry_after(answer.headers).value_or(kShortestRest), kShortestRest, kLongestRest);
}

std::optional<std::chrono::milliseconds> next_try(SinkAnswer answer, int tries, double jitter) {
  if (answer == SinkAnswer::kRefused && tries >= kMaxRefusals) return std::nullopt;
  if (tries < 1 || static_cast<std::size_t>(tries) > kDelays.size()) return std::nullopt;
  const std::chrono::milliseconds delay = kDelays[static_cast<std::size_t>(tries) - 1];
  return delay + std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(delay.count()) * jitter / 4));
}

}  // namespace claw
