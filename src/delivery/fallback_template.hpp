#pragma once

#include "tenancy/delivery_settings.hpp"
#include "whatsapp/outgoing.hpp"

namespace claw {

/// The longest text that stands in a template's variable, in characters (Meta: a body has 1024 with its variables).
inline constexpr std::size_t kMaxVariableCharacters = 900;

/// The tenant's template in the place of what was to be said, whose words are its variable where the settings say so:
/// on one line, for Meta takes no line break, tab or row of blanks in a variable, and cut where it is long. Pure.
/// REQUIRES: the settings name a template.
[[nodiscard]] whatsapp::Outgoing fallback_template(const DeliverySettings& settings, const whatsapp::Outgoing& said);

}  // namespace claw
