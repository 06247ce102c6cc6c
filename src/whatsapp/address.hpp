#pragma once

#include <string>
#include <string_view>

namespace claw::whatsapp {

/// The digits of a phone number as people write it (`whatsapp:`, `+`, `00`, blanks, dashes, dots, parentheses), or a
/// BSUID as it is; empty for all else.
[[nodiscard]] std::string address_of(std::string_view written);

}  // namespace claw::whatsapp
