#include "conversation/turn_places.hpp"

#include <vector>

namespace claw {

Task<TurnPlaces::Place> TurnPlaces::take(TenantId tenant) {
  const auto limit = limit_of_(tenant);
  if (limit == 0) co_return Place();
  const int given = co_await complete_with<int>([&](Completion<int> done) {
    bool free = false;
    {
      std::scoped_lock lock(mutex_);
      if (!stopped_) {
        auto& of = tenants_[tenant.value];
        free = of.waiting.empty() && of.taken < limit;
        if (!free) return of.waiting.push_back(std::move(done));
        ++of.taken;
      }
    }
    done(free ? 1 : 0);
  });
  if (given == 0) co_return Place();
  co_return Place(*this, tenant);
}

void TurnPlaces::give_back(TenantId tenant) {
  const auto limit = limit_of_(tenant);
  std::vector<Completion<int>> next;
  {
    std::scoped_lock lock(mutex_);
    const auto found = tenants_.find(tenant.value);
    auto& of = found->second;
    --of.taken;
    // More than one where the limit was raised meanwhile, or lifted.
    for (; !of.waiting.empty() && (limit == 0 || of.taken < limit); ++of.taken) {
      next.push_back(std::move(of.waiting.front()));
      of.waiting.pop_front();
    }
    if (of.taken == 0 && of.waiting.empty()) tenants_.erase(found);
  }
  for (auto& done : next) done(1);
}

void TurnPlaces::stop() {
  std::vector<Completion<int>> waiting;
  {
    std::scoped_lock lock(mutex_);
    stopped_ = true;
    for (auto& [tenant, of] : tenants_)
      while (!of.waiting.empty()) {
        waiting.push_back(std::move(of.waiting.front()));
        of.waiting.pop_front();
      }
  }
  for (auto& done : waiting) done(0);
}

}  // namespace claw
