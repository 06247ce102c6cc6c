#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"

namespace claw {

/// How often somebody may try to sign in, so that passwords and codes cannot be guessed.
///
/// Three counts, each a bucket that fills again by itself: one for the address, one for the account as tried from this
/// address, and one for the account from everywhere, which is for attacks from many addresses. From an address that the
/// account is known to use, the last one does not count: so a stranger cannot keep a person out.
///
/// Memory is bounded: where there are too many buckets, those that were used least go. Safe from any thread.
class Attempts {
 public:
  struct Limit {
    double burst;                        ///< Tries at once.
    std::chrono::milliseconds recovery;  ///< For one more.
  };
  static constexpr Limit kOfAddress{30, std::chrono::seconds(10)};
  static constexpr Limit kOfAccountAtAddress{6, std::chrono::seconds(60)};
  /// With six digits, a window of three codes and the password already known: 1 in 460 a day.
  static constexpr Limit kOfAccount{20, std::chrono::seconds(120)};
  static constexpr std::size_t kMaxBuckets = 10'000;

  struct Refusal {
    std::chrono::seconds retry_after;
    bool is_first;  ///< The account was not refused since its buckets were full: worth a line in the log.
  };

  explicit Attempts(Clock& clock) : clock_(clock) {}

  /// Counts a try, or refuses it. `account` is any text; `from` an address (of IPv6 the /64 counts, which is what one
  /// subscriber has).
  [[nodiscard]] std::optional<Refusal> begin(const std::string& account, const std::string& from, bool is_known);
  /// The try was none: who made it knew the password.
  void give_back(const std::string& account, const std::string& from);

  [[nodiscard]] std::size_t buckets() const;

 private:
  struct Bucket {
    double used = 0;
    TimePoint at;
    bool told = false;  ///< A refusal was told of.
  };
  using Buckets = std::unordered_map<std::string, Bucket>;
  struct Kind {
    Limit limit;
    Buckets buckets = {};
  };
  static double used(const Bucket& bucket, const Limit& limit, TimePoint now);
  static Bucket& bucket_of(Kind& kind, const std::string& key, TimePoint now);
  static std::chrono::milliseconds wait_for(const Bucket& bucket, const Limit& limit);

  Clock& clock_;
  mutable std::mutex mutex_;
  Kind addresses_{kOfAddress};                       // guarded by mutex_
  Kind accounts_at_addresses_{kOfAccountAtAddress};  // guarded by mutex_
  Kind accounts_{kOfAccount};                        // guarded by mutex_
};

}  // namespace claw
