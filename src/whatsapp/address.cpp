#include "whatsapp/address.hpp"

#include "base/text.hpp"
#include "whatsapp/webhook.hpp"

namespace claw::whatsapp {

std::string address_of(std::string_view written) {
  written = trimmed(written);
  constexpr std::string_view kScheme = "whatsapp:";
  if (written.size() > kScheme.size() && same_word(written.substr(0, kScheme.size()), kScheme))
    written.remove_prefix(kScheme.size());
  if (is_bsuid(written)) return std::string(written);
  std::string digits;
  for (const char c : written) {
    if (c >= '0' && c <= '9')
      digits += c;
    else if (std::string_view("+ -.()\t").find(c) == std::string_view::npos)
      return {};
  }
  if (digits.starts_with("00")) digits.erase(0, 2);
  // E.164: 15 digits at most; nobody has fewer than 5.
  return digits.size() >= 5 && digits.size() <= 15 ? digits : std::string();
}

std::optional<Recipient> recipient_at(std::string_view written) {
  auto address = address_of(written);
  if (address.empty()) return std::nullopt;
  Recipient who;
  (is_bsuid(address) ? who.bsuid : who.phone) = std::move(address);
  return who;
}

}  // namespace claw::whatsapp
