#pragma once
// Private to this folder: how calls and changes read for an operator.

#include <string>
#include <string_view>

#include "whatsapp/json.hpp"
#include "whatsapp/webhook.hpp"

namespace claw::whatsapp {

/// Renders a call, or a status of type `call`, into call.view. `value` is the change's, for the errors beside the
/// calls.
void render_call(const json::object& item, const json::object& value, Call& call);

/// Fills event, view, about and changed_to of a change whose field is set. Where the change was cut into items (see
/// item_arrays.hpp) `item` is the one, else null. A timestamp of the item's own is put into change.timestamp_s.
void render_change(const json::object& value, const json::object* item, Change& change);

/// One sentence for an account_update: what happened to the account, and what it means for the tenant.
[[nodiscard]] std::string account_sentence(std::string_view event, const json::object& value);

}  // namespace claw::whatsapp
