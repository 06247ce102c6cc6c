#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.hpp"
#include "ledger/sqlite/tally.hpp"
#include "whatsapp/webhook.hpp"

namespace claw::sqlite {

/// A row of `users`.
struct User {
  UserId id;
  std::string public_id;
  std::string phone;  ///< The newest of theirs: the one that reaches them. So is the BSUID.
  std::string bsuid;
  std::string name;
};

/// Who is who among a tenant's people, inside a transaction: the keys `wa:{phone}` and `wa:{bsuid}` say whose an
/// address is, `users` what is known of them.
///
/// - An address is one user's at a time. A phone number and a BSUID that Meta shows together are one user's: two users
///   become one, the older, with one history for each number. Only where both have a BSUID, each another, are they two
///   people: then the phone number goes to whom Meta shows with it, and all else stays where it is.
/// - A changed number or BSUID takes along user, history and access. Who gets the old number next is somebody new: a
///   user with an id of their own (`4915…~2`), who inherits nothing.
/// - Ids of users are never given twice, and one that was merged finds the user it became.
/// - Access rows stand under addresses (move_access.hpp); they follow their person, not the number.
///
/// Throws SqliteError.
class Identity {
 public:
  /// `db` is inside a transaction; both outlive this object.
  Identity(Database& db, TimePoint now, Tally& tally) : db_(db), now_(now), tally_(tally) {}

  /// Of whom a webhook speaks, made where nobody has one of the addresses. REQUIRES: one of them is not empty.
  User find_or_make(TenantId tenant, const whatsapp::Person& person);
  User find_or_make_group(TenantId tenant, std::string_view group_id);
  User name_group(TenantId tenant, std::string_view group_id, const std::string& name);

  /// Meta says that `from` is `to` now, where `to` has only what changed. Nothing where neither is known.
  std::optional<User> moved(TenantId tenant, const whatsapp::Person& from, const whatsapp::Person& to);
  /// The same, and makes a user by the new addresses where neither is known.
  User moved_or_made(TenantId tenant, const whatsapp::Person& from, const whatsapp::Person& to);

  /// `other` becomes `survivor`. REQUIRES: they are two, and no groups.
  User merge(TenantId tenant, User survivor, User other);

  /// The address becomes the user's too. REQUIRES: nobody has it.
  void link(TenantId tenant, User user, const std::string& address);
  /// It is nobody's from here on. REQUIRES: it is the user's.
  void unlink(TenantId tenant, User user, const std::string& address);

  /// Whose an address is.
  std::optional<User> holder_of(TenantId tenant, const std::string& address);

  [[nodiscard]] const std::vector<IdentityChange>& changes() const { return changes_; }
  [[nodiscard]] std::vector<IdentityChange> take_changes() { return std::move(changes_); }

 private:
  std::optional<std::string> mapped(TenantId tenant, const std::string& address);
  void map(TenantId tenant, const std::string& address, const std::string& public_id);
  /// The user that a key names, made where the tenant wrote a key for somebody who has not written yet.
  User known_as(TenantId tenant, const std::string& public_id);
  User make(TenantId tenant, const whatsapp::Person& person);
  User insert(TenantId tenant, const std::string& public_id, const whatsapp::Person& person);
  User with_newest(TenantId tenant, User user, const whatsapp::Person& person);
  User brought_together(TenantId tenant, const whatsapp::Person& person, User by_phone, User by_bsuid);
  User older_of(TenantId tenant, User a, User b);
  /// By BSUID, else by phone, unless its user has another BSUID by now than the person's or `or_bsuid`.
  std::optional<User> owner_of(TenantId tenant, const whatsapp::Person& person, const std::string& or_bsuid);
  /// `old` is `now` from here on; `bsuid` is the user's, as Meta has it now.
  User to_address(TenantId tenant, User user, const std::string& old, const std::string& now, const std::string& bsuid);
  /// The address is `to`'s and no longer `from`'s, whose access by it goes on under what is left to them.
  void give(TenantId tenant, const std::string& address, User from, const User& to);
  /// `user` no longer has it: another of theirs takes its place.
  void without(TenantId tenant, User& user, const std::string& address);
  void write(const User& user);
  IdentityChange& changed(TenantId tenant, const User& user);

  Database& db_;
  TimePoint now_;
  Tally& tally_;
  std::vector<IdentityChange> changes_;
};

/// The user of this public id, or whom that user became.
[[nodiscard]] std::optional<User> user_named(Database& db, TenantId tenant, std::string_view public_id);

/// All phone numbers and BSUIDs of a user, in order.
[[nodiscard]] std::vector<std::string> addresses_of(Database& db, TenantId tenant, const std::string& public_id);

}  // namespace claw::sqlite
