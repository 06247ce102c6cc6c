#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "simulator/deliveries.hpp"
#include "simulator/faults.hpp"
#include "simulator/timers.hpp"

namespace claw::sim {

/// Stands before Deliveries and does to a webhook what a fault wants. Without faults it hands everything on.
///
/// What it holds back it gives away by itself: when enough others came, or when the fault's time is over; nothing is
/// ever lost here. While it holds a webhook of a number for others, the next ones of that number join it.
/// Not thread-safe.
class WebhookFaults {
 public:
  /// All must outlive this object.
  WebhookFaults(Timers& timers, Faults& faults, Deliveries& deliveries)
      : timers_(timers), faults_(faults), deliveries_(deliveries) {}

  /// As Deliveries::add, now or later. What is held counts into its bound.
  [[nodiscard]] bool add(Delivery delivery);

  /// How many webhooks are neither answered nor given up, held ones among them.
  [[nodiscard]] std::size_t open() const { return deliveries_.open() + held_; }
  [[nodiscard]] bool has_room() const { return open() < Deliveries::kMaxWaiting; }

 private:
  /// Webhooks of one number that wait for each other.
  struct Group {
    std::uint64_t id = 0;
    Fault fault;
    std::vector<Delivery> members;
    std::size_t bytes = 0;
  };
  bool strike(Delivery& delivery);
  void join(Group& group, Delivery delivery);
  void release(const std::string& number);
  void hand_on(Delivery delivery);

  Timers& timers_;
  Faults& faults_;
  Deliveries& deliveries_;
  std::unordered_map<std::string, Group> groups_;  ///< By number id.
  std::uint64_t last_group_ = 0;
  std::size_t held_ = 0;
};

}  // namespace claw::sim
