#include "templates/sendable_templates.hpp"

#include <utility>

namespace claw {

bool SendableTemplates::has(const Name& name, TimePoint now) const {
  std::scoped_lock lock(mutex_);
  const auto found = known_.find(name);
  return found != known_.end() && now >= found->second && now - found->second < kTrusted;
}

std::uint64_t SendableTemplates::changes() const {
  std::scoped_lock lock(mutex_);
  return changes_;
}

void SendableTemplates::remember(Name name, TimePoint now, std::uint64_t as_of) {
  std::scoped_lock lock(mutex_);
  if (as_of != changes_) return;
  if (known_.size() >= kMaxRemembered && !known_.contains(name)) known_.clear();
  known_.insert_or_assign(std::move(name), now);
}

void SendableTemplates::forget(TenantId tenant) {
  std::scoped_lock lock(mutex_);
  ++changes_;
  known_.erase(known_.lower_bound({tenant, {}, {}, {}}), known_.lower_bound({TenantId{tenant.value + 1}, {}, {}, {}}));
}

std::size_t SendableTemplates::remembered() const {
  std::scoped_lock lock(mutex_);
  return known_.size();
}

}  // namespace claw
