#pragma once

#include <string>
#include <vector>

#include "tenancy/people.hpp"
#include "tenancy/vault.hpp"

namespace claw {

/// The second factor of a sign-in: an authenticator's codes (base/totp.hpp), and recovery codes for who has lost it.
///
/// The secret is stored sealed, recovery codes as hashes; every code is used once. Safe from any coroutine.
class SecondFactor {
 public:
  static constexpr std::size_t kRecoveryCodes = 10;
  static constexpr std::size_t kRecoveryBytes = 10;  ///< 16 letters and digits.

  struct Enrolment {
    std::string secret;  ///< To type.
    std::string uri;     ///< To show as a picture.
  };

  /// All must outlive this object.
  SecondFactor(PeopleStore& store, People& people, const Vault& vault, Clock& clock)
      : store_(store), people_(people), vault_(vault), clock_(clock) {}

  /// A new secret, which is not asked for before turn_on(). kConflict if the second factor is on.
  [[nodiscard]] Task<Result<Enrolment>> begin(PersonRef person);
  /// Asks for codes from now on, and gives the recovery codes, which are told this once. kInvalid if `code` is not of
  /// the secret that was begun; kConflict if none was, or it is on.
  [[nodiscard]] Task<Result<std::vector<std::string>>> turn_on(PersonRef person, std::string code, std::string from);
  /// Asks for no more codes; secret and recovery codes are void.
  [[nodiscard]] Task<Result<void>> turn_off(PersonId person, AuditRow audit);

  /// Whether `code` is right for whom it is asked of, and uses it up. REQUIRES: row.totp_on.
  [[nodiscard]] Task<Result<bool>> accepts(PersonRow row, std::string code);

 private:
  [[nodiscard]] Result<SecretString> secret_of(const PersonRow& row) const;

  PeopleStore& store_;
  People& people_;
  const Vault& vault_;
  Clock& clock_;
};

}  // namespace claw
