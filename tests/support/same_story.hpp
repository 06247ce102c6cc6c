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

/// The same of the delivery log:
///
/// - what a person wrote stands in a webhook that was taken;
/// - of an answer there is a call to Meta for each attempt, but for the `tokenless` ones of all, one of which at most
/// was taken; where the last was refused
///   and the answer failed of it, both name the same error.
///
/// REQUIRES: as above, and that no process was killed, for the log may lose its last rows then.
[[nodiscard]] std::vector<std::string> log_disagreements(RealPrograms& programs, std::size_t tokenless = 0);

}  // namespace claw::testing
