#include "base/totp.hpp"

#include <array>
#include <cctype>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/crypto.hpp"

namespace claw {
namespace {

std::array<unsigned char, 20> hmac_sha1(std::string_view key, std::string_view data) {
  std::array<unsigned char, 20> digest;
  unsigned int size = 0;
  if (!HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(data.data()),
            data.size(), digest.data(), &size))
    throw std::runtime_error("HMAC-SHA1 failed");
  return digest;
}

/// Encodes what may not stand in a path or query of a URI.
std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 128 && std::isalnum(byte)) || std::string_view("-._~@").contains(c))
      out += c;
    else
      out += fmt::format("%{:02X}", byte);
  }
  return out;
}

}  // namespace

std::int64_t totp_step(TimePoint now) {
  return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch() / kTotpStep;
}

std::string totp_code(std::string_view secret, std::int64_t step, int digits) {
  std::string counter(8, '\0');
  for (std::size_t i = 0; i < counter.size(); ++i) counter[7 - i] = static_cast<char>(step >> (8 * i));
  const auto digest = hmac_sha1(secret, counter);
  const std::size_t at = digest.back() & 0xfU;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | digest[at + i];
  std::uint32_t modulus = 1;
  for (int i = 0; i < digits; ++i) modulus *= 10;
  return fmt::format("{:0{}}", (number & 0x7fffffffU) % modulus, digits);
}

std::optional<std::int64_t> match_totp(std::string_view secret, std::string_view code, TimePoint now,
                                       std::int64_t last_step) {
  std::optional<std::int64_t> found;
  const auto middle = totp_step(now);
  for (auto step = middle - 1; step <= middle + 1; ++step)
    if (equal_in_constant_time(totp_code(secret, step), code) && step > last_step) found = step;
  return found;
}

std::string to_base32(std::string_view bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 5; count -= 5) text += kAlphabet[bits >> (count - 5) & 31U];
  }
  if (count > 0) text += kAlphabet[bits << (5 - count) & 31U];
  return text;
}

std::string totp_uri(std::string_view issuer, std::string_view account, std::string_view secret) {
  return fmt::format("otpauth://totp/{}:{}?secret={}&issuer={}", encoded(issuer), encoded(account), to_base32(secret),
                     encoded(issuer));
}

}  // namespace claw
