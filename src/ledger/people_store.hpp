#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/audit.hpp"

namespace claw {

/// Somebody who signs in.
struct PersonRow {
  PersonId id;
  std::string email;  ///< In lower case; no two have the same.
  std::string name;
  bool platform_admin = false;
  bool enabled = true;
  std::string password;        ///< As Passwords hashed it; empty: cannot sign in by one.
  std::string totp;            ///< The secret of the second factor, sealed; empty: none was ever made.
  bool totp_on = false;        ///< Only then it is asked for.
  std::int64_t totp_step = 0;  ///< Of the last code that was used.
  TimePoint created_at;
  TimePoint last_seen_at;  ///< 0: never.
};

struct MembershipRow {
  TenantId tenant;
  PersonId person;
  std::string role;
  std::string version;  ///< Another one after each change; the store makes it.
};

struct SessionRow {
  std::int64_t id = 0;
  std::string hash;  ///< SHA-256 of the token; the token itself is not kept.
  PersonId person;
  TimePoint created_at;
  TimePoint last_seen_at;
  std::string from;   ///< Address.
  std::string agent;  ///< What the browser calls itself.
};

struct InvitationRow {
  std::int64_t id = 0;
  TenantId tenant;
  std::string email;
  std::string role;
  std::string hash;  ///< SHA-256 of the code in the link.
  std::string invited_by;
  TimePoint created_at;
  TimePoint expires_at;
};

struct PeopleRows {
  std::vector<PersonRow> people;
  std::vector<MembershipRow> memberships;
  std::vector<SessionRow> sessions;
  std::vector<InvitationRow> invitations;
  std::string setup_code_hash;  ///< Empty: there is none.
};

/// Which sessions are kept where a new one comes in; the others are deleted.
struct SessionsKept {
  TimePoint born_after;
  TimePoint seen_after;
  std::size_t of_person = 0;  ///< The newest of the person, the new one among them.
};

/// A change to a member who may be an owner.
struct MemberChange {
  TenantId tenant;
  PersonId person;
  bool by_owner = false;                 ///< Else nobody is made or unmade an owner.
  std::optional<Versions> match = {};    ///< Set: only while the membership is one of these versions.
  std::optional<std::string> role = {};  ///< Nothing: the member goes.
};

/// Who signs in, of which tenants they are members, in which sessions they are, and who is invited. Small, read whole.
///
/// Writes are durable when they return, and each writes the audit row that it takes in its own transaction. Fails as
/// Ledger does. Safe to call from any coroutine.
class PeopleStore {
 public:
  virtual ~PeopleStore() = default;

  [[nodiscard]] virtual Task<Result<PeopleRows>> load() = 0;
  /// kNotFound if there is none; `email` in lower case.
  [[nodiscard]] virtual Task<Result<PersonRow>> person_by_email(std::string email) = 0;
  [[nodiscard]] virtual Task<Result<PersonRow>> person(PersonId id) = 0;
  /// Writes down what happened and changed nothing.
  [[nodiscard]] virtual Task<Result<void>> note(AuditRow audit) = 0;

  /// kConflict if the e-mail is taken.
  [[nodiscard]] virtual Task<Result<PersonId>> create_person(PersonRow row, AuditRow audit) = 0;
  [[nodiscard]] virtual Task<Result<void>> set_name(PersonId person, std::string name) = 0;
  /// Who is disabled has no sessions.
  [[nodiscard]] virtual Task<Result<void>> set_enabled(PersonId person, bool enabled, AuditRow audit) = 0;
  /// Ends every session of the person but `kept`.
  [[nodiscard]] virtual Task<Result<void>> set_password(PersonId person, std::string hash, std::int64_t kept,
                                                        AuditRow audit) = 0;

  /// The secret of a second factor that is not asked for yet. kConflict while one is.
  [[nodiscard]] virtual Task<Result<void>> put_totp(PersonId person, std::string sealed) = 0;
  /// Asks for codes from now on, of steps after `step`; the recovery codes are those of `hashes`. kConflict if it does
  /// already.
  [[nodiscard]] virtual Task<Result<void>> turn_totp_on(PersonId person, std::int64_t step,
                                                        std::vector<std::string> hashes, AuditRow audit) = 0;
  /// kConflict if it is off.
  [[nodiscard]] virtual Task<Result<void>> turn_totp_off(PersonId person, AuditRow audit) = 0;
  /// Uses up the codes until `step`; kConflict if they are already.
  [[nodiscard]] virtual Task<Result<void>> use_totp_step(PersonId person, std::int64_t step) = 0;
  /// kNotFound if it is none, or was used.
  [[nodiscard]] virtual Task<Result<void>> use_recovery_code(PersonId person, std::string hash) = 0;

  /// Whom an OpenID provider knows as `subject`. kNotFound if nobody is.
  [[nodiscard]] virtual Task<Result<PersonId>> person_of_identity(std::string issuer, std::string subject) = 0;
  /// The provider vouches for the person from now on. What was set before nobody vouched for goes: password, second
  /// factor, sessions. kConflict if the provider knows the person by another name already.
  [[nodiscard]] virtual Task<Result<void>> join_identity(std::string issuer, std::string subject, PersonId person,
                                                         AuditRow audit) = 0;

  /// The one code that makes the first platform admin; the last one is void.
  [[nodiscard]] virtual Task<Result<void>> put_setup_code(std::string hash) = 0;
  /// Makes a platform admin and uses the code up. kNotFound if it is not the code; kConflict if there is an enabled
  /// platform admin already, or the e-mail is taken.
  [[nodiscard]] virtual Task<Result<PersonId>> create_first_admin(PersonRow row, std::string code_hash,
                                                                  AuditRow audit) = 0;

  [[nodiscard]] virtual Task<Result<std::int64_t>> create_session(SessionRow row, SessionsKept kept,
                                                                  AuditRow audit) = 0;
  /// Notes that session and person were seen.
  [[nodiscard]] virtual Task<Result<void>> touch_session(std::int64_t session, PersonId person, TimePoint now) = 0;
  /// Nothing happens where it has ended already.
  [[nodiscard]] virtual Task<Result<void>> end_session(std::int64_t session) = 0;
  [[nodiscard]] virtual Task<Result<void>> end_sessions(PersonId person, AuditRow audit) = 0;

  /// kConflict if the person is a member already.
  [[nodiscard]] virtual Task<Result<void>> add_member(MembershipRow row, AuditRow audit) = 0;
  /// False if `match` names another version. kNotFound if the person is no member; kUnauthorized if only an owner may
  /// do this; kConflict if the tenant would be left without an owner.
  [[nodiscard]] virtual Task<Result<bool>> change_member(MemberChange change, AuditRow audit) = 0;

  /// Takes the place of an earlier invitation of the same e-mail. kConflict if it is a member's.
  [[nodiscard]] virtual Task<Result<std::int64_t>> invite(InvitationRow row, AuditRow audit) = 0;
  [[nodiscard]] virtual Task<Result<void>> delete_invitation(TenantId tenant, std::int64_t id, AuditRow audit) = 0;
  /// Uses an invitation up: whoever has its e-mail is a member from then on, with its role unless there is one already.
  /// `who` without an id is made, with the invitation's e-mail. kNotFound if there is no such invitation, it has
  /// expired or is another person's; kConflict if `who` has no id and somebody has the e-mail.
  [[nodiscard]] virtual Task<Result<PersonId>> accept_invitation(std::string hash, PersonRow who, TimePoint now,
                                                                 AuditRow audit) = 0;
};

}  // namespace claw
