#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.hpp"
#include "simulator/meta.hpp"

namespace claw::sim {

struct GraphCall;

/// What becomes of a Graph call by the faults that are set.
struct GraphFaults {
  std::optional<Fault> fault;         ///< The one that strikes besides slowness.
  std::string phone{};                ///< The person the call is about; empty where nobody asked.
  std::chrono::milliseconds slow{0};  ///< How long the answer is to be kept back.

  /// True where the call is answered with refusal() and never done.
  [[nodiscard]] bool refuses() const;
};

/// Finds and counts the faults that strike this call.
[[nodiscard]] GraphFaults strike_graph_call(Meta& meta, const GraphCall& call);

/// The answer in place of the call's. It may be one that closes the connection.
[[nodiscard]] net::HttpResponse refusal(const Fault& fault, std::string_view trace);

/// Does to the answer of an accepted call what the fault wants.
void spoil(const Fault& fault, net::HttpResponse& answer);

}  // namespace claw::sim
