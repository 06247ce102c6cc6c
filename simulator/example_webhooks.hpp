#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "simulator/meta.hpp"

namespace claw::sim {

/// Does what POST /_sim/webhooks asks: {"field", "event"?, "value"?, "number"? | "waba"?, "phone"?}. Returns the value
/// that was sent.
///
/// Without "value" the field's example is sent, that of "event" where the field has several; "phone" is the person in
/// it. A given value is sent as it is, but for messaging_product and metadata, which a field of a number gets where
/// they are missing. Fails with kInvalid (no field, or no example and no value), kNotFound (no such number or WABA),
/// kTransient (too many webhooks wait).
[[nodiscard]] Result<boost::json::object> tell_webhook(Meta& meta, const boost::json::object& body);

/// [{"field", "event", "of": "number"|"waba"}]: the examples there are; "event" is "" for a field's only one.
[[nodiscard]] boost::json::array example_webhooks_json();

}  // namespace claw::sim
