#pragma once

#include <chrono>
#include <optional>

#include "base/result.hpp"
#include "ledger/event_store.hpp"
#include "net/client.hpp"

namespace claw {

/// What an answer to a webhook of ours says.
enum class SinkAnswer {
  kTaken,    ///< 2xx.
  kRefused,  ///< 400, 413, 415, 422: this event, others may be taken.
  kBusy,     ///< 429, or 503 with Retry-After: nothing for a while.
  kTrouble,  ///< Everything else, and no answer: what every event would meet.
  kGone,     ///< 410: it wants nothing any more.
};
[[nodiscard]] SinkAnswer sink_answer(const Result<net::ClientResponse>& answer);

/// How long a sink rests that said it is busy: as its Retry-After asks, within kShortestRest and kLongestRest.
inline constexpr std::chrono::seconds kShortestRest{1};
inline constexpr std::chrono::seconds kLongestRest{3'600};
[[nodiscard]] std::chrono::seconds rest_of(const net::ClientResponse& answer);

/// After how long an event is tried again that did not go through, by how often it was tried; nothing: it is given up.
///
/// | tries | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 |
/// |---|---|---|---|---|---|---|---|---|---|---|---|
/// | after | 5 s | 30 s | 2 min | 10 min | 30 min | 1 h | 2 h | 4 h | 8 h | 12 h | 24 h |
///
/// One that was refused for what it is (kRefused) is given up after kMaxRefusals, for others wait behind it. `jitter`
/// in [0, 1) lengthens each delay by up to a quarter. Pure, as is all of this header.
inline constexpr int kMaxRefusals = 3;
[[nodiscard]] std::optional<std::chrono::milliseconds> next_try(SinkAnswer answer, int tries, double jitter);

/// An event that waits longer than this is given up, however often it was tried.
inline constexpr std::chrono::hours kEventLife{72};
/// Events that ended are kept for so long: to look at, and to be sent again.
inline constexpr std::chrono::hours kEventsKept{7 * 24};

}  // namespace claw
