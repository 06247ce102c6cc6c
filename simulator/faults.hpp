#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace claw::sim {

enum class FaultKind {
  // Of webhooks.
  kBatch,         ///< Several webhooks of a number in one body.
  kDuplicate,     ///< The same body twice.
  kReorder,       ///< Several webhooks of a number, last one first.
  kDelay,         ///< Later than it could be.
  kDropDelivery,  ///< The connection ends in the middle of the body; then it is repeated as usual.
  // Of Graph calls: before the call is done …
  kHttp500,
  kHttp503,
  kDropConnection,
  kHtmlError,
  kError,
  // … and after it.
  kLoseAnswer,
  kNoId,
  kEmptyBody,
  kSlow,
  kFailedStatus,  ///< Accepted; a status `failed` follows.
};
[[nodiscard]] const char* to_string(FaultKind kind);
[[nodiscard]] bool is_of_webhooks(FaultKind kind);

/// Which Graph calls a fault is for: sends, read receipts with their typing indicator, or every call there is.
enum class FaultCalls { kSend, kMark, kAny };

/// How the webhooks of a batch stand in one body: as items of one change, as changes of one entry, or as entries.
enum class BatchShape { kItems, kChanges, kEntries };

/// Something that shall go wrong, how often, and for whom. What a kind does not use is ignored.
struct Fault {
  std::uint64_t id = 0;  ///< Given by Faults.
  FaultKind kind = FaultKind::kHttp500;
  std::string number{};  ///< Phone number id; empty: any.
  std::string phone{};   ///< The person's wa_id; empty: anybody.
  FaultCalls calls = FaultCalls::kSend;
  double probability = 1;
  std::uint64_t count = 1;  ///< How often it may strike.
  std::uint64_t struck = 0;
  TimePoint until{};                ///< When it ends by itself.
  std::chrono::milliseconds ms{0};  ///< kSlow, kDelay: how long; kBatch, kReorder: how long to wait for others.
  std::size_t size = 2;             ///< kBatch, kReorder: how many webhooks.
  BatchShape shape = BatchShape::kItems;
  int code = 131000;                              ///< kError, kFailedStatus: Meta's code …
  std::optional<int> http{};                      ///< … and where its list shall not decide, the status …
  std::optional<std::string> title{}, details{};  ///< … and the words.
  std::optional<int> retry_after{};               ///< Seconds.
};

/// Reads a fault in the control API's shape; README.md beside this file has it. Fails with kInvalid naming the first
/// member that cannot be.
[[nodiscard]] Result<Fault> read_fault(const boost::json::object& json, TimePoint now);
/// The same shape, with "id", "struck", "active", "left".
[[nodiscard]] boost::json::object fault_json(const Fault& fault, TimePoint now);

/// What shall go wrong. Each fault ends by itself: after it struck as often as it may, or when its time is over; it
/// stays to be read until kMaxKept newer ones are there. Not thread-safe.
class Faults {
 public:
  static constexpr std::size_t kMaxActive = 100;
  static constexpr std::size_t kMaxKept = 200;
  static constexpr std::chrono::hours kLasts{1};  ///< Where nothing else is said.
  static constexpr std::chrono::hours kLongest{7 * 24};

  /// `clock` must outlive this object; `seed` decides what is left to chance.
  Faults(const Clock& clock, std::uint64_t seed) : clock_(clock), random_(seed) {}

  /// Returns the id. Fails with kTransient where kMaxActive are active.
  Result<std::uint64_t> add(Fault fault);
  /// Ends and forgets it. False: there is no such fault.
  bool remove(std::uint64_t id);
  void clear() { faults_.clear(); }

  /// True where nothing can go wrong: who asks first spares finding out what a call is about.
  [[nodiscard]] bool idle() const { return faults_.empty(); }

  /// The first active fault of those that `wanted` takes which is for this number and person, counted as struck.
  template <class Wanted>
  std::optional<Fault> strike(std::string_view number, std::string_view phone, Wanted wanted) {
    for (Fault& fault : faults_) {
      if (wanted(fault) && may_strike(fault, number, phone)) {
        ++fault.struck;
        return fault;
      }
    }
    return std::nullopt;
  }

  /// Oldest first, with those that ended.
  [[nodiscard]] const std::deque<Fault>& all() const { return faults_; }
  [[nodiscard]] bool is_active(const Fault& fault) const {
    return fault.struck < fault.count && clock_.now() < fault.until;
  }

 private:
  bool may_strike(const Fault& fault, std::string_view number, std::string_view phone);

  const Clock& clock_;
  std::mt19937_64 random_;
  std::deque<Fault> faults_;
  std::uint64_t last_ = 0;
};

}  // namespace claw::sim
