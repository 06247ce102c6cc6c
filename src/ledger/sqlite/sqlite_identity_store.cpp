#include "ledger/sqlite/sqlite_identity_store.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ledger/sqlite/audit.hpp"
#include "ledger/sqlite/identity.hpp"
#include "ledger/sqlite/user_record.hpp"
#include "ledger/sqlite/walk.hpp"

namespace claw::sqlite {
namespace {

Result<User> person_named(Database& db, TenantId tenant, const std::string& public_id) {
  auto user = user_named(db, tenant, public_id);
  if (!user) return fail(ErrorKind::kNotFound, "there is no such user");
  if (is_group(user->public_id)) return fail(ErrorKind::kInvalid, "a group is no person: it has no addresses");
  return std::move(*user);
}

}  // namespace

template <class Work>
Task<Result<Identified>> SqliteIdentityStore::change(TenantId tenant, std::string user, AuditRow audit, Work work) {
  return store_.write<Identified>([tenant, user = std::move(user), audit = std::move(audit), now = clock_.now(),
                                   work = std::move(work)](Database& db) mutable -> Result<Identified> {
    const auto person = person_named(db, tenant, user);
    if (!person) return std::unexpected(person.error());
    Tally tally;
    Identity identity(db, now, tally);
    const Result<bool> done = work(db, identity, *person);
    if (!done) return std::unexpected(done.error());
    Identified identified;
    if (*done) {
      audit.target = person->public_id;
      write_audit(db, audit);
      tally.write(db);
    }
    if (auto changes = identity.take_changes(); !changes.empty()) identified.changed = std::move(changes.front());
    identified.changed.tenant = tenant;
    const auto as_now = user_named(db, tenant, person->public_id);
    identified.user = user_record(db, tenant, as_now ? *as_now : *person);
    return identified;
  });
}

Task<Result<Identified>> SqliteIdentityStore::link(TenantId tenant, std::string user, std::string address,
                                                   AuditRow audit) {
  return change(tenant, std::move(user), std::move(audit),
                [tenant, address = std::move(address)](Database&, Identity& identity, const User& person) {
                  const auto holder = identity.holder_of(tenant, address);
                  if (holder && holder->id == person.id) return Result<bool>(false);
                  if (holder)
                    return Result<bool>(
                        fail(ErrorKind::kConflict, fmt::format("the user {} has this address: merge the two if they "
                                                               "are one person, or take it away there first",
                                                               holder->public_id)));
                  identity.link(tenant, person, address);
                  return Result<bool>(true);
                });
}

Task<Result<Identified>> SqliteIdentityStore::unlink(TenantId tenant, std::string user, std::string address,
                                                     AuditRow audit) {
  return change(
      tenant, std::move(user), std::move(audit),
      [tenant, address = std::move(address)](Database& db, Identity& identity, const User& person) {
        const auto theirs = addresses_of(db, tenant, person.public_id);
        if (std::ranges::find(theirs, address) == theirs.end()) return Result<bool>(false);
        if (theirs.size() == 1)
          return Result<bool>(
              fail(ErrorKind::kConflict, "it is the last address of this user: nobody could reach them without it"));
        identity.unlink(tenant, person, address);
        return Result<bool>(true);
      });
}

Task<Result<Identified>> SqliteIdentityStore::merge(TenantId tenant, std::string user, std::string other,
                                                    AuditRow audit) {
  return change(tenant, std::move(user), std::move(audit),
                [tenant, other = std::move(other)](Database& db, Identity& identity, const User& person) {
                  auto second = person_named(db, tenant, other);
                  if (!second) return Result<bool>(std::unexpected(second.error()));
                  if (second->id == person.id)
                    return Result<bool>(fail(ErrorKind::kConflict, "these two are one user already"));
                  identity.merge(tenant, person, std::move(*second));
                  return Result<bool>(true);
                });
}

Task<Result<std::string>> SqliteIdentityStore::holder(TenantId tenant, std::string address) {
  return store_.read<std::string>([tenant, address = std::move(address)](Database& db) -> Result<std::string> {
    std::string public_id;
    {
      const std::string key = "wa:" + address;
      auto row = db.query("SELECT value FROM kv WHERE tenant = $1 AND key = $2", tenant, key);
      if (row.next()) public_id = row->text(0);
    }
    const auto user = public_id.empty() ? std::nullopt : user_named(db, tenant, public_id);
    return user ? user->public_id : std::string();
  });
}

Task<Result<Page<GroupRecord, std::string>>> SqliteIdentityStore::groups(TenantId tenant, GroupFilter filter) {
  using Groups = Page<GroupRecord, std::string>;
  return store_.read<Groups>([tenant, filter = std::move(filter)](Database& db) -> Result<Groups> {
    const std::string prefix(kGroupUser);
    const KeyRange range(prefix + filter.id, filter.after.empty() ? std::string() : prefix + filter.after);
    const std::string only = filter.id.empty() ? std::string() : prefix + filter.id;
    auto rows = db.query(
        "SELECT u.public_id, u.name, c.phone_number_id, CASE WHEN m.id IS NULL THEN 0 ELSE c.id END, m.created_ms "
        "FROM (SELECT id, public_id, name, tenant FROM users WHERE tenant = $1 AND public_id >= $2 AND public_id < $3 "
        "AND ($4 = '' OR public_id = $4) ORDER BY public_id LIMIT $5) u "
        "CROSS JOIN conversations c ON c.tenant = u.tenant AND c.user = u.id "
        "LEFT JOIN messages m ON m.id = c.last_message ORDER BY u.public_id, c.id",
        tenant, range.from, range.end, only, filter.limit);
    Groups page;
    while (rows.next())
      page.push_back({group_of(rows->view(0)), rows->text(1), rows->text(2), ConversationId{rows->integer(3)},
                      from_ms(rows->integer(4))});
    std::string last;
    std::size_t count = 0;
    for (const auto& group : page)
      if (std::exchange(last, group.id) != group.id) ++count;
    if (count == filter.limit) page.next = last;
    return page;
  });
}

}  // namespace claw::sqlite
