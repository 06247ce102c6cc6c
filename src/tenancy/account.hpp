#pragma once

#include "tenancy/sign_in.hpp"

namespace claw {

/// What people change of themselves while they are signed in. What is changed is in force when it returns.
///
/// Each fails with kInvalid and words for the person where the input cannot be, with kTransient where it may be tried
/// again. Safe from any coroutine.
class Account {
 public:
  /// What became of a change that asks for the password.
  enum class Outcome { kDone, kWrongPassword, kTooMany };

  /// All must outlive this object.
  Account(PeopleStore& store, People& people, Passwords& passwords, SecondFactor& second_factor, Attempts& attempts,
          Clock& clock)
      : store_(store),
        people_(people),
        passwords_(passwords),
        second_factor_(second_factor),
        attempts_(attempts),
        clock_(clock) {}

  /// Ends all sessions but this one. Who has no password needs no old one.
  [[nodiscard]] Task<Result<Outcome>> set_password(SessionRef session, SecretString old, SecretString fresh,
                                                   std::string from);
  /// Turns the second factor off. Who has no password needs none. kConflict if it is off.
  [[nodiscard]] Task<Result<Outcome>> turn_totp_off(SessionRef session, SecretString password, std::string from);
  [[nodiscard]] Task<Result<void>> set_name(SessionRef session, std::string name);
  [[nodiscard]] Task<Result<void>> sign_out(SessionRef session);
  [[nodiscard]] Task<Result<void>> sign_out_everywhere(SessionRef session, std::string from);

 private:
  /// kDone also where there is no password.
  [[nodiscard]] Task<Result<Outcome>> check_password(const Person& person, SecretString password, std::string from);

  PeopleStore& store_;
  People& people_;
  Passwords& passwords_;
  SecondFactor& second_factor_;
  Attempts& attempts_;
  Clock& clock_;
};

}  // namespace claw
