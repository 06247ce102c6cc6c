#pragma once

#include <memory>
#include <string_view>

#include "base/result.hpp"

namespace claw {

/// Somebody's public key, for signatures that only they can make: RS256 (RSASSA-PKCS1-v1_5 with SHA-256) of an RSA key,
/// ES256 (ECDSA with SHA-256, r and s of 32 bytes each) of a P-256 key; RFC 7518.
///
/// Constant after construction; safe from any thread.
class PublicKey {
 public:
  static constexpr int kMinRsaBits = 2048;  // RFC 7518, 3.3

  /// From big-endian numbers. Fails with kInvalid if they are no key, or one that is too short.
  [[nodiscard]] static Result<PublicKey> rsa(std::string_view modulus, std::string_view exponent);
  /// From the point's coordinates, 32 bytes each. Fails with kInvalid if it is none of the curve's.
  [[nodiscard]] static Result<PublicKey> p256(std::string_view x, std::string_view y);

  [[nodiscard]] bool is_rsa() const;
  [[nodiscard]] bool verifies(std::string_view data, std::string_view signature) const;

 private:
  struct Key;
  explicit PublicKey(std::shared_ptr<const Key> key) : key_(std::move(key)) {}
  std::shared_ptr<const Key> key_;  // copied with the object
};

}  // namespace claw
