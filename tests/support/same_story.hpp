#pragma once

#include <string>
#include <vector>

#include "support/real_programs.hpp"

namespace claw::testing {

/// Where the gateway's API, people's phones and the simulator's log tell different stories, each as a sentence; empty
/// where they agree:
///
/// - what a person wrote is stored once and has one answer, which says where it stands, and why where that is unknown
///   or failed;
/// - an answer that reached Meta stands on the phone once, was taken once by the log, and in the order of the ledger;
///   one that is unknown may stand there once or not at all.
///
/// REQUIRES: at_rest(), and answers of one part.
[[nodiscard]] std::vector<std::string> disagreements(RealPrograms& programs);

}  // namespace claw::testing
