#include "app/retention.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "tenancy/admin.hpp"

namespace claw {
namespace {

/// What came to the platform's address and nobody has claimed goes after this.
constexpr std::chrono::days kUnclaimedKept{30};

/// Steps of this size, so that what is noted meanwhile is not dropped.
constexpr std::size_t kLogStep = 500;

}  // namespace

std::vector<Retention> message_retention(const Directory& directory) {
  std::vector<Retention> found{{TenantId{}, kUnclaimedKept}};
  for (const auto& tenant : directory.all())
    if (tenant->limits.retention_days > 0)
      found.push_back(
          {tenant->id, std::chrono::days(std::min(tenant->limits.retention_days, Admin::kMaxRetentionDays))});
  return found;
}

std::vector<Retention> media_retention(const Directory& directory) {
  std::vector<Retention> found;
  for (const auto& tenant : directory.all()) {
    const auto& limits = tenant->limits;
    const auto days = limits.media_days > 0 ? limits.media_days : limits.retention_days;
    if (days > 0) found.push_back({tenant->id, std::chrono::days(std::min(days, Admin::kMaxRetentionDays))});
  }
  return found;
}

std::vector<Retention> log_retention(const Directory& directory) {
  std::vector<Retention> found{{TenantId{}, DeliveryLog::kKept}};
  for (const auto& tenant : directory.all()) {
    std::chrono::days keep(tenant->delivery.log_days);
    if (tenant->limits.retention_days > 0) keep = std::min(keep, std::chrono::days(tenant->limits.retention_days));
    found.push_back({tenant->id, keep});
  }
  return found;
}

Task<> expire_log(DeliveryLog& log, std::vector<Retention> retention, Clock& clock) {
  for (const auto& [tenant, keep] : retention) {
    std::size_t step = kLogStep;
    while (step >= kLogStep) {
      const auto gone = co_await log.expire(tenant, clock.now() - keep, kLogStep);
      if (!gone) {
        log::warn("delivery_log.expire_failed reason=\"{}\"", gone.error().message);
        co_return;
      }
      step = *gone;
    }
  }
}

}  // namespace claw
