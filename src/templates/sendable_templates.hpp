#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.hpp"
#include "base/ids.hpp"

namespace claw {

/// Templates that nothing is known to be wrong with, in memory, so that a campaign does not read its template with each
/// of its messages. Those that Meta would refuse are never here.
///
/// Whoever changes a tenant's templates calls forget() after the change was written, also where writing failed: it may
/// be there all the same. As such a change may even show itself later, when the store is opened again, nothing is
/// trusted for longer than kTrusted.
///
/// Safe to call from any thread.
class SendableTemplates {
 public:
  static constexpr std::chrono::minutes kTrusted{1};  ///< One reading a minute for each template in use.
  /// When one more comes all are forgotten, which costs each one reading; of an account Meta allows 6,000.
  static constexpr std::size_t kMaxRemembered = 10'000;

  struct Name {
    TenantId tenant;
    std::string waba_id;
    std::string name;
    std::string language;
    friend auto operator<=>(const Name&, const Name&) = default;
  };

  [[nodiscard]] bool has(const Name& name, TimePoint now) const;
  /// To be asked before a reading begins.
  [[nodiscard]] std::uint64_t changes() const;
  /// What a reading found that began at `now` and `as_of` so many changes. One that a change overtook is not kept.
  void remember(Name name, TimePoint now, std::uint64_t as_of);
  void forget(TenantId tenant);

  [[nodiscard]] std::size_t remembered() const;

 private:
  mutable std::mutex mutex_;
  std::map<Name, TimePoint> known_;  // guarded by mutex_: since when
  std::uint64_t changes_ = 0;        // guarded by mutex_
};

}  // namespace claw
