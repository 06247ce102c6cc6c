#pragma once

#include <vector>

#include "base/task.hpp"
#include "ledger/delivery_log.hpp"
#include "ledger/housekeeping.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// How long tenants keep messages; what came to the platform's address and nobody has claimed is tenant 0's.
[[nodiscard]] std::vector<Retention> message_retention(const Directory& directory);

/// How long tenants keep files.
[[nodiscard]] std::vector<Retention> media_retention(const Directory& directory);

/// How long tenants' entries of the delivery log are kept: as they set it, and no longer than their messages. Of tenant
/// 0 is what nobody has claimed.
[[nodiscard]] std::vector<Retention> log_retention(const Directory& directory);

/// Deletes what `retention` lets go, step by step; a failure is logged and ends it, the next sweep goes on.
[[nodiscard]] Task<> expire_log(DeliveryLog& log, std::vector<Retention> retention, Clock& clock);

}  // namespace claw
