#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"

namespace claw::sim {

/// How long people wait for an answer, as their phones see it: from what somebody wrote to the next message that the
/// business sends them. Who writes again before that waits since the first.
///
/// Bounded: the last kMaxKept answers of a number, and kMaxWaiting people. Not thread-safe.
class AnswerTimes {
 public:
  static constexpr std::size_t kMaxKept = 100'000;
  static constexpr std::size_t kMaxWaiting = 100'000;

  void wrote(std::string_view number, std::string_view person, TimePoint now);
  void answered(std::string_view number, std::string_view person, TimePoint now);
  /// Forgets the answers; who waits goes on waiting.
  void clear() { kept_.clear(); }

  struct Figures {
    std::size_t answers = 0;
    std::size_t waiting = 0;
    std::chrono::milliseconds p50{}, p99{}, max{};
  };
  /// Of the number `only`, or of all but `without`; empty: of all.
  [[nodiscard]] Figures figures(std::string_view only, std::string_view without) const;

 private:
  std::unordered_map<std::string, std::deque<std::chrono::milliseconds>> kept_;          // by number
  std::unordered_map<std::string, std::unordered_map<std::string, TimePoint>> waiting_;  // by number and person
  std::size_t waiting_people_ = 0;
};

}  // namespace claw::sim
