#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ledger/event_store.hpp"
#include "tenancy/admin.hpp"
#include "tenancy/vault.hpp"

namespace claw {

/// What can be set of a sink; what is missing stays.
struct SinkChange {
  std::optional<std::string> name = {};
  std::optional<std::string> url = {};
  std::optional<std::vector<std::string>> events = {};  ///< Names of EventKind; at least one.
  std::optional<bool> enabled = {};
};

/// A sink and its secret, at the only times at which that is known.
struct NewSink {
  SinkRow row;
  std::string secret;
};

/// All that can be done to the addresses at which a tenant wants to be told of events.
///
/// Changes are durable and in the audit log when they return, and are in force with the next event. Fails with
/// kInvalid, kNotFound (also another tenant's), kConflict (a name that is taken; a sink that belongs to an agent),
/// kStale, kTransient. Safe to call from any coroutine.
class Sinks {
 public:
  static constexpr std::size_t kMaxSinks = 20;  ///< Of one tenant: each event is written once for each.
  static constexpr std::size_t kMaxNameBytes = 100;
  static constexpr std::chrono::hours kBothSecrets{24};  ///< After a rotation the old one signs as well for so long.

  using Listener = std::function<void(TenantId)>;
  /// All must outlive this object. `changed` is told after each change.
  Sinks(EventStore& store, const Vault& vault, Clock& clock, Listener changed)
      : store_(store), vault_(vault), clock_(clock), changed_(std::move(changed)) {}

  [[nodiscard]] Task<Result<std::vector<SinkRow>>> list(TenantId tenant);
  [[nodiscard]] Task<Result<SinkRow>> find(TenantId tenant, std::int64_t sink);
  [[nodiscard]] Task<Result<NewSink>> create(By by, TenantId tenant, SinkChange wish);
  [[nodiscard]] Task<Result<SinkRow>> change(By by, TenantId tenant, std::int64_t sink, SinkChange wish);
  [[nodiscard]] Task<Result<NewSink>> rotate(By by, TenantId tenant, std::int64_t sink);
  [[nodiscard]] Task<Result<void>> remove(By by, TenantId tenant, std::int64_t sink);
  /// Events are sent again: how many.
  [[nodiscard]] Task<Result<std::size_t>> replay(By by, TenantId tenant, std::int64_t sink, ReplayWish wish);

 private:
  /// Of no agent.
  [[nodiscard]] Task<Result<SinkRow>> own(TenantId tenant, std::int64_t sink);
  [[nodiscard]] Change noted(const By& by, const SinkRow& row, std::string action, std::string what) const;
  /// Ends a change: the row as it is now.
  [[nodiscard]] Task<Result<SinkRow>> done(TenantId tenant, std::int64_t sink, Result<void> written);

  EventStore& store_;
  const Vault& vault_;
  Clock& clock_;
  const Listener changed_;
};

/// Under what a sink's secret is sealed.
inline constexpr const char* kSinkSecret = "event sink";

}  // namespace claw
