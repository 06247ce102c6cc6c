#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claw {

using Digest256 = std::array<std::uint8_t, 32>;

/// Pure functions over bytes, safe from any thread. OpenSSL and libsodium stay behind this header.
[[nodiscard]] Digest256 hmac_sha256(std::string_view key, std::string_view data);
[[nodiscard]] Digest256 sha256(std::string_view data);

/// The same over bytes that come in pieces. Not for two threads at once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(std::string_view piece);
  /// Of all that was added. REQUIRES: called once.
  [[nodiscard]] Digest256 finish();

 private:
  void* context_;  // EVP_MD_CTX
};

/// 64 bits of BLAKE2b: spreads keys over slots, names nothing secret.
[[nodiscard]] std::uint64_t hash64(std::string_view data);
/// 16 bytes of BLAKE2b: an identity for dedupe keys.
[[nodiscard]] std::array<std::uint8_t, 16> hash128(std::string_view data);

[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::string to_hex(const Digest256& digest);
/// Lower-case hex only; nothing for an odd length or any other character.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view hex);
/// Standard alphabet with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// The bytes of to_base64()'s text; nothing for any other text, also where the padding is missing.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);
/// URL alphabet without padding.
[[nodiscard]] std::string to_base64url(std::string_view bytes);

/// True if both have the same bytes; takes the same time wherever they differ.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

/// `count` bytes from the system's generator.
[[nodiscard]] std::string random_bytes(std::size_t count);

}  // namespace claw
