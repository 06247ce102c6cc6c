#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/clock.hpp"

namespace claw {

/// How long figures of activity are kept: a week, and the week before to compare it with.
inline constexpr std::chrono::hours kActivityKept{15 * 24};
/// The finest step of activity, and of answer times.
inline constexpr std::chrono::minutes kActivityStep{1};
inline constexpr std::chrono::minutes kAnswerTimeStep{10};

/// What happened to a tenant's messages from `at` on, for a step. A message counts once in each: when it came in, when
/// Meta accepted it, when it failed.
struct ActivityPoint {
  TimePoint at;
  std::int64_t in = 0;
  std::int64_t out = 0;
  std::int64_t failed = 0;  ///< Also of those that Meta had accepted.
};

/// How long answers took that went out from `at` on, for a step: from the receipt of a message to Meta's acceptance of
/// the first part of its reply.
///
/// Kept as counts in buckets, 8 to a doubling, so that a percentile is true within 5 %.
struct AnswerTimes {
  TimePoint at;
  std::map<int, std::int64_t> buckets;

  [[nodiscard]] static int bucket_of(std::chrono::milliseconds took);
  void add(int bucket, std::int64_t answers) { buckets[bucket] += answers; }
  void add(const AnswerTimes& others);
  [[nodiscard]] std::int64_t count() const;
  /// The time within which this share of the answers went out, 0 < share <= 1; nothing where there were none.
  [[nodiscard]] std::optional<std::chrono::milliseconds> percentile(double share) const;
};

}  // namespace claw
