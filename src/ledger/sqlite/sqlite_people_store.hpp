#pragma once

#include "ledger/people_store.hpp"
#include "ledger/sqlite/store.hpp"

namespace claw::sqlite {

/// People and sessions stand in sqlite_people_store.cpp, second factor and
/// identities in sqlite_second_factor.cpp, members and
/// invitations in sqlite_members.cpp.
class SqlitePeopleStore final : public PeopleStore {
 public:
  /// `store` must outlive this object.
  explicit SqlitePeopleStore(Store& store) : store_(store) {}

  [[nodiscard]] Task<Result<PeopleRows>> load() override;
  [[nodiscard]] Task<Result<PersonRow>> person_by_email(std::string email) override;
  [[nodiscard]] Task<Result<PersonRow>> person(PersonId id) override;
  [[nodiscard]] Task<Result<void>> note(AuditRow audit) override;

  [[nodiscard]] Task<Result<PersonId>> create_person(PersonRow row, AuditRow audit) override;
  [[nodiscard]] Task<Result<void>> set_name(PersonId person, std::string name) override;
  [[nodiscard]] Task<Result<void>> set_enabled(PersonId person, bool enabled, AuditRow audit) override;
  [[nodiscard]] Task<Result<void>> set_password(PersonId person, std::string hash, std::int64_t kept,
                                                AuditRow audit) override;

  [[nodiscard]] Task<Result<void>> put_totp(PersonId person, std::string sealed) override;
  [[nodiscard]] Task<Result<void>> turn_totp_on(PersonId person, std::int64_t step, std::vector<std::string> hashes,
                                                AuditRow audit) override;
  [[nodiscard]] Task<Result<void>> turn_totp_off(PersonId person, AuditRow audit) override;
  [[nodiscard]] Task<Result<void>> use_totp_step(PersonId person, std::int64_t step) override;
  [[nodiscard]] Task<Result<void>> use_recovery_code(PersonId person, std::string hash) override;

  [[nodiscard]] Task<Result<PersonId>> person_of_identity(std::string issuer, std::string subject) override;
  [[nodiscard]] Task<Result<void>> join_identity(std::string issuer, std::string subject, PersonId person,
                                                 AuditRow audit) override;

  [[nodiscard]] Task<Result<void>> put_setup_code(std::string hash) override;
  [[nodiscard]] Task<Result<PersonId>> create_first_admin(PersonRow row, std::string code_hash,
                                                          AuditRow audit) override;

  [[nodiscard]] Task<Result<std::int64_t>> create_session(SessionRow row, SessionsKept kept, AuditRow audit) override;
  [[nodiscard]] Task<Result<void>> touch_session(std::int64_t session, PersonId person, TimePoint now) override;
  [[nodiscard]] Task<Result<void>> end_session(std::int64_t session) override;
  [[nodiscard]] Task<Result<void>> end_sessions(PersonId person, AuditRow audit) override;

  [[nodiscard]] Task<Result<void>> add_member(MembershipRow row, AuditRow audit) override;
  [[nodiscard]] Task<Result<bool>> change_member(MemberChange change, AuditRow audit) override;

  [[nodiscard]] Task<Result<std::int64_t>> invite(InvitationRow row, AuditRow audit) override;
  [[nodiscard]] Task<Result<void>> delete_invitation(TenantId tenant, std::int64_t id, AuditRow audit) override;
  [[nodiscard]] Task<Result<PersonId>> accept_invitation(std::string hash, PersonRow who, TimePoint now,
                                                         AuditRow audit) override;

 private:
  Store& store_;
};

/// Writes a new person into the transaction that is open. kConflict if the e-mail is taken.
[[nodiscard]] Result<PersonId> insert_person(Database& db, const PersonRow& row);

}  // namespace claw::sqlite
