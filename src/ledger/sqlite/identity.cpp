#include "ledger/sqlite/identity.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ledger/access_store.hpp"
#include "ledger/sqlite/join_conversations.hpp"
#include "ledger/sqlite/move_access.hpp"

namespace claw::sqlite {
namespace {

using whatsapp::Person;

std::string key_of(std::string_view address) {
  return fmt::format("wa:{}", address);
}

std::string& address_in(User& user, const std::string& like) {
  return whatsapp::is_bsuid(like) ? user.bsuid : user.phone;
}

const std::string& any_address(const User& user) {
  return user.phone.empty() ? user.bsuid : user.phone;
}

}  // namespace

std::optional<User> user_named(Database& db, TenantId tenant, std::string_view public_id) {
  std::int64_t into = 0;
  {
    auto row = db.query("SELECT id, phone, bsuid, name, merged_into FROM users WHERE tenant = $1 AND public_id = $2",
                        tenant, public_id);
    if (!row.next()) return std::nullopt;
    into = row->integer(4);
    if (into == 0)
      return User{UserId{row->integer(0)}, std::string(public_id), row->text(1), row->text(2), row->text(3)};
  }
  auto row = db.query("SELECT id, public_id, phone, bsuid, name FROM users WHERE id = $1", into);
  if (!row.next()) return std::nullopt;
  return User{UserId{row->integer(0)}, row->text(1), row->text(2), row->text(3), row->text(4)};
}

std::vector<std::string> addresses_of(Database& db, TenantId tenant, const std::string& public_id) {
  std::vector<std::string> found;
  auto rows = db.query(
      "SELECT substr(key, 4) FROM kv WHERE tenant = $1 AND value = $2 AND key >= 'wa:' AND key < 'wa;' ORDER BY key",
      tenant, public_id);
  while (rows.next()) found.push_back(rows->text(0));
  return found;
}

std::optional<std::string> Identity::mapped(TenantId tenant, const std::string& address) {
  if (address.empty()) return std::nullopt;
  const std::string key = key_of(address);
  auto row = db_.query("SELECT value FROM kv WHERE tenant = $1 AND key = $2", tenant, key);
  // A key that names a group is a slip of whoever wrote it: what a person says must not get there.
  if (!row.next() || is_group(row->view(0))) return std::nullopt;
  return row->text(0);
}

void Identity::map(TenantId tenant, const std::string& address, const std::string& public_id) {
  if (address.empty()) return;
  db_.run("INSERT INTO kv (tenant, key, value) VALUES ($1, $2, $3) ON CONFLICT DO UPDATE SET value = excluded.value",
          tenant, key_of(address), public_id);
}

User Identity::insert(TenantId tenant, const std::string& public_id, const Person& person) {
  db_.run("INSERT INTO users (tenant, public_id, name, phone, bsuid, created_ms) VALUES ($1, $2, $3, $4, $5, $6)",
          tenant, public_id, person.name, person.phone, person.bsuid, to_ms(now_));
  return {UserId{db_.last_insert_id()}, public_id, person.phone, person.bsuid, person.name};
}

User Identity::known_as(TenantId tenant, const std::string& public_id) {
  auto user = user_named(db_, tenant, public_id);
  if (!user) return insert(tenant, public_id, {});
  if (user->public_id != public_id)
    db_.run("UPDATE kv SET value = $3 WHERE tenant = $1 AND value = $2 AND key >= 'wa:' AND key < 'wa;'", tenant,
            public_id, user->public_id);
  return std::move(*user);
}

User Identity::make(TenantId tenant, const Person& person) {
  const std::string& address = person.phone.empty() ? person.bsuid : person.phone;
  std::optional<User> user;
  for (int namesake = 1; !user; ++namesake) {
    const std::string public_id = namesake == 1 ? address : fmt::format("{}~{}", address, namesake);
    bool is_taken = false;
    {
      auto row =
          db_.query("SELECT id, phone, bsuid, name FROM users WHERE tenant = $1 AND public_id = $2", tenant, public_id);
      is_taken = row.next();
      // Their own row, whose key the tenant deleted. Who has another number by now, or was merged, is somebody else.
      if (is_taken && (row->view(1) == address || row->view(2) == address))
        user = User{UserId{row->integer(0)}, public_id, row->text(1), row->text(2), row->text(3)};
    }
    if (!is_taken) user = insert(tenant, public_id, person);
  }
  map(tenant, person.phone, user->public_id);
  map(tenant, person.bsuid, user->public_id);
  return with_newest(tenant, std::move(*user), person);
}

User Identity::find_or_make(TenantId tenant, const Person& person) {
  const auto by_phone = mapped(tenant, person.phone);
  const auto by_bsuid = mapped(tenant, person.bsuid);
  if (!by_phone && !by_bsuid) return make(tenant, person);
  User user = known_as(tenant, by_phone ? *by_phone : *by_bsuid);
  if (!by_phone) map(tenant, person.phone, user.public_id);
  if (!by_bsuid) map(tenant, person.bsuid, user.public_id);
  if (by_phone && by_bsuid && *by_phone != *by_bsuid)
    user = brought_together(tenant, person, std::move(user), known_as(tenant, *by_bsuid));
  return with_newest(tenant, std::move(user), person);
}

User Identity::brought_together(TenantId tenant, const Person& person, User by_phone, User by_bsuid) {
  if (by_phone.id == by_bsuid.id) return by_phone;
  if (by_phone.bsuid.empty() || by_phone.bsuid == person.bsuid)
    return older_of(tenant, std::move(by_phone), std::move(by_bsuid));
  give(tenant, person.phone, std::move(by_phone), by_bsuid);
  return by_bsuid;
}

User Identity::with_newest(TenantId tenant, User user, const Person& person) {
  const bool new_phone = !person.phone.empty() && person.phone != user.phone;
  const bool new_bsuid = !person.bsuid.empty() && person.bsuid != user.bsuid;
  const bool new_name = !person.name.empty() && person.name != user.name;
  if (!new_phone && !new_bsuid && !new_name) return user;
  // What is looked at is the access of the newest address.
  if (new_phone && move_access(db_, tenant, user.phone, person.phone)) changed(tenant, user);
  if (new_bsuid && move_access(db_, tenant, user.bsuid, person.bsuid)) changed(tenant, user);
  if (new_phone) user.phone = person.phone;
  if (new_bsuid) user.bsuid = person.bsuid;
  if (new_name) user.name = person.name;
  write(user);
  return user;
}

void Identity::write(const User& user) {
  db_.run("UPDATE users SET phone = $1, bsuid = $2, name = $3 WHERE id = $4", user.phone, user.bsuid, user.name,
          user.id);
}

User Identity::find_or_make_group(TenantId tenant, std::string_view group_id) {
  const std::string public_id = fmt::format("{}{}", kGroupUser, group_id);
  auto group = user_named(db_, tenant, public_id);
  return group ? std::move(*group) : insert(tenant, public_id, {});
}

User Identity::name_group(TenantId tenant, std::string_view group_id, const std::string& name) {
  User group = find_or_make_group(tenant, group_id);
  if (std::exchange(group.name, name) != name) write(group);
  return group;
}

std::optional<User> Identity::holder_of(TenantId tenant, const std::string& address) {
  const auto public_id = mapped(tenant, address);
  return public_id ? user_named(db_, tenant, *public_id) : std::nullopt;
}

std::optional<User> Identity::owner_of(TenantId tenant, const Person& person, const std::string& or_bsuid) {
  if (auto user = holder_of(tenant, person.bsuid)) return user;
  auto user = holder_of(tenant, person.phone);
  if (!user || person.bsuid.empty() || user->bsuid.empty()) return user;
  // Their number may be another person's by now.
  return user->bsuid == person.bsuid || user->bsuid == or_bsuid ? user : std::nullopt;
}

std::optional<User> Identity::moved(TenantId tenant, const Person& from, const Person& to) {
  // Of one change Meta tells in several webhooks, in any order: another may have told it, or half of it, before.
  auto user = owner_of(tenant, from, to.bsuid);
  if (!user) return owner_of(tenant, to, {});
  const std::string bsuid = to.bsuid.empty() ? user->bsuid : to.bsuid;
  const std::string old_bsuid = from.bsuid.empty() ? user->bsuid : from.bsuid;
  const std::string old_phone = from.phone.empty() ? user->phone : from.phone;
  *user = to_address(tenant, std::move(*user), old_bsuid, to.bsuid, bsuid);
  *user = to_address(tenant, std::move(*user), old_phone, to.phone, bsuid);
  return user;
}

User Identity::moved_or_made(TenantId tenant, const Person& from, const Person& to) {
  if (auto user = moved(tenant, from, to)) return std::move(*user);
  Person now = to;
  now.name = from.name;
  if (now.phone.empty() && !holder_of(tenant, from.phone)) now.phone = from.phone;
  if (now.bsuid.empty()) now.bsuid = from.bsuid;
  return find_or_make(tenant, now);
}

User Identity::to_address(TenantId tenant, User user, const std::string& old, const std::string& now,
                          const std::string& bsuid) {
  if (now.empty() || now == old) return user;
  if (auto other = holder_of(tenant, now); other && other->id != user.id) {
    if (other->bsuid.empty() || bsuid.empty() || other->bsuid == bsuid)
      user = older_of(tenant, std::move(user), std::move(*other));
    else
      give(tenant, now, std::move(*other), user);
  }
  map(tenant, now, user.public_id);
  db_.run("DELETE FROM kv WHERE tenant = $1 AND key = $2 AND value = $3", tenant, key_of(old), user.public_id);
  move_access(db_, tenant, old, now);
  address_in(user, now) = now;
  write(user);
  changed(tenant, user);
  return user;
}

void Identity::without(TenantId tenant, User& user, const std::string& address) {
  std::string& own = address_in(user, address);
  if (own != address) return;
  const auto left = addresses_of(db_, tenant, user.public_id);
  const auto other = std::ranges::find_if(
      left, [&](const std::string& each) { return whatsapp::is_bsuid(each) == whatsapp::is_bsuid(address); });
  own = other == left.end() ? std::string() : *other;
  write(user);
}

void Identity::give(TenantId tenant, const std::string& address, User from, const User& to) {
  map(tenant, address, to.public_id);
  without(tenant, from, address);
  move_access(db_, tenant, address, any_address(from));
  changed(tenant, from);
  changed(tenant, to);
}

User Identity::older_of(TenantId tenant, User a, User b) {
  return a.id < b.id ? merge(tenant, std::move(a), std::move(b)) : merge(tenant, std::move(b), std::move(a));
}

User Identity::merge(TenantId tenant, User survivor, User other) {
  db_.run("UPDATE kv SET value = $3 WHERE tenant = $1 AND value = $2 AND key >= 'wa:' AND key < 'wa;'", tenant,
          other.public_id, survivor.public_id);
  // Access is looked up by what the survivor is reached by.
  move_access(db_, tenant, other.phone, survivor.phone);
  move_access(db_, tenant, other.bsuid, survivor.bsuid);
  if (survivor.phone.empty()) survivor.phone = other.phone;
  if (survivor.bsuid.empty()) survivor.bsuid = other.bsuid;
  if (survivor.name.empty()) survivor.name = other.name;
  if (!looks_like_an_address(other.public_id)) move_access(db_, tenant, other.public_id, any_address(survivor));
  write(survivor);
  db_.run("UPDATE users SET phone = '', bsuid = '', name = '', merged_into = $1 WHERE id = $2", survivor.id, other.id);
  db_.run("UPDATE users SET merged_into = $1 WHERE merged_into = $2 AND merged_into > 0", survivor.id, other.id);
  auto& change = changed(tenant, survivor);
  change.users.push_back(other.public_id);
  for (const auto& joined : join_conversations(db_, tenant, survivor.id, other.id, tally_))
    change.joined.push_back(joined);
  return survivor;
}

void Identity::link(TenantId tenant, User user, const std::string& address) {
  map(tenant, address, user.public_id);
  if (std::string& own = address_in(user, address); own.empty()) own = address;
  write(user);
  changed(tenant, user);
}

void Identity::unlink(TenantId tenant, User user, const std::string& address) {
  db_.run("DELETE FROM kv WHERE tenant = $1 AND key = $2 AND value = $3", tenant, key_of(address), user.public_id);
  without(tenant, user, address);
  // Who writes from it next is somebody else; its person keeps what was decided about them.
  move_access(db_, tenant, address, any_address(user));
  changed(tenant, user);
}

IdentityChange& Identity::changed(TenantId tenant, const User& user) {
  if (changes_.empty() || changes_.back().tenant != tenant) changes_.push_back({tenant, {}, {}});
  auto& users = changes_.back().users;
  if (std::ranges::find(users, user.public_id) == users.end()) users.push_back(user.public_id);
  return changes_.back();
}

}  // namespace claw::sqlite
