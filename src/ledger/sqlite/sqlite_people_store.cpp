#include "ledger/sqlite/sqlite_people_store.hpp"

#include <fmt/format.h>

#include "ledger/sqlite/audit.hpp"

namespace claw::sqlite {
namespace {

Result<void> there_is(const Database& db, const char* what) {
  if (db.changes() == 0) return fail(ErrorKind::kNotFound, fmt::format("there is no such {}", what));
  return {};
}

PersonRow person_at(const Statement& row) {
  return {PersonId{row.integer(0)},
          row.text(1),
          row.text(2),
          row.integer(3) != 0,
          row.integer(4) != 0,
          row.text(5),
          row.text(6),
          row.integer(7) != 0,
          row.integer(8),
          from_ms(row.integer(9)),
          from_ms(row.integer(10))};
}

Result<PersonRow> one_person(Database::Query rows) {
  if (!rows.next()) return fail(ErrorKind::kNotFound, "there is no such person");
  return person_at(*rows.operator->());
}

void drop_sessions(Database& db, PersonId person, std::int64_t kept) {
  db.run("DELETE FROM sessions WHERE person = $1 AND id <> $2", person, kept);
}

/// A change that the person made who came by it: the row names who that was.
void write_own_audit(Database& db, AuditRow audit, PersonId person) {
  audit.who_id = person.value;
  write_audit(db, audit);
}

}  // namespace

Result<PersonId> insert_person(Database& db, const PersonRow& row) {
  db.run(
      "INSERT INTO people (email, name, platform_admin, enabled, password, created_ms) "
      "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
      row.email, row.name, row.platform_admin, row.enabled, row.password, to_ms(row.created_at));
  if (db.changes() == 0) return fail(ErrorKind::kConflict, fmt::format("there is a person {} already", row.email));
  return PersonId{db.last_insert_id()};
}

Task<Result<PeopleRows>> SqlitePeopleStore::load() {
  return store_.read<PeopleRows>([](Database& db) -> Result<PeopleRows> {
    PeopleRows all;
    auto people = db.query(
        "SELECT id, email, name, platform_admin, enabled, password, totp, totp_on, totp_step, created_ms, last_seen_ms "
        "FROM people ORDER BY id");
    while (people.next()) all.people.push_back(person_at(*people.operator->()));
    auto members = db.query("SELECT tenant, person, role, version FROM memberships");
    while (members.next())
      all.memberships.push_back(
          {TenantId{members->integer(0)}, PersonId{members->integer(1)}, members->text(2), members->text(3)});
    auto sessions =
        db.query("SELECT id, hash, person, created_ms, last_seen_ms, from_address, agent FROM sessions ORDER BY id");
    while (sessions.next())
      all.sessions.push_back({sessions->integer(0), sessions->text(1), PersonId{sessions->integer(2)},
                              from_ms(sessions->integer(3)), from_ms(sessions->integer(4)), sessions->text(5),
                              sessions->text(6)});
    auto invitations = db.query(
        "SELECT id, tenant, email, role, hash, invited_by, created_ms, expires_ms FROM invitations ORDER BY id");
    while (invitations.next())
      all.invitations.push_back({invitations->integer(0), TenantId{invitations->integer(1)}, invitations->text(2),
                                 invitations->text(3), invitations->text(4), invitations->text(5),
                                 from_ms(invitations->integer(6)), from_ms(invitations->integer(7))});
    auto code = db.query("SELECT hash FROM setup_code");
    if (code.next()) all.setup_code_hash = code->text(0);
    return all;
  });
}

Task<Result<PersonRow>> SqlitePeopleStore::person_by_email(std::string email) {
  return store_.read<PersonRow>([email = std::move(email)](Database& db) {
    return one_person(db.query(
        "SELECT id, email, name, platform_admin, enabled, password, totp, totp_on, totp_step, created_ms, last_seen_ms "
        "FROM people WHERE email = $1",
        email));
  });
}

Task<Result<PersonRow>> SqlitePeopleStore::person(PersonId id) {
  return store_.read<PersonRow>([id](Database& db) {
    return one_person(db.query(
        "SELECT id, email, name, platform_admin, enabled, password, totp, totp_on, totp_step, created_ms, last_seen_ms "
        "FROM people WHERE id = $1",
        id));
  });
}

Task<Result<void>> SqlitePeopleStore::note(AuditRow audit) {
  return store_.write<void>([audit = std::move(audit)](Database& db) -> Result<void> {
    write_audit(db, audit);
    return {};
  });
}

Task<Result<PersonId>> SqlitePeopleStore::create_person(PersonRow row, AuditRow audit) {
  return store_.write<PersonId>([row = std::move(row), audit = std::move(audit)](Database& db) {
    auto id = insert_person(db, row);
    if (id) write_audit(db, audit);
    return id;
  });
}

Task<Result<void>> SqlitePeopleStore::set_name(PersonId person, std::string name) {
  return store_.write<void>([person, name = std::move(name)](Database& db) {
    db.run("UPDATE people SET name = $1 WHERE id = $2", name, person);
    return there_is(db, "person");
  });
}

Task<Result<void>> SqlitePeopleStore::set_enabled(PersonId person, bool enabled, AuditRow audit) {
  return store_.write<void>([person, enabled, audit = std::move(audit)](Database& db) -> Result<void> {
    db.run("UPDATE people SET enabled = $1 WHERE id = $2", enabled, person);
    if (auto found = there_is(db, "person"); !found) return found;
    if (!enabled) drop_sessions(db, person, 0);
    write_audit(db, audit);
    return {};
  });
}

Task<Result<void>> SqlitePeopleStore::set_password(PersonId person, std::string hash, std::int64_t kept,
                                                   AuditRow audit) {
  return store_.write<void>(
      [person, hash = std::move(hash), kept, audit = std::move(audit)](Database& db) -> Result<void> {
        db.run("UPDATE people SET password = $1 WHERE id = $2", hash, person);
        if (auto found = there_is(db, "person"); !found) return found;
        drop_sessions(db, person, kept);
        write_audit(db, audit);
        return {};
      });
}

Task<Result<void>> SqlitePeopleStore::put_setup_code(std::string hash) {
  return store_.write<void>([hash = std::move(hash)](Database& db) -> Result<void> {
    db.run("DELETE FROM setup_code");
    db.run("INSERT INTO setup_code (hash) VALUES ($1)", Blob{hash});
    return {};
  });
}

Task<Result<PersonId>> SqlitePeopleStore::create_first_admin(PersonRow row, std::string code_hash, AuditRow audit) {
  return store_.write<PersonId>([row = std::move(row), code_hash = std::move(code_hash),
                                 audit = std::move(audit)](Database& db) -> Result<PersonId> {
    {
      auto admins = db.query("SELECT 1 FROM people WHERE platform_admin AND enabled LIMIT 1");
      if (admins.next()) return fail(ErrorKind::kConflict, "there is a platform admin already");
    }
    db.run("DELETE FROM setup_code WHERE hash = $1", Blob{code_hash});
    if (auto found = there_is(db, "code"); !found) return std::unexpected(found.error());
    auto id = insert_person(db, row);
    if (id) write_own_audit(db, audit, *id);
    return id;
  });
}

Task<Result<std::int64_t>> SqlitePeopleStore::create_session(SessionRow row, SessionsKept kept, AuditRow audit) {
  return store_.write<std::int64_t>(
      [row = std::move(row), kept, audit = std::move(audit)](Database& db) -> Result<std::int64_t> {
        db.run("DELETE FROM sessions WHERE created_ms <= $1 OR last_seen_ms <= $2", to_ms(kept.born_after),
               to_ms(kept.seen_after));
        db.run(
            "INSERT INTO sessions (hash, person, created_ms, last_seen_ms, from_address, agent) "
            "VALUES ($1, $2, $3, $4, $5, $6)",
            Blob{row.hash}, row.person, to_ms(row.created_at), to_ms(row.last_seen_at), row.from, row.agent);
        const std::int64_t id = db.last_insert_id();
        db.run(
            "DELETE FROM sessions WHERE person = $1 AND id NOT IN "
            "(SELECT id FROM sessions WHERE person = $1 ORDER BY id DESC LIMIT $2)",
            row.person, kept.of_person);
        db.run("UPDATE people SET last_seen_ms = $1 WHERE id = $2", to_ms(row.last_seen_at), row.person);
        write_audit(db, audit);
        return id;
      });
}

Task<Result<void>> SqlitePeopleStore::touch_session(std::int64_t session, PersonId person, TimePoint now) {
  return store_.write<void>([session, person, now](Database& db) -> Result<void> {
    db.run("UPDATE sessions SET last_seen_ms = $1 WHERE id = $2", to_ms(now), session);
    db.run("UPDATE people SET last_seen_ms = $1 WHERE id = $2", to_ms(now), person);
    return {};
  });
}

Task<Result<void>> SqlitePeopleStore::end_session(std::int64_t session) {
  return store_.write<void>([session](Database& db) -> Result<void> {
    db.run("DELETE FROM sessions WHERE id = $1", session);
    return {};
  });
}

Task<Result<void>> SqlitePeopleStore::end_sessions(PersonId person, AuditRow audit) {
  return store_.write<void>([person, audit = std::move(audit)](Database& db) -> Result<void> {
    drop_sessions(db, person, 0);
    write_audit(db, audit);
    return {};
  });
}

}  // namespace claw::sqlite
