#pragma once

#include <string>

#include "net/client.hpp"
#include "simulator/journal.hpp"

namespace claw::sim {

/// What became of Meta's verification of a callback.
struct Verification {
  bool verified = false;
  int status = 0;        ///< HTTP status; 0: no answer.
  std::string reason{};  ///< Why not, in words.
  Exchange exchange;     ///< For the journal; the verify token is not in it.
};

/// Asks `callback` as Meta does: GET with hub.mode=subscribe, hub.verify_token and hub.challenge. Verified is a
/// callback that answers 200 with exactly the challenge. `client` must outlive the task.
[[nodiscard]] Task<Verification> verify_callback(net::HttpClient& client, std::string callback,
                                                 std::string verify_token, std::string challenge);

/// The words for a call that got no answer.
[[nodiscard]] std::string why_no_answer(const Error& error);

}  // namespace claw::sim
