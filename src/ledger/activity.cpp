#include "ledger/activity.hpp"

#include <algorithm>
#include <cmath>

namespace claw {
namespace {

constexpr double kBucketsADoubling = 8;

}  // namespace

int AnswerTimes::bucket_of(std::chrono::milliseconds took) {
  const auto ms = static_cast<double>(std::max<std::int64_t>(took.count(), 1));
  return static_cast<int>(std::floor(std::log2(ms) * kBucketsADoubling));
}

void AnswerTimes::add(const AnswerTimes& others) {
  for (const auto& [bucket, answers] : others.buckets) add(bucket, answers);
}

std::int64_t AnswerTimes::count() const {
  std::int64_t total = 0;
  for (const auto& [bucket, answers] : buckets) total += answers;
  return total;
}

std::optional<std::chrono::milliseconds> AnswerTimes::percentile(double share) const {
  if (buckets.empty()) return std::nullopt;
  auto left = static_cast<std::int64_t>(std::ceil(share * static_cast<double>(count())));
  int bucket = buckets.rbegin()->first;
  for (const auto& [number, answers] : buckets) {
    left -= answers;
    if (left > 0) continue;
    bucket = number;
    break;
  }
  // The middle of the bucket, as the ear hears it: the error is the same up and down.
  return std::chrono::milliseconds(std::llround(std::exp2((bucket + 0.5) / kBucketsADoubling)));
}

}  // namespace claw
