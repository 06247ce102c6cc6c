#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "base/clock.hpp"
#include "simulator/graph_error.hpp"
#include "simulator/numbers.hpp"

namespace claw::sim {

struct GraphCall;

/// What is wrong with the number's token whatever it is used for: expired, revoked.
[[nodiscard]] std::optional<GraphError> session_fault(const Number& number, TimePoint now);

/// Why the number's token may not do this call now; nothing where it may. The refusals: 190 with subcode 463 (expired,
/// also by the clock) or 467 (revoked); 10 for messages and 200 for the rest where a permission is missing
/// (whatsapp_business_messaging for messages and media, whatsapp_business_management for all else); 100 with subcode
/// 33, as for an object that is not there, where the token is another app's.
[[nodiscard]] std::optional<GraphError> token_refusal(const Number& number, const GraphCall& call, TimePoint now);

/// What GET /debug_token tells about a token that some number uses: {"data":{"app_id","type","is_valid","expires_at",
/// "scopes","granular_scopes", …}}. A token that nobody uses is told as not valid.
[[nodiscard]] boost::json::object debug_token(const Numbers& numbers, std::string_view token, TimePoint now);

}  // namespace claw::sim
