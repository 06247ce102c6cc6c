#pragma once

#include <chrono>
#include <string_view>

#include "base/clock.hpp"

namespace claw::whatsapp {

/// Free-form messages may be sent for so long after the person wrote last, by Meta's time; then only templates
/// (developers.facebook.com, "Customer service windows").
inline constexpr std::chrono::hours kServiceWindow{24};
/// And for so long after a message that came from an ad or a page's button (the same place, "Free entry points").
inline constexpr std::chrono::hours kEntryPointWindow{72};

/// Until when free-form messages may go after a message of that time; `data` is its AgentView's, which has `referral`
/// where it came from an ad. 0 where Meta gave no time.
[[nodiscard]] inline TimePoint window_after(TimePoint written, std::string_view data) {
  if (written == TimePoint{}) return {};
  // Quotes in what people write are escaped there, so that nobody writes this by hand.
  const bool from_ad = data.contains("\"referral\":{");
  return written + (from_ad ? kEntryPointWindow : kServiceWindow);
}

}  // namespace claw::whatsapp
