#pragma once

#include <string_view>

#include <boost/json/fwd.hpp>

#include "net/event_hub.hpp"

namespace claw::sim {

/// Tells listening pages what changed. A topic is a person's number; a listener to none hears all.
class Events : public net::EventHub {
 public:
  /// What waits for one page: exchanges are shown with their bodies.
  static constexpr std::size_t kMaxWaitingBytes = 1024 * 1024;

  Events() : EventHub({.waiting_bytes = kMaxWaitingBytes}) {}

  /// `phone` empty: for everybody.
  void publish(std::string_view phone, std::string_view name, const boost::json::object& data);
};

}  // namespace claw::sim
