#include "tenancy/passwords.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <sodium.h>

namespace claw {
namespace {

static_assert(Passwords::kInteractive.passes == crypto_pwhash_OPSLIMIT_INTERACTIVE);
static_assert(Passwords::kInteractive.memory_bytes == crypto_pwhash_MEMLIMIT_INTERACTIVE);
static_assert(Passwords::kWeak.memory_bytes == crypto_pwhash_MEMLIMIT_MIN);

/// A hash of no password, of the cost of a real one: salt and digest of zeros.
std::string hash_of_nothing(Passwords::Cost cost) {
  return fmt::format("$argon2id$v=19$m={},t={},p=1${}${}", cost.memory_bytes / 1024, cost.passes, std::string(22, 'A'),
                     std::string(43, 'A'));
}

}  // namespace

std::string Passwords::fault(std::string_view password) {
  // Bytes that begin a character in UTF-8.
  const auto characters = std::ranges::count_if(password, [](unsigned char byte) { return (byte & 0xc0) != 0x80; });
  if (static_cast<std::size_t>(characters) < kMinCharacters)
    return fmt::format("a password has {} characters at least; a few words in a row are easy to keep", kMinCharacters);
  if (password.size() > kMaxBytes) return fmt::format("a password has {} bytes at most", kMaxBytes);
  return {};
}

Task<Result<std::string>> Passwords::hash(SecretString password) {
  return pool_.run<std::string>([cost = cost_, password = std::move(password)](std::size_t) -> Result<std::string> {
    std::string hashed(crypto_pwhash_STRBYTES, '\0');
    if (crypto_pwhash_str_alg(hashed.data(), password.expose().data(), password.expose().size(), cost.passes,
                              cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
      return fail(ErrorKind::kTransient, "there is not enough memory to hash a password");
    hashed.resize(std::strlen(hashed.c_str()));
    return hashed;
  });
}

Task<Result<bool>> Passwords::matches(SecretString password, std::string hash) {
  const bool is_hash = !hash.empty();
  if (!is_hash) hash = hash_of_nothing(cost_);
  return pool_.run<bool>([is_hash, hash = std::move(hash),
                          password = std::move(password)](std::size_t) -> Result<bool> {
    const bool same = password.expose().size() <= kMaxBytes &&
                      crypto_pwhash_str_verify(hash.c_str(), password.expose().data(), password.expose().size()) == 0;
    return same && is_hash;
  });
}

}  // namespace claw
