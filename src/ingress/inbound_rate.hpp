#pragma once

#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/clock.hpp"
#include "tenancy/tenant.hpp"

namespace claw {

/// How fast items may come in for tenants that have a limit: a bucket for each. Safe from any thread.
class InboundRate {
 public:
  /// What a tenant may get at once after a quiet time: Meta sends in bursts, and repeats what was refused in one.
  static constexpr std::chrono::seconds kBurst{5};

  /// Nothing: they may come in, and count. Else when to ask again. A body of any size comes in once there is room for
  /// one item, or one larger than the burst never would; what follows waits the longer.
  [[nodiscard]] std::optional<std::chrono::seconds> refused(const Tenant& tenant, std::size_t items, TimePoint now);

 private:
  struct Bucket {
    double tokens = 0;
    TimePoint filled_at;
  };
  std::mutex mutex_;
  std::unordered_map<std::int64_t, Bucket> buckets_;  // guarded by mutex_: by tenant, those with a limit
};

}  // namespace claw
