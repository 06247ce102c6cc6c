#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/public_key.hpp"

namespace claw {

/// The keys of an OpenID provider, by their names (RFC 7517).
using IssuerKeys = std::map<std::string, PublicKey, std::less<>>;

/// Reads a JSON Web Key Set. Keys that are not for RS256 or ES256 signatures are left out; 32 at most are read. Fails
/// with kInvalid if it is none.
[[nodiscard]] Result<IssuerKeys> read_issuer_keys(std::string_view json);

/// What a provider says of a person. OpenID Connect Core 1.0, 5.1.
struct IdentityClaims {
  std::string subject;  ///< Never another person's of this issuer.
  std::string email;    ///< May be missing; then the userinfo endpoint is asked.
  bool email_verified = false;
  std::string name;
};

/// What an ID token must say to be the answer to our request.
struct IdTokenExpected {
  std::string issuer;
  std::string client_id;
  std::string nonce;
  TimePoint now;
};

/// How far the provider's clock may be from ours.
inline constexpr std::chrono::seconds kIdTokenLeeway{60};

/// Reads an ID token and checks it: OpenID Connect Core 1.0, 3.1.3.7. Pure.
///
/// Fails with kNotFound if its key is none of `keys` (they may have changed), and with kInvalid, saying what is wrong,
/// if it is not the answer that was expected.
[[nodiscard]] Result<IdentityClaims> read_id_token(std::string_view token, const IssuerKeys& keys,
                                                   const IdTokenExpected& expected);

/// Reads what the userinfo endpoint says. Fails with kInvalid if it is nothing, or of another subject.
[[nodiscard]] Result<IdentityClaims> read_userinfo(std::string_view json, std::string_view subject);

}  // namespace claw
