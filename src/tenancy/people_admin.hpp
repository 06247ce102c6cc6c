#pragma once

#include "tenancy/directory.hpp"
#include "tenancy/sign_in.hpp"

namespace claw {

/// What the command line can do to people; the counterpart of Admin, which is about tenants.
///
/// | command | arguments | answer |
/// |---|---|---|
/// | person.create | email, password, name, platform_admin | {email, name, platform_admin, enabled, …, tenants} |
/// | person.list | - | [person …] |
/// | person.disable, person.enable | email | person |
/// | person.reset_password | email, password | person; all sessions end |
/// | person.totp_off | email | person: for who has lost authenticator and recovery codes |
/// | person.setup_link | - | {link}: makes the first platform admin, once |
/// | member.add | tenant, email, role | [{email, name, role} …] |
/// | member.list | tenant | the same |
/// | member.remove | tenant, email | the same |
///
/// A change is durable, and in force in this process, when run() returns. Fails as Admin does. Safe to call from any
/// coroutine.
class PeopleAdmin {
 public:
  /// All must outlive this object. `public_url` is where people find the pages.
  PeopleAdmin(PeopleStore& store, People& people, Directory& directory, Passwords& passwords,
              SecondFactor& second_factor, SignIn& sign_in, Clock& clock, std::string public_url)
      : store_(store),
        people_(people),
        directory_(directory),
        passwords_(passwords),
        second_factor_(second_factor),
        sign_in_(sign_in),
        clock_(clock),
        public_url_(std::move(public_url)) {}

  /// True if the command is one of these, whether or not there is one of its name.
  [[nodiscard]] static bool is_mine(std::string_view command);
  [[nodiscard]] Task<Result<std::string>> run(std::string command, std::string arguments, std::string who);

  /// The link that makes the first platform admin; each voids the one before. kConflict if there is an admin.
  [[nodiscard]] Task<Result<std::string>> setup_link();

 private:
  struct Call;
  friend struct Call;

  PeopleStore& store_;
  People& people_;
  Directory& directory_;
  Passwords& passwords_;
  SecondFactor& second_factor_;
  SignIn& sign_in_;
  Clock& clock_;
  const std::string public_url_;
};

}  // namespace claw
