#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>

#include "base/io_pool.hpp"
#include "base/task_group.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// Meta asked whether a callback URL is ours.
struct Verification {
  TimePoint at;
  bool verified = false;
  std::string outcome;  ///< "verified", or why it was refused.
};

/// The first signed webhook about a number.
struct FirstWebhook {
  TimePoint at;
  std::string waba_id;  ///< Its entry.id.
};

/// Requests to a tenant's webhook whose signature did not fit, since this process began.
struct UnsignedRequests {
  std::uint64_t count = 0;
  TimePoint last;
};

/// What has happened between Meta and each tenant: what a set-up shows live.
///
/// Kept among the tenant's settings ("webhook.…"), so that it is there after a restart and read from memory; the count
/// of unsigned requests only lives in memory, for anybody can make them. Whoever notes something never waits for the
/// disk longer than the coroutine it awaits; all is safe from any thread.
class ConnectionNotes {
 public:
  /// Anyone can call a verification address, and send unsigned requests: what they leave is not written down, or told,
  /// more often than this for a tenant.
  static constexpr std::chrono::seconds kStrangersEvery{2};

  /// Told after something new was noted of a tenant.
  using Listener = std::function<void(TenantId)>;

  /// All must outlive this object.
  ConnectionNotes(IoPool& io, TenantStore& store, Directory& directory, Clock& clock);

  /// REQUIRES: called before anything is noted.
  void set_listener(Listener listener) { noted_ = std::move(listener); }

  /// `refusal` empty: verified.
  Task<> verification(const Tenant& tenant, std::string_view refusal);

  void unsigned_request(const Tenant& tenant);
  [[nodiscard]] UnsignedRequests unsigned_requests(TenantId tenant) const;

  /// A signed item about one of the tenant's own numbers came. Costs a look into memory where one was noted before.
  void webhook(const Tenant& tenant, const std::string& phone_number_id, const std::string& waba_id);

  /// Keeps a setting of the gateway's own; in force, and told to the listener, when it returns.
  [[nodiscard]] Task<Result<void>> keep(TenantId tenant, std::string name, std::string value);

 private:
  Task<> write_first(TenantId tenant, std::string name, std::string value);
  [[nodiscard]] bool strangers_may(std::unordered_map<std::int64_t, TimePoint>& last, TenantId tenant, TimePoint now);

  IoPool& io_;
  TenantStore& store_;
  Directory& directory_;
  Clock& clock_;
  Listener noted_;  // constant after set_listener()
  mutable std::mutex mutex_;
  std::unordered_map<std::int64_t, TimePoint> refused_;           // guarded by mutex_: tenant -> last written
  std::unordered_map<std::int64_t, TimePoint> verified_;          // guarded by mutex_: the same
  std::unordered_map<std::int64_t, TimePoint> told_;              // guarded by mutex_: of unsigned requests
  std::unordered_map<std::int64_t, UnsignedRequests> unsigned_;   // guarded by mutex_
  std::set<std::pair<std::int64_t, std::string>> being_written_;  // guarded by mutex_
  TaskGroup tasks_;
};

/// What is noted of a tenant; nothing where it has not happened.
[[nodiscard]] std::optional<Verification> last_verification(const Tenant& tenant);
/// When Meta last verified the callback URL, whoever tried after that.
[[nodiscard]] std::optional<TimePoint> verified_at(const Tenant& tenant);
[[nodiscard]] std::optional<FirstWebhook> first_webhook(const Tenant& tenant, const std::string& phone_number_id);
/// The accounts (WABAs) that the number may be of: as claimed, else as set, else as its first webhook said; most often
/// one, and none where nobody knows.
[[nodiscard]] std::vector<std::string> wabas_of(const Tenant& tenant, const std::string& phone_number_id);

/// "2026-11-25T15:30:00Z" and back; nothing for other texts.
[[nodiscard]] std::string note_time(TimePoint time);
[[nodiscard]] std::optional<TimePoint> read_note_time(std::string_view text);

}  // namespace claw
