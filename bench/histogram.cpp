#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace claw::bench {

std::size_t Histogram::bucket_of(std::uint64_t value) {
  // Below 2^kFineBits each value has its own bucket; above, its first kFineBits + 1 bits name it.
  const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - kFineBits - 1);
  const auto bucket = (static_cast<std::size_t>(shift) << kFineBits) + static_cast<std::size_t>(value >> shift);
  return std::min(bucket, kBuckets - 1);
}

std::uint64_t Histogram::end_of(std::size_t bucket) {
  const std::size_t fine = std::size_t{1} << kFineBits;
  if (bucket < 2 * fine) return bucket;
  const std::size_t shift = (bucket >> kFineBits) - 1;
  const std::uint64_t first = bucket - (shift << kFineBits);
  return ((first + 1) << shift) - 1;
}

void Histogram::add(std::chrono::nanoseconds duration) {
  ++buckets_[bucket_of(static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0)))];
  ++count_;
  max_ = std::max(max_, duration);
}

std::chrono::nanoseconds Histogram::quantile(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += buckets_[bucket];
    if (seen >= std::max<std::uint64_t>(wanted, 1))
      return std::min(max_, std::chrono::nanoseconds(static_cast<std::int64_t>(end_of(bucket))));
  }
  return max_;
}

}  // namespace claw::bench
