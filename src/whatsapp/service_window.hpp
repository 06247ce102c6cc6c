#pragma once

#include <chrono>

namespace claw::whatsapp {

/// Free-form messages may be sent for so long after the person wrote last, by Meta's time; then only templates
/// (developers.facebook.com, "Customer service windows").
inline constexpr std::chrono::hours kServiceWindow{24};

}  // namespace claw::whatsapp
