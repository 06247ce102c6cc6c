#pragma once

#include <algorithm>

#include "base/clock.hpp"

namespace claw {

/// Holds back what is known to be refused: open after a refusal that every message would meet, it lets one through now
/// and then, the probe, and closes when that one passes.
///
/// Pure; times go forward only.
class Circuit {
 public:
  static constexpr std::chrono::minutes kFirstProbe{1};
  static constexpr std::chrono::minutes kLongestWait{10};  ///< Between two probes; each waits twice as long.

  enum class Verdict {
    kPassed,    ///< The trouble was not met, whatever else became of the message.
    kTrouble,   ///< It was met.
    kNotAsked,  ///< Nobody knows: no answer came.
  };

  [[nodiscard]] bool is_open() const { return wait_.count() > 0; }
  /// When the next message may go: `now` or later; TimePoint::max() while a probe is under way.
  [[nodiscard]] TimePoint earliest(TimePoint now) const {
    if (!is_open()) return now;
    return probing_ ? TimePoint::max() : std::max(now, probe_at_);
  }
  /// A message goes; true if it is the probe. REQUIRES: earliest(now) is now.
  [[nodiscard]] bool sent() { return probing_ = is_open(); }

  /// A message that went has ended. Once it is open, only the probe's word counts: the others went before.
  void ended(bool probe, Verdict verdict, TimePoint now) {
    if (is_open() && !probe) return;
    probing_ = false;
    if (verdict == Verdict::kPassed) wait_ = {};
    if (verdict != Verdict::kTrouble) return;
    wait_ = is_open() ? std::min<std::chrono::minutes>(wait_ * 2, kLongestWait) : kFirstProbe;
    probe_at_ = now + wait_;
  }
  /// Something changed that may have mended it: the next message is a probe.
  void try_now(TimePoint now) { probe_at_ = now; }

 private:
  std::chrono::minutes wait_{0};  ///< 0: closed.
  TimePoint probe_at_{};
  bool probing_ = false;
};

}  // namespace claw
