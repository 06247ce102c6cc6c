#pragma once

#include <boost/json.hpp>

#include "api/public_id.hpp"
#include "ledger/ledger.hpp"

namespace claw {

/// What the API shows of the ledger's records. Pure; only for .cpp files of api/.
[[nodiscard]] boost::json::object message_json(const MessageRecord& record, const PublicIds& ids);
/// The same with raw webhook, status history and the advice for its error.
[[nodiscard]] boost::json::object message_detail_json(const MessageRecord& record, const PublicIds& ids);
[[nodiscard]] boost::json::object event_json(const EventRecord& record, const PublicIds& ids);

}  // namespace claw
