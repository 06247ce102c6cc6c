#pragma once

#include <mutex>

#include "ledger/delivery_log.hpp"

namespace claw::testing {

/// A delivery log that keeps what it is told as it was told.
class RecordedLog final : public DeliveryLog {
 public:
  void note(Exchange exchange) override {
    std::scoped_lock lock(mutex_);
    told_.push_back(std::move(exchange));
  }
  [[nodiscard]] std::vector<Exchange> told() const {
    std::scoped_lock lock(mutex_);
    return told_;
  }
  [[nodiscard]] Task<Result<Page<ExchangeRow>>> find(TenantId, ExchangeFilter) override {
    return nothing<Page<ExchangeRow>>();
  }
  [[nodiscard]] Task<Result<ExchangeDetail>> exchange(TenantId, std::int64_t) override {
    return nothing<ExchangeDetail>();
  }
  [[nodiscard]] Task<Result<std::size_t>> expire(TenantId, TimePoint, std::size_t) override {
    return nothing<std::size_t>();
  }

 private:
  template <class T>
  static Task<Result<T>> nothing() {
    co_return fail(ErrorKind::kTransient, "it only listens");
  }
  mutable std::mutex mutex_;
  std::vector<Exchange> told_;  // guarded by mutex_
};

}  // namespace claw::testing
