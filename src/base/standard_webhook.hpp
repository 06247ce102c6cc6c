#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret_string.hpp"

namespace claw {

/// The `webhook-signature` of a message by the Standard Webhooks specification: `v1,` and the base64 of
/// HMAC-SHA256(secret, "{id}.{timestamp}.{body}"). The secret is base64, with or without `whsec_` in front; kInvalid
/// where it is not, or has fewer than 24 or more than 64 bytes. Pure.
[[nodiscard]] Result<std::string> standard_webhook_signature(const SecretString& secret, std::string_view id,
                                                             std::int64_t timestamp_s, std::string_view body);

}  // namespace claw
