#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "ledger/tenant_queues.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// What is counted of each tenant. The order is that of the page.
enum class TenantCount : std::uint8_t {
  kMessages,     ///< Came in and wait for their turn.
  kAnswered,     ///< Turns that ended with an answer, or with none because there is nothing to say.
  kAgentFailed,  ///< Turns that ended without an answer.
  kSent,
  kSendFailed,
  kSendUnknown,
};
inline constexpr std::size_t kTenantCounts = 6;

/// Figures of the operator's page by tenant, of a bounded number of tenants: the first kMaxNamed by name at the start
/// and whoever comes while there is room; the others are one, called kOther.
///
/// add() costs a look into a table without locks and one relaxed addition; the first of a tenant that is new takes a
/// mutex. All is safe from any thread.
class TenantMetrics {
 public:
  /// Each has eleven series, which Prometheus keeps for as long as it keeps anything.
  static constexpr std::size_t kMaxNamed = 200;
  /// No tenant can be called so.
  static constexpr std::string_view kOther = "(other)";

  /// `directory` must outlive this object, and has been read.
  explicit TenantMetrics(const Directory& directory);

  void add(TenantId tenant, TenantCount what, std::uint64_t count = 1);
  /// What waits, as it was read at `now`. One call at a time.
  void set_waiting(const std::vector<TenantQueueRow>& rows, TimePoint now);

  /// In Prometheus' text format.
  [[nodiscard]] std::string page() const;

 private:
  struct Figures {
    std::string name;
    std::array<std::atomic<std::uint64_t>, kTenantCounts> counts{};
    std::array<std::atomic<std::int64_t>, 2> waiting{};    ///< Turns, outbox.
    std::array<std::atomic<std::int64_t>, 2> oldest_ms{};  ///< Age of the oldest.
  };
  /// Found by the tenant's id, from its hash on; 0: free. `figures` is written before `tenant` is.
  struct Place {
    std::atomic<std::int64_t> tenant = 0;
    Figures figures;
  };
  static constexpr std::size_t kPlaces = 512;  ///< Power of two, more than twice kMaxNamed: few collide.
  [[nodiscard]] static std::size_t place_of(TenantId tenant);
  [[nodiscard]] Figures& figures_of(TenantId tenant);
  /// REQUIRES: mutex_ is held.
  Figures& name(TenantId tenant, const std::string& name);
  /// All that have series, by name.
  [[nodiscard]] std::vector<const Figures*> shown() const;

  const Directory& directory_;
  std::array<Place, kPlaces> places_;
  Figures other_;
  std::atomic<std::size_t> named_ = 0;
  std::mutex mutex_;  // whoever names a tenant holds it
};

}  // namespace claw
