#pragma once

#include <boost/json/fwd.hpp>

#include "base/result.hpp"

namespace claw::sim {

/// What Meta allows a business number. 0 switches a rate off.
///
/// The numbers are Meta's (throughput, messaging limits and the customer service window in its documents).
struct Limits {
  int messages_per_second = 80;  ///< Throughput: messages in and out together. 20 and 1000 exist too.
  int pair_per_6s = 1;           ///< Messages to one person in 6 seconds, in the long run.
  int pair_burst = 45;           ///< How many may go to one person at once after a rest.
  bool service_window = true;    ///< Free-form messages only within 24 h of the person's last one.

  /// Nothing is limited: for load and for tests of something else.
  [[nodiscard]] static Limits none();
};

/// {"messages_per_second", "pair_per_6s", "pair_burst", "service_window"}
[[nodiscard]] boost::json::object limits_json(const Limits& limits);

/// Lays the members of `json` over `limits`; "meta" and "none" as a string stand for all of them. Fails with kInvalid
/// saying what may stand there.
[[nodiscard]] Result<Limits> read_limits(const boost::json::value& json, Limits limits);

}  // namespace claw::sim
