#pragma once

#include <string>
#include <string_view>

namespace claw::whatsapp {

/// True if `header` is `sha256=` and the lower-case hex HMAC-SHA256 of the raw `body` under the app's secret, the form
/// of Meta's X-Hub-Signature-256. Takes the same time wherever a wrong signature differs. Any other form (missing, cut,
/// upper-case hex, another algorithm) is false. An empty secret signs nothing.
[[nodiscard]] bool is_signed(std::string_view app_secret, std::string_view header, std::string_view body);

}  // namespace claw::whatsapp
