#include <algorithm>

#include <fmt/format.h>

#include "ledger/sqlite/audit.hpp"
#include "ledger/sqlite/sqlite_people_store.hpp"

namespace claw::sqlite {
namespace {

constexpr std::string_view kOwner = "owner";

/// False if the person is a member already.
bool insert_member(Database& db, TenantId tenant, PersonId person, const std::string& role) {
  db.run(
      "INSERT INTO memberships (tenant, person, role, version) VALUES ($1, $2, $3, lower(hex(randomblob(16)))) ON "
      "CONFLICT DO NOTHING",
      tenant, person, role);
  return db.changes() > 0;
}

bool has_another_owner(Database& db, TenantId tenant, PersonId person) {
  auto owners = db.query("SELECT 1 FROM memberships WHERE tenant = $1 AND role = $2 AND person <> $3 LIMIT 1", tenant,
                         kOwner, person);
  return owners.next();
}

bool names(const Versions& match, const std::string& version) {
  return match.any || std::ranges::find(match.versions, version) != match.versions.end();
}

std::optional<InvitationRow> open_invitation(Database& db, const std::string& hash, TimePoint now) {
  auto row = db.query("SELECT id, tenant, email, role FROM invitations WHERE hash = $1 AND expires_ms > $2", Blob{hash},
                      to_ms(now));
  if (!row.next()) return std::nullopt;
  InvitationRow found;
  found.id = row->integer(0);
  found.tenant = TenantId{row->integer(1)};
  found.email = row->text(2);
  found.role = row->text(3);
  return found;
}

}  // namespace

Task<Result<void>> SqlitePeopleStore::add_member(MembershipRow row, AuditRow audit) {
  return store_.write<void>([row = std::move(row), audit = std::move(audit)](Database& db) -> Result<void> {
    if (!insert_member(db, row.tenant, row.person, row.role))
      return fail(ErrorKind::kConflict, "this person is a member already");
    // Who was invited too has come in by another way.
    db.run("DELETE FROM invitations WHERE tenant = $1 AND email = (SELECT email FROM people WHERE id = $2)", row.tenant,
           row.person);
    write_audit(db, audit);
    return {};
  });
}

Task<Result<bool>> SqlitePeopleStore::change_member(MemberChange change, AuditRow audit) {
  return store_.write<bool>([change = std::move(change), audit = std::move(audit)](Database& db) -> Result<bool> {
    std::string role;
    {
      auto row = db.query("SELECT role, version FROM memberships WHERE tenant = $1 AND person = $2", change.tenant,
                          change.person);
      if (!row.next()) return fail(ErrorKind::kNotFound, "there is no such member");
      role = row->text(0);
      if (change.match && !names(*change.match, row->text(1))) return false;
    }
    const bool stays_owner = change.role == kOwner;
    if (!change.by_owner && (role == kOwner || stays_owner))
      return fail(ErrorKind::kUnauthorized, "only an owner makes or removes owners");
    if (role == kOwner && !stays_owner && !has_another_owner(db, change.tenant, change.person))
      return fail(ErrorKind::kConflict, "this is the last owner of the tenant; make somebody else an owner first");
    if (change.role)
      db.run("UPDATE memberships SET role = $1, version = lower(hex(randomblob(16))) WHERE tenant = $2 AND person = $3",
             *change.role, change.tenant, change.person);
    else
      db.run("DELETE FROM memberships WHERE tenant = $1 AND person = $2", change.tenant, change.person);
    // What they promised others went with what they could give.
    db.run("DELETE FROM invitations WHERE tenant = $1 AND invited_by = (SELECT email FROM people WHERE id = $2)",
           change.tenant, change.person);
    write_audit(db, audit);
    return true;
  });
}

Task<Result<std::int64_t>> SqlitePeopleStore::invite(InvitationRow row, AuditRow audit) {
  return store_.write<std::int64_t>([row = std::move(row),
                                     audit = std::move(audit)](Database& db) -> Result<std::int64_t> {
    {
      auto member = db.query("SELECT 1 FROM memberships JOIN people ON id = person WHERE tenant = $1 AND email = $2",
                             row.tenant, row.email);
      if (member.next()) return fail(ErrorKind::kConflict, fmt::format("{} is a member already", row.email));
    }
    db.run("DELETE FROM invitations WHERE (tenant = $1 AND email = $2) OR expires_ms <= $3", row.tenant, row.email,
           to_ms(row.created_at));
    db.run(
        "INSERT INTO invitations (tenant, email, role, hash, invited_by, created_ms, expires_ms) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        row.tenant, row.email, row.role, Blob{row.hash}, row.invited_by, to_ms(row.created_at), to_ms(row.expires_at));
    const std::int64_t id = db.last_insert_id();
    write_audit(db, audit);
    return id;
  });
}

Task<Result<void>> SqlitePeopleStore::delete_invitation(TenantId tenant, std::int64_t id, AuditRow audit) {
  return store_.write<void>([tenant, id, audit = std::move(audit)](Database& db) -> Result<void> {
    db.run("DELETE FROM invitations WHERE tenant = $1 AND id = $2", tenant, id);
    if (db.changes() == 0) return fail(ErrorKind::kNotFound, "there is no such invitation");
    write_audit(db, audit);
    return {};
  });
}

Task<Result<PersonId>> SqlitePeopleStore::accept_invitation(std::string hash, PersonRow who, TimePoint now,
                                                            AuditRow audit) {
  return store_.write<PersonId>([hash = std::move(hash), who = std::move(who), now,
                                 audit = std::move(audit)](Database& db) mutable -> Result<PersonId> {
    const auto invitation = open_invitation(db, hash, now);
    if (!invitation || (who.id && who.email != invitation->email))
      return fail(ErrorKind::kNotFound, "this invitation was used, taken back or has expired");
    if (!who.id) {
      who.email = invitation->email;
      const auto made = insert_person(db, who);
      if (!made) return made;
      who.id = *made;
    }
    insert_member(db, invitation->tenant, who.id, invitation->role);
    db.run("DELETE FROM invitations WHERE id = $1", invitation->id);
    audit.who_id = who.id.value;
    audit.who = who.email;
    write_audit(db, audit);
    return who.id;
  });
}

}  // namespace claw::sqlite
