#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace claw::bench {

/// Durations, kept with an error below 1 % each: 128 buckets for each power of two. Not thread-safe.
class Histogram {
 public:
  void add(std::chrono::nanoseconds duration);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// The duration that `share` (0 to 1) of all do not exceed; the longest is exact. 0 if there is none.
  [[nodiscard]] std::chrono::nanoseconds quantile(double share) const;
  [[nodiscard]] std::chrono::nanoseconds max() const { return max_; }

 private:
  static constexpr int kFineBits = 7;
  /// Up to 2^40 ns, 18 minutes; what is longer is counted there.
  static constexpr std::size_t kBuckets = (40 - kFineBits + 1) << kFineBits;
  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t end_of(std::size_t bucket);

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds max_{0};
};

}  // namespace claw::bench
