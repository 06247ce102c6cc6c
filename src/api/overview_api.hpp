#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "api/guard.hpp"
#include "ledger/ledger.hpp"
#include "net/router.hpp"

namespace claw {

/// GET /api/v1/overview: how a tenant is doing, in figures. docs/openapi.yaml describes it.
class OverviewApi {
 public:
  /// Why a phone number sends nothing now, in words; nothing where it does.
  using WhyHeld = std::function<std::optional<std::string>(const std::string& phone_number_id)>;

  /// Counting the open windows looks at every conversation: what was counted is told for so long.
  static constexpr std::chrono::minutes kCountKept{1};

  /// All must outlive this object, and this object the router.
  OverviewApi(Ledger& ledger, Guard& guard, Clock& clock, WhyHeld why_held)
      : ledger_(ledger), guard_(guard), clock_(clock), why_held_(std::move(why_held)) {}

  void add_routes(net::Router& router);

 private:
  Task<net::HttpResponse> show(net::HttpRequest& request, const Caller& caller);
  Task<Result<std::int64_t>> open_windows(TenantId tenant);

  Ledger& ledger_;
  Guard& guard_;
  Clock& clock_;
  const WhyHeld why_held_;
  struct Count {
    TimePoint at;
    std::int64_t open = 0;
  };
  std::mutex counts_mutex_;
  std::unordered_map<std::int64_t, Count> counts_;  // guarded by counts_mutex_: by tenant
};

}  // namespace claw
