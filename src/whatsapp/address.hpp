#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "whatsapp/graph_json.hpp"

namespace claw::whatsapp {

/// The digits of a phone number as people write it (`whatsapp:`, `+`, `00`, blanks, dashes, dots, parentheses), or a
/// BSUID as it is; empty for all else.
[[nodiscard]] std::string address_of(std::string_view written);

/// Who has the address that address_of() reads; nothing where it reads none.
[[nodiscard]] std::optional<Recipient> recipient_at(std::string_view written);

}  // namespace claw::whatsapp
