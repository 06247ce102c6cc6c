#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "simulator/numbers.hpp"
#include "simulator/timers.hpp"

namespace claw::sim {

/// A webhook on its way. Its bytes never change from one attempt to the next.
struct Delivery {
  enum class State { kWaiting, kInFlight, kAnswered, kGivenUp };

  std::uint64_t id = 0;  ///< Given by Deliveries.
  std::string number;
  std::string phone;
  std::string message;                      ///< wamid
  std::vector<std::string> also{};          ///< Further wamids, where several webhooks became one.
  std::string what;                         ///< text, sent, delivered, …
  std::shared_ptr<const std::string> body;  // shared with the attempt under way and with the journal
  TimePoint since;
  bool drop_first = false;  ///< The first attempt ends in the middle of the body.
  State state = State::kWaiting;
  int attempts = 0;
  int status = 0;      ///< HTTP status of the last attempt; 0: no answer.
  std::string reason;  ///< Why the last attempt did not count.
  std::optional<TimePoint> next_try;
};
[[nodiscard]] const char* to_string(Delivery::State state);

/// One POST that is to be made now.
struct Attempt {
  std::uint64_t delivery = 0;
  std::string url;
  std::string signature;
  std::shared_ptr<const std::string> body;  // shared with the delivery
  bool drop = false;                        ///< Close the connection in the middle of the body.
};

/// What came of it. `status` 0: no answer, and `reason` says why in words.
struct AttemptResult {
  int status = 0;
  std::string reason{};
  std::string answer{};
  std::chrono::milliseconds took{0};
};

/// Brings webhooks to the callback of their number and repeats each until it is answered 2xx.
///
/// Deliveries are independent: one that fails holds up no other, and one number's trouble stays with that number. They
/// start in the order they were added, but with several under way they may arrive in another, as Meta's do. Callback
/// and app secret are those of the moment of the attempt. Not thread-safe.
class Deliveries {
 public:
  /// Meta repeats "up to 7 days"; its steps are not documented. Ours double from a second to a minute, so that a
  /// developer who restarts his server is not kept waiting.
  static constexpr std::chrono::milliseconds kFirstPause{1'000};
  static constexpr std::chrono::milliseconds kLongestPause{60'000};
  static constexpr std::chrono::hours kGiveUpAfter{7 * 24};
  static constexpr std::size_t kInFlightPerNumber = 48;  ///< Below the client's 64 connections for one host.
  static constexpr std::size_t kMaxWaiting = 200'000;    ///< About 250 MB.

  using Send = std::function<void(Attempt)>;
  /// After each change. `result` where an attempt just ended.
  using Tell = std::function<void(const Delivery&, const AttemptResult* result)>;

  /// `send` starts an attempt and returns; settle() must follow once, later. What is referred to must outlive this.
  Deliveries(const Clock& clock, Timers& timers, const Numbers& numbers, Send send, Tell tell);

  /// Starts it as soon as its number has room. False, and nothing happens, while kMaxWaiting are on their way.
  [[nodiscard]] bool add(Delivery delivery);

  /// The end of the attempt that `send` was given.
  void settle(std::uint64_t delivery, const AttemptResult& result);

  /// How many are neither answered nor given up.
  [[nodiscard]] std::size_t open() const { return open_.size(); }

  /// The pause after the `attempts`th attempt.
  [[nodiscard]] static std::chrono::milliseconds pause_after(int attempts);

 private:
  struct Lane {
    std::deque<std::uint64_t> ready;
    std::size_t in_flight = 0;
  };
  void make_ready(std::uint64_t id);
  void fill(Lane& lane);
  void start(Delivery& delivery, Lane& lane);
  void finish(Delivery& delivery, const AttemptResult& result);

  const Clock& clock_;
  Timers& timers_;
  const Numbers& numbers_;
  Send send_;
  Tell tell_;
  std::unordered_map<std::uint64_t, Delivery> open_;
  std::unordered_map<std::string, Lane> lanes_;  ///< By number id.
  std::uint64_t last_ = 0;
};

}  // namespace claw::sim
