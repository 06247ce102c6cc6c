#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/tenant.hpp"

namespace claw {

/// A name that everybody's secrets have, with what a person should know of it.
struct KnownSecret {
  std::string_view name;
  std::string_view description;  ///< What it is, and where Meta shows it.
  bool readable = false;         ///< An id of Meta's, stored as a setting and shown.
  bool per_number = false;       ///< A further number may have its own: NAME_<phone number id>.
};

/// The platform's own, which are those of tenant 0.
inline constexpr const char* kPlatformAppSecret = "PLATFORM_APP_SECRET";
inline constexpr const char* kPlatformVerifyToken = "PLATFORM_VERIFY_TOKEN";
inline constexpr const char* kPlatformAppId = "PLATFORM_APP_ID";
[[nodiscard]] bool is_platform_name(std::string_view name);

/// `name` or, where it is of one number, its base; nullptr for a name of the tenant's own.
[[nodiscard]] const KnownSecret* known_secret(std::string_view name);

/// Of WHATSAPP_ACCESS_TOKEN_111: "111". Empty for all others.
[[nodiscard]] std::string_view number_in(std::string_view name);
/// The name under which `number` has its own of `base`.
[[nodiscard]] std::string name_for_number(std::string_view base, std::string_view number);

/// 1 to 64 of A-Z, 0-9 and _.
[[nodiscard]] bool is_secret_name(std::string_view name);
/// True for ids of Meta's, which are settings.
[[nodiscard]] bool is_readable(std::string_view name);

/// A secret as it may be shown.
struct SecretView {
  std::string name;
  std::string description = {};
  bool readable = false;
  std::string number = {};  ///< The phone number it is for; empty: all that have none of their own.
  std::optional<SecretFacts> set = {};
  std::string value = {};  ///< Of a readable one.
};
/// One of the tenant's, set or not.
[[nodiscard]] SecretView secret_view(const Tenant& tenant, const std::string& name);
/// The known ones first, set or not, then those of single numbers, then the tenant's own.
[[nodiscard]] std::vector<SecretView> secret_views(const Tenant& tenant);
/// What is set of `base` for a number: its own, else the tenant's; nullptr where neither is.
[[nodiscard]] const SecretFacts* secret_for(const Tenant& tenant, std::string_view base, std::string_view number);
/// The value of an id of Meta's for a number, in the same way; empty where none is set.
[[nodiscard]] std::string id_for(const Tenant& tenant, std::string_view base, std::string_view number);

/// What the tenant needs and has not set, by name. A number that is claimed of the platform's app needs no app secret
/// and no verify token of the tenant's, for its webhooks come by the platform's address; an access token it needs.
[[nodiscard]] std::vector<std::string> missing_secrets(const Tenant& tenant);

}  // namespace claw
