#pragma once

#include <string>
#include <vector>

#include "ledger/ledger.hpp"

namespace claw {

/// A number that the platform's app delivers for and that no tenant has claimed.
struct UnclaimedNumber {
  std::string waba_id;
  std::string phone_number_id;  ///< Empty: changes of the account itself.
  TimePoint first_seen_at;
  TimePoint last_seen_at;
  std::int64_t items = 0;
  std::string newest_raw;  ///< The webhook of its newest item; empty where it is forgotten.
};

struct UnclaimedItem {
  std::int64_t id = 0;
  std::string raw;
};

/// What came to the platform's address and nobody has claimed: the events of tenant 0. Safe to call from any coroutine;
/// fails as Ledger does.
class UnclaimedItems {
 public:
  virtual ~UnclaimedItems() = default;

  /// Among the newest kMaxWalk items, those seen last first; kMaxListed at most.
  [[nodiscard]] virtual Task<Result<std::vector<UnclaimedNumber>>> list() = 0;
  /// Those of the number, and of the account itself, oldest first.
  [[nodiscard]] virtual Task<Result<std::vector<UnclaimedItem>>> items(std::string waba_id, std::string phone_number_id,
                                                                       std::size_t limit) = 0;
  /// They have been given to somebody, and are not told of any more.
  [[nodiscard]] virtual Task<Result<void>> delivered(std::vector<std::int64_t> ids) = 0;

  static constexpr std::size_t kMaxListed = 200;
};

}  // namespace claw
