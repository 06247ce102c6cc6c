#include "whatsapp/signature.hpp"

#include "base/crypto.hpp"

namespace claw::whatsapp {

bool is_signed(std::string_view app_secret, std::string_view header, std::string_view body) {
  constexpr std::string_view kPrefix = "sha256=";
  if (app_secret.empty() || !header.starts_with(kPrefix)) return false;
  return equal_in_constant_time(header.substr(kPrefix.size()), to_hex(hmac_sha256(app_secret, body)));
}

}  // namespace claw::whatsapp
