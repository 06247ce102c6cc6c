#pragma once

#include "graph/graph.hpp"
#include "ledger/ledger.hpp"

namespace claw {

/// What becomes of a send after one outcome, by the class of Meta's error (wa-error-codes: yes, later, fix, no).
///
/// | outcome | then | until |
/// |---|---|---|
/// | sent | kSent | |
/// | not sent | again after 1 s, 2 s, 4 s … 60 s | 24 h after `created` |
/// | refused, yes | again after 1 s, 4 s, 16 s, 60 s | 5 tries |
/// | refused, later | again after 6 s, 12 s … 10 min | 24 h after `created` |
/// | refused, fix: authorization | again after 1 min … 10 min: someone may mend the token | 24 h after `created` |
/// | refused, fix: all else; no | kFailed | |
/// | ambiguous | kUnknown: its status settles it | |
///
/// Meta's Retry-After wins over a delay that is shorter. `tries` counts the one that just ended. `jitter` in [0, 1)
/// lengthens each delay by up to a quarter. Pure.
[[nodiscard]] SendOutcome after_send(const GraphOutcome& outcome, int tries, TimePoint created, TimePoint now,
                                     double jitter);

/// How long a whole phone number rests after this outcome, 10 min at most; 0 for most. Throughput limits (130429,
/// 80007, 4) are the number's, the WABA's or the app's; the pair limit (131056) is only this conversation's.
[[nodiscard]] std::chrono::milliseconds number_rest(const GraphOutcome& outcome);

}  // namespace claw
