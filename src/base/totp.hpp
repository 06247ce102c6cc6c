#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace claw {

/// Codes that an authenticator shows: RFC 6238 with SHA-1, 30 seconds and six digits, which is what all apps speak.
/// Pure.
inline constexpr std::chrono::seconds kTotpStep{30};
inline constexpr std::size_t kTotpSecretBytes = 20;  // RFC 4226 recommends the length of the hash

/// The number of the step that `now` is in.
[[nodiscard]] std::int64_t totp_step(TimePoint now);
[[nodiscard]] std::string totp_code(std::string_view secret, std::int64_t step, int digits = 6);

/// The step whose code this is: that of `now` or one beside it, for clocks differ. Nothing where it is of none of them,
/// or of one that is not after `last_step`: a code is used once.
[[nodiscard]] std::optional<std::int64_t> match_totp(std::string_view secret, std::string_view code, TimePoint now,
                                                     std::int64_t last_step);

/// RFC 4648's base32 without padding: how secrets are typed.
[[nodiscard]] std::string to_base32(std::string_view bytes);
/// What an authenticator reads from a picture: otpauth://totp/…
[[nodiscard]] std::string totp_uri(std::string_view issuer, std::string_view account, std::string_view secret);

}  // namespace claw
