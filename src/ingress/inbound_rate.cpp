#include "ingress/inbound_rate.hpp"

#include <algorithm>
#include <cmath>

namespace claw {

std::optional<std::chrono::seconds> InboundRate::refused(const Tenant& tenant, std::size_t items, TimePoint now) {
  if (tenant.limits.inbound_per_second == 0) return std::nullopt;
  const auto rate = static_cast<double>(tenant.limits.inbound_per_second);
  const double most = rate * static_cast<double>(kBurst.count());
  std::scoped_lock lock(mutex_);
  auto& bucket = buckets_.try_emplace(tenant.id.value, Bucket{most, now}).first->second;
  const auto passed = std::chrono::duration<double>(std::max(now - bucket.filled_at, TimePoint::duration(0)));
  bucket.tokens = std::min(most, bucket.tokens + passed.count() * rate);
  bucket.filled_at = now;
  if (bucket.tokens < 1) return std::chrono::seconds(std::llround(std::ceil((1 - bucket.tokens) / rate)));
  bucket.tokens -= static_cast<double>(items);
  return std::nullopt;
}

}  // namespace claw
