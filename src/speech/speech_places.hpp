#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace claw {

/// Places for transcriptions, so many for each tenant: who finds none waits, and gets the next in the order of asking.
/// Safe from any thread.
class SpeechPlaces {
  struct Of;

 public:
  /// Waiting messages of one tenant; each holds its audio in memory.
  static constexpr std::size_t kMaxWaiting = 64;

  /// A place that is given back when this goes. The SpeechPlaces it is of must outlive it.
  class Place {
   public:
    Place(SpeechPlaces& places, TenantId tenant, std::shared_ptr<Of> of)
        : places_(&places), tenant_(tenant), of_(std::move(of)) {}
    Place(Place&& other) noexcept = default;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (of_) places_->give_back(tenant_, *of_);
    }

   private:
    SpeechPlaces* places_;
    TenantId tenant_;
    std::shared_ptr<Of> of_;  // shared with the tenant's others; empty once moved from
  };

  SpeechPlaces();
  ~SpeechPlaces();

  /// `at_once` is heeded as it was when the first of those asked that are there now. Fails with kTransient where
  /// kMaxWaiting wait already. Cancellation ends the wait with operation_aborted, and takes no place.
  [[nodiscard]] Task<Result<Place>> take(TenantId tenant, std::size_t at_once);

 private:
  void give_back(TenantId tenant, Of& of);
  void leave(TenantId tenant, Of& of);

  std::mutex mutex_;
  std::unordered_map<TenantId, std::shared_ptr<Of>> tenants_;  // guarded by mutex_: those with somebody here
};

}  // namespace claw
