#pragma once

#include <optional>
#include <string>

#include "base/secret_string.hpp"
#include "tenancy/attempts.hpp"
#include "tenancy/passwords.hpp"
#include "tenancy/people.hpp"
#include "tenancy/second_factor.hpp"

namespace claw {

/// From where somebody comes.
struct Visitor {
  std::string from;   ///< Address.
  std::string agent;  ///< What the browser calls itself.
};

/// The ways in: every session begins here. A token is told once; what is stored is its hash.
///
/// Each fails with kInvalid and words for the person where the input cannot be, with kTransient where it may be tried
/// again. Safe from any coroutine.
class SignIn {
 public:
  static constexpr std::chrono::days kInvitationLife{7};

  /// What became of a sign-in: a token, or why there is none.
  struct Outcome {
    SecretString token;
    bool password_right = false;  ///< Without a token: the code of the second factor is missing or wrong.
    std::optional<std::chrono::seconds> retry_after = {};  ///< There were too many tries.
  };

  /// All must outlive this object.
  SignIn(PeopleStore& store, People& people, Passwords& passwords, SecondFactor& second_factor, Attempts& attempts,
         Clock& clock)
      : store_(store),
        people_(people),
        passwords_(passwords),
        second_factor_(second_factor),
        attempts_(attempts),
        clock_(clock) {}

  /// `code` is of the second factor, empty if none was given. Takes as long for an e-mail that nobody has.
  [[nodiscard]] Task<Result<Outcome>> by_password(std::string email, SecretString password, std::string code,
                                                  Visitor visitor);

  /// Signs in whom an OpenID provider names, who is known by issuer and subject. The first time, whoever has the e-mail
  /// or is invited by it is joined to that; `email` must be one that the provider has verified, or empty. kNotFound,
  /// with words for the person, if there is nobody.
  [[nodiscard]] Task<Result<SecretString>> by_identity(std::string issuer, std::string subject, std::string email,
                                                       std::string name, Visitor visitor);

  /// A new code that makes the first platform admin; the last one is void. kConflict if there is one.
  [[nodiscard]] Task<Result<std::string>> new_setup_code();
  /// Makes the first platform admin. kNotFound if it is not the code, kConflict if there is one already.
  [[nodiscard]] Task<Result<SecretString>> set_up(std::string code, std::string email, std::string name,
                                                  SecretString password, Visitor visitor);

  /// Makes a person of whoever was invited. kNotFound if there is no such invitation; kConflict if somebody has its
  /// e-mail already and must sign in to join().
  [[nodiscard]] Task<Result<SecretString>> accept(std::string code, std::string name, SecretString password,
                                                  Visitor visitor);
  /// Makes a member of somebody who is signed in. kNotFound if there is no such invitation, or it is for another
  /// e-mail.
  [[nodiscard]] Task<Result<void>> join(std::string code, PersonRef person, std::string from);

 private:
  /// Uses up every invitation of the e-mail; 0 if there is none and nobody has it.
  [[nodiscard]] Task<Result<PersonId>> person_for(std::string email, std::string name, std::string from);
  /// The wait that is asked for; nothing: go on.
  [[nodiscard]] std::optional<std::chrono::seconds> refusal(const std::string& email, const Visitor& visitor,
                                                            const Executor& executor);
  Task<> note_held(std::string email, std::string from);
  [[nodiscard]] Task<Result<SecretString>> begin_session(PersonId person, std::string email, Visitor visitor);

  PeopleStore& store_;
  People& people_;
  Passwords& passwords_;
  SecondFactor& second_factor_;
  Attempts& attempts_;
  Clock& clock_;
  TaskGroup tasks_;
};

/// A random code for a link or a cookie: 256 bits.
[[nodiscard]] std::string random_token(std::string_view prefix);

}  // namespace claw
