#pragma once

#include "delivery/circuit.hpp"
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
/// | authorization, no token | again after 1 min … 10 min: someone may mend it | 24 h after `created` |
/// | refused, fix, and Meta says is_transient | as yes | 5 tries |
/// | refused, fix; no | kFailed | |
/// | ambiguous | kUnknown: its status settles it | |
///
/// Meta's Retry-After wins over a delay that is shorter. `tries` counts the one that just ended. `jitter` in [0, 1)
/// lengthens each delay by up to a quarter. Pure.
[[nodiscard]] SendOutcome after_send(const GraphOutcome& outcome, int tries, TimePoint created, TimePoint now,
                                     double jitter);

/// True where a message of this age is not sent any more: it would be beyond the service window of 24 h.
[[nodiscard]] bool is_too_late(TimePoint created, TimePoint now);

/// How long a whole phone number rests after this outcome, 10 min at most; 0 for most. Throughput limits (130429,
/// 80007, 4) are the number's, the WABA's or the app's (rest_scope()), and maintenance (131057) is the number's; the
/// pair limit (131056) is only this conversation's.
[[nodiscard]] std::chrono::milliseconds number_rest(const GraphOutcome& outcome);

/// Whose limit a number's rest is for: 80007 is the WABA's, 4 the app's, all else the number's own.
enum class RestScope { kNumber, kAccount, kApp };
[[nodiscard]] RestScope rest_scope(const GraphOutcome& outcome);

/// Meta's word that the number sends too fast (130429, or a 429 without a word).
[[nodiscard]] bool is_throughput_refusal(const GraphOutcome& outcome);
/// Meta's word that the person's service window is closed (131047).
inline constexpr std::int64_t kWindowClosedCode = 131047;
[[nodiscard]] bool is_window_refusal(const GraphOutcome& outcome);
/// Meta's word that this person gets too much of this number (131056).
[[nodiscard]] bool is_pair_refusal(const GraphOutcome& outcome);
/// Whether the tenant may send at all: trouble is a token or permission that is missing, expired or refused (0, 3, 10,
/// 190, 200 to 299, 131005, 100/33), which every message of the number would meet.
[[nodiscard]] Circuit::Verdict authorization_verdict(const GraphOutcome& outcome);

}  // namespace claw
