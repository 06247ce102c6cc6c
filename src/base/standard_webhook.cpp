#include "base/standard_webhook.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"

namespace claw {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kMinKeyBytes = 24;
constexpr std::size_t kMaxKeyBytes = 64;

}  // namespace

Result<std::string> standard_webhook_signature(const SecretString& secret, std::string_view id,
                                               std::int64_t timestamp_s, std::string_view body) {
  std::string_view text = secret.expose();
  if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
  const auto key = from_base64(text);
  if (!key || key->size() < kMinKeyBytes || key->size() > kMaxKeyBytes)
    return fail(ErrorKind::kInvalid,
                fmt::format("a Standard Webhooks secret is whsec_ and the base64 of {} to {} bytes", kMinKeyBytes,
                            kMaxKeyBytes));
  const auto digest = hmac_sha256(*key, fmt::format("{}.{}.{}", id, timestamp_s, body));
  return "v1," + to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace claw
