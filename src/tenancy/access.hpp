#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/audit.hpp"
#include "tenancy/tenant.hpp"

namespace claw {

/// What somebody may do with a tenant. Every route of the API and every page asks for one of these, and nothing else
/// decides. Also the scopes of API tokens. Stored by name.
enum class Permission : std::uint8_t {
  kInboxRead,      ///< Messages, people, conversations, figures, and their live stream.
  kInboxWrite,     ///< Answer by hand, take over; write the key-value store.
  kPairing,        ///< Admit, refuse and block senders.
  kSettingsRead,   ///< The tenant's settings; of secrets only whether they are set.
  kSettingsWrite,  ///< Secrets, channel, agents, routing.
  kMembers,        ///< Members, invitations and API tokens.
  kAuditRead,      ///< Who changed what.
  kPlatform,       ///< All tenants: make, disable, limit them; the platform's address.
};
inline constexpr std::size_t kPermissionCount = 8;
[[nodiscard]] std::string_view to_string(Permission permission);
[[nodiscard]] std::optional<Permission> permission_named(std::string_view name);

/// A set of permissions.
class Permissions {
 public:
  constexpr Permissions() = default;
  Permissions(std::initializer_list<Permission> list) {
    for (const auto each : list) add(each);
  }
  void add(Permission permission) { bits_.set(static_cast<std::size_t>(permission)); }
  [[nodiscard]] bool has(Permission permission) const { return bits_.test(static_cast<std::size_t>(permission)); }
  [[nodiscard]] std::vector<std::string_view> names() const;
  /// As it is stored: the names with a space between. Names that are no permission's are passed over.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] static Permissions from_text(std::string_view names);
  [[nodiscard]] bool includes(const Permissions& other) const { return (bits_ & other.bits_) == other.bits_; }
  [[nodiscard]] Permissions operator&(const Permissions& other) const;
  bool operator==(const Permissions&) const = default;

 private:
  std::bitset<kPermissionCount> bits_;
};

/// What a person is in a tenant. Stored by name. A platform admin is kPlatform in every tenant.
enum class Role : std::uint8_t { kViewer, kOperator, kAdmin, kOwner, kPlatform };
[[nodiscard]] std::string_view to_string(Role role);
[[nodiscard]] std::optional<Role> role_named(std::string_view name);

/// The one table of who may do what.
///
/// | role | may |
/// |---|---|
/// | viewer | inbox.read, settings.read |
/// | operator | and inbox.write, pairing |
/// | admin | and settings.write, members, audit.read |
/// | owner | the same, and is the only one to make or remove owners |
/// | platform | everything, in every tenant |
[[nodiscard]] Permissions permissions_of(Role role);

/// Who does something, for the audit log.
struct Actor {
  enum class Kind : std::uint8_t { kPerson, kToken, kCommandLine, kSystem };
  Kind kind = Kind::kSystem;
  std::int64_t id = 0;  ///< Of the person or the token.
  std::string name;     ///< E-mail, or the token's label.
  std::string from;     ///< Address; empty on this machine.
};

/// The row that says what `actor` did, for the transaction that does it. `tenant` is 0 for what is the platform's.
[[nodiscard]] AuditRow audit_row(const Actor& actor, TenantId tenant, TimePoint at, std::string action,
                                 std::string target, std::string what);

struct Session;

/// Who asks, as the guard of the API let them in.
struct Caller {
  TenantRef tenant;                        ///< Null only on routes that are about no tenant.
  std::shared_ptr<const Session> session;  ///< Of a person (tenancy/people.hpp); null: a program, or nobody.
  Actor actor;
  Permissions permissions;

  [[nodiscard]] bool may(Permission permission) const { return permissions.has(permission); }
};

}  // namespace claw
