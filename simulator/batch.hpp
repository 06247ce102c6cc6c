#pragma once

#include <memory>
#include <span>
#include <string>

#include "simulator/faults.hpp"

namespace claw::sim {

/// One webhook body with everything that stands in `bodies`, as Meta may send it. Pure.
///
/// Entries and changes with another WABA, field or number never become one: for those kItems falls back to changes, and
/// changes to entries. REQUIRES: each is a webhook body of ours.
[[nodiscard]] std::string merged_webhook(std::span<const std::shared_ptr<const std::string>> bodies, BatchShape shape);

}  // namespace claw::sim
