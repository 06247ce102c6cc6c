#include "ledger/sqlite/audit.hpp"
#include "ledger/sqlite/sqlite_people_store.hpp"

namespace claw::sqlite {
namespace {

Result<void> changed_one(const Database& db, ErrorKind otherwise, const char* words) {
  if (db.changes() == 0) return fail(otherwise, words);
  return {};
}

void drop_recovery_codes(Database& db, PersonId person) {
  db.run("DELETE FROM recovery_codes WHERE person = $1", person);
}

}  // namespace

Task<Result<void>> SqlitePeopleStore::put_totp(PersonId person, std::string sealed) {
  return store_.write<void>([person, sealed = std::move(sealed)](Database& db) {
    db.run("UPDATE people SET totp = $1 WHERE id = $2 AND NOT totp_on", Blob{sealed}, person);
    return changed_one(db, ErrorKind::kConflict, "the second factor is on already; turn it off first");
  });
}

Task<Result<void>> SqlitePeopleStore::turn_totp_on(PersonId person, std::int64_t step, std::vector<std::string> hashes,
                                                   AuditRow audit) {
  return store_.write<void>([person, step, hashes = std::move(hashes),
                             audit = std::move(audit)](Database& db) -> Result<void> {
    db.run("UPDATE people SET totp_on = 1, totp_step = $1 WHERE id = $2 AND NOT totp_on AND totp <> x''", step, person);
    if (auto on = changed_one(db, ErrorKind::kConflict, "the second factor is on already"); !on) return on;
    drop_recovery_codes(db, person);
    for (const auto& hash : hashes)
      db.run("INSERT INTO recovery_codes (person, hash) VALUES ($1, $2)", person, Blob{hash});
    write_audit(db, audit);
    return {};
  });
}

Task<Result<void>> SqlitePeopleStore::turn_totp_off(PersonId person, AuditRow audit) {
  return store_.write<void>([person, audit = std::move(audit)](Database& db) -> Result<void> {
    db.run("UPDATE people SET totp = x'', totp_on = 0, totp_step = 0 WHERE id = $1 AND totp_on", person);
    if (auto off = changed_one(db, ErrorKind::kConflict, "the second factor is off already"); !off) return off;
    drop_recovery_codes(db, person);
    write_audit(db, audit);
    return {};
  });
}

Task<Result<void>> SqlitePeopleStore::use_totp_step(PersonId person, std::int64_t step) {
  return store_.write<void>([person, step](Database& db) {
    db.run("UPDATE people SET totp_step = $1 WHERE id = $2 AND totp_on AND totp_step < $1", step, person);
    return changed_one(db, ErrorKind::kConflict, "this code was used already");
  });
}

Task<Result<void>> SqlitePeopleStore::use_recovery_code(PersonId person, std::string hash) {
  return store_.write<void>([person, hash = std::move(hash)](Database& db) {
    db.run("DELETE FROM recovery_codes WHERE person = $1 AND hash = $2", person, Blob{hash});
    return changed_one(db, ErrorKind::kNotFound, "there is no such code");
  });
}

Task<Result<PersonId>> SqlitePeopleStore::person_of_identity(std::string issuer, std::string subject) {
  return store_.read<PersonId>(
      [issuer = std::move(issuer), subject = std::move(subject)](Database& db) -> Result<PersonId> {
        auto row = db.query("SELECT person FROM identities WHERE issuer = $1 AND subject = $2", issuer, subject);
        if (!row.next()) return fail(ErrorKind::kNotFound, "the provider's person is not known here");
        return PersonId{row->integer(0)};
      });
}

Task<Result<void>> SqlitePeopleStore::join_identity(std::string issuer, std::string subject, PersonId person,
                                                    AuditRow audit) {
  return store_.write<void>([issuer = std::move(issuer), subject = std::move(subject), person,
                             audit = std::move(audit)](Database& db) -> Result<void> {
    {
      auto other = db.query("SELECT 1 FROM identities WHERE issuer = $1 AND (person = $2 OR subject = $3)", issuer,
                            person, subject);
      if (other.next()) return fail(ErrorKind::kConflict, "the provider knows this person by another name");
    }
    db.run("INSERT INTO identities (issuer, subject, person) VALUES ($1, $2, $3)", issuer, subject, person);
    db.run("UPDATE people SET password = '', totp = x'', totp_on = 0, totp_step = 0 WHERE id = $1", person);
    drop_recovery_codes(db, person);
    db.run("DELETE FROM sessions WHERE person = $1", person);
    write_audit(db, audit);
    return {};
  });
}

}  // namespace claw::sqlite
