#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <unordered_map>

#include "base/ids.hpp"
#include "base/task.hpp"

namespace claw {

/// Places for turns, of tenants that may have so many at a time: who finds none waits, and gets the next in the order
/// of asking. No tenant waits for another. Safe from any thread.
class TurnPlaces {
 public:
  /// A place that is given back when this goes; empty where the tenant has no limit, or after stop().
  class Place {
   public:
    Place() = default;
    Place(TurnPlaces& places, TenantId tenant) : places_(&places), tenant_(tenant) {}
    Place(Place&& other) noexcept : places_(std::exchange(other.places_, nullptr)), tenant_(other.tenant_) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
      if (places_) places_->give_back(tenant_);
    }

   private:
    TurnPlaces* places_ = nullptr;
    TenantId tenant_;
  };
  /// 0: no limit. Asked each time: it may be changed while turns wait.
  using LimitOf = std::function<std::size_t(TenantId)>;
  explicit TurnPlaces(LimitOf limit_of) : limit_of_(std::move(limit_of)) {}

  /// This object must outlive the place.
  [[nodiscard]] Task<Place> take(TenantId tenant);
  /// Nobody waits any more. Idempotent.
  void stop();

 private:
  struct Of {
    std::size_t taken = 0;
    std::deque<Completion<int>> waiting;
  };
  void give_back(TenantId tenant);

  const LimitOf limit_of_;
  std::mutex mutex_;
  bool stopped_ = false;                          // guarded by mutex_
  std::unordered_map<std::int64_t, Of> tenants_;  // guarded by mutex_: those with places taken
};

}  // namespace claw
