#include "tenancy/access.hpp"

#include <algorithm>
#include <array>
#include <ranges>

namespace claw {
namespace {

constexpr std::array<std::string_view, kPermissionCount> kPermissionNames = {
    "inbox.read", "inbox.write", "pairing", "settings.read", "settings.write", "members", "audit.read", "platform"};
constexpr std::array<std::string_view, 5> kRoleNames = {"viewer", "operator", "admin", "owner", "platform"};
constexpr std::array<std::string_view, 4> kActorKindNames = {"person", "token", "command_line", "system"};

template <class Value, class Names>
std::optional<Value> named(const Names& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Value>(found - names.begin());
}

}  // namespace

std::string_view to_string(Permission permission) {
  return kPermissionNames[static_cast<std::size_t>(permission)];
}

std::optional<Permission> permission_named(std::string_view name) {
  return named<Permission>(kPermissionNames, name);
}

std::vector<std::string_view> Permissions::names() const {
  std::vector<std::string_view> list;
  for (std::size_t i = 0; i < kPermissionCount; ++i)
    if (bits_.test(i)) list.push_back(kPermissionNames[i]);
  return list;
}

std::string Permissions::text() const {
  std::string text;
  for (const auto name : names()) text.append(text.empty() ? "" : " ").append(name);
  return text;
}

Permissions Permissions::from_text(std::string_view names) {
  Permissions set;
  for (const auto part : names | std::views::split(' '))
    if (const auto permission = permission_named(std::string_view(part))) set.add(*permission);
  return set;
}

Permissions Permissions::operator&(const Permissions& other) const {
  Permissions both;
  both.bits_ = bits_ & other.bits_;
  return both;
}

std::string_view to_string(Role role) {
  return kRoleNames[static_cast<std::size_t>(role)];
}

std::optional<Role> role_named(std::string_view name) {
  return named<Role>(kRoleNames, name);
}

Permissions permissions_of(Role role) {
  Permissions set{Permission::kInboxRead, Permission::kSettingsRead};
  if (role == Role::kViewer) return set;
  set.add(Permission::kInboxWrite);
  set.add(Permission::kPairing);
  if (role == Role::kOperator) return set;
  set.add(Permission::kSettingsWrite);
  set.add(Permission::kMembers);
  set.add(Permission::kAuditRead);
  if (role == Role::kPlatform) set.add(Permission::kPlatform);
  return set;
}

AuditRow audit_row(const Actor& actor, TenantId tenant, TimePoint at, std::string action, std::string target,
                   std::string what) {
  return {0,
          tenant,
          at,
          std::string(kActorKindNames[static_cast<std::size_t>(actor.kind)]),
          actor.id,
          actor.name,
          actor.from,
          std::move(action),
          std::move(target),
          std::move(what)};
}

}  // namespace claw
