#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace claw {

/// What becomes of a free-form message to somebody whose service window is closed. Stored by name.
enum class OutsideWindow : std::uint8_t {
  kRefuse,    ///< It is not sent, and says why.
  kTemplate,  ///< The tenant's template goes in its place.
  kPark,      ///< It waits until the person writes.
};
[[nodiscard]] std::string_view to_string(OutsideWindow what);
[[nodiscard]] std::optional<OutsideWindow> outside_window_named(std::string_view name);

/// What becomes of a send of which nobody knows whether Meta has it, as long as no status says so. Stored by name.
enum class OnUnknown : std::uint8_t {
  kHold,    ///< Nothing: a person may get it never, and never twice.
  kResend,  ///< It is sent again after a while: a person may get it twice.
};
[[nodiscard]] std::string_view to_string(OnUnknown what);
[[nodiscard]] std::optional<OnUnknown> on_unknown_named(std::string_view name);

/// How a tenant's messages are delivered.
struct DeliverySettings {
  OutsideWindow outside_window = OutsideWindow::kRefuse;
  std::string template_name = {};      ///< REQUIRES: set with kTemplate.
  std::string template_language = {};  ///< As Meta calls it ("en_US"); the same.
  bool template_takes_text = false;    ///< The body's one variable is what was to be said.
  OnUnknown on_unknown = OnUnknown::kHold;
  std::int64_t log_days = 7;  ///< What is older goes from the delivery log.

  bool operator==(const DeliverySettings&) const = default;
};

/// What was stored; the default where it cannot be read. Pure, like the others.
[[nodiscard]] DeliverySettings read_delivery_settings(std::string_view text);
[[nodiscard]] std::string delivery_settings_json(const DeliverySettings& settings);
/// The settings as they are stored, members that are missing being the defaults; kInvalid with words for the tenant's
/// admin.
[[nodiscard]] Result<std::string> check_delivery_settings(std::string_view text);

}  // namespace claw
