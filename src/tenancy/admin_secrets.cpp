#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/text.hpp"
#include "tenancy/admin.hpp"
#include "tenancy/secret_names.hpp"

namespace claw {
namespace {

bool is_id_list(std::string_view value) {
  const auto ids = split_words(value);
  return !value.empty() && std::ranges::all_of(ids, [](const std::string& id) {
    return std::ranges::all_of(id, [](unsigned char c) { return std::isdigit(c); });
  });
}

/// What surrounds a value that was pasted or came from an editor: blanks, the line's end, a byte order mark.
std::string_view without_surroundings(std::string_view value) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (value.starts_with(kByteOrderMark)) value.remove_prefix(kByteOrderMark.size());
  return trimmed(value);
}

/// Empty if `value` can be a secret of that name. The access token stands in a header: a line break would make it two.
std::string_view fault_in(std::string_view name, std::string_view value) {
  if (value.empty()) return "the value is empty";
  if (value.size() > Admin::kMaxSecretBytes) return "the value is longer than 8 KiB";
  const auto* known = known_secret(name);
  const auto base = known ? known->name : name;
  const auto printable = [](unsigned char c) { return c > 0x20 && c < 0x7f; };
  if ((base == kAccessToken || base == kAppSecret || base == kPlatformAppSecret) &&
      !std::ranges::all_of(value, printable))
    return "the value has blanks, line breaks or characters that no token of Meta's has; was it copied whole?";
  if ((base == kVerifyToken || base == kPlatformVerifyToken) &&
      std::ranges::any_of(value, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return "the value has line breaks or other control characters";
  return {};
}

/// Each app secret is tried on a webhook: a bound on what a stranger's request costs.
std::string app_secrets_fault(const Tenant& tenant, const std::string& name) {
  if (name == kAppSecret || !name.starts_with(kAppSecret) || number_in(name).empty()) return {};
  std::size_t others = 0;
  for (const auto& [number, own] : tenant.of_numbers)
    others += !own.app_secret.empty() && name != name_for_number(kAppSecret, number);
  return others < Admin::kMaxAppSecrets
             ? ""
             : fmt::format("{} numbers at most have an app secret of their own", Admin::kMaxAppSecrets);
}

std::string description_fault(const SecretChange& change) {
  if (!change.description) return {};
  if (known_secret(change.name)) return fmt::format("{} has a description already: ours", change.name);
  if (change.description->size() > Admin::kMaxDescriptionBytes)
    return fmt::format("a description has {} bytes at most", Admin::kMaxDescriptionBytes);
  return {};
}

}  // namespace

Task<Result<TenantRef>> Admin::set_id(By by, TenantRef tenant, std::string name, std::string value) {
  if (!is_id_list(value))
    co_return fail(ErrorKind::kInvalid, fmt::format("{} is a number of Meta's: digits only", name));
  std::vector<std::string> unique;
  if (name == kPhoneNumberId) {
    unique = split_words(value);
    if (unique.empty()) co_return fail(ErrorKind::kInvalid, "there is no phone number id in the value");
    if (unique.size() > kMaxNumbers)
      co_return fail(ErrorKind::kInvalid, fmt::format("a tenant has {} phone numbers at most", kMaxNumbers));
    for (const auto& claim : directory_.claims())
      if (claim.tenant != tenant->id && std::ranges::find(unique, claim.phone_number_id) != unique.end())
        co_return fail(ErrorKind::kConflict,
                       fmt::format("phone number id {} is another tenant's: the platform delivers it there",
                                   claim.phone_number_id));
    for (const auto& claim : tenant->claims)
      if (std::ranges::find(unique, claim.phone_number_id) == unique.end())
        co_return fail(ErrorKind::kConflict,
                       fmt::format("phone number id {} comes by the platform's address: it stays in the list until a "
                                   "platform admin takes the claim back",
                                   claim.phone_number_id));
  } else if (value.contains(',')) {
    co_return fail(ErrorKind::kInvalid, fmt::format("{} is one number of Meta's", name));
  }
  auto changed = change(by, tenant->id, "secret.set", name, fmt::format("set {} to {}", name, value));
  co_return co_await done(tenant->id, "secrets",
                          co_await store_.put_setting({tenant->id, name, value, clock_.now(), by.actor.name},
                                                      std::move(unique), std::move(changed)));
}

Task<Result<TenantRef>> Admin::set_secret(By by, TenantRef tenant, SecretChange wanted) {
  const std::string name = wanted.name;
  if (!is_secret_name(name)) co_return fail(ErrorKind::kInvalid, "a secret's name is 1 to 64 of A-Z, 0-9 and _");
  if (is_platform_name(name) != !tenant->id || (!tenant->id && !known_secret(name)))
    co_return fail(ErrorKind::kInvalid,
                   tenant->id ? "names that begin with PLATFORM_ are the platform's"
                              : "the platform has PLATFORM_APP_SECRET, PLATFORM_VERIFY_TOKEN and PLATFORM_APP_ID");
  if (auto fault = app_secrets_fault(*tenant, name); !fault.empty())
    co_return fail(ErrorKind::kInvalid, std::move(fault));
  if (auto fault = description_fault(wanted); !fault.empty()) co_return fail(ErrorKind::kInvalid, std::move(fault));
  const auto known = tenant->secrets_set.find(name);
  const bool is_new = known == tenant->secrets_set.end();
  if (!wanted.value) {
    if (!wanted.description) co_return fail(ErrorKind::kInvalid, "give a value, a description, or both");
    auto changed = change(by, tenant->id, "secret.describe", name, fmt::format("described {} anew", name));
    co_return co_await done(
        tenant->id, "secrets",
        co_await store_.describe_secret(tenant->id, name, std::move(*wanted.description), std::move(changed)));
  }
  const auto value = without_surroundings(wanted.value->expose());
  if (const auto fault = fault_in(name, value); !fault.empty()) co_return fail(ErrorKind::kInvalid, std::string(fault));
  if (is_readable(name)) co_return co_await set_id(std::move(by), tenant, name, std::string(value));
  SealedSecretRow row{
      tenant->id,   name,          vault_.seal(tenant->id, name, SecretString(std::string(value))),
      clock_.now(), by.actor.name, wanted.description.value_or(is_new ? "" : known->second.description)};
  auto changed = change(by, tenant->id, "secret.set", name, fmt::format("{} {}", is_new ? "set" : "replaced", name));
  co_return co_await done(tenant->id, "secrets", co_await store_.put_secret(std::move(row), std::move(changed)));
}

Task<Result<TenantRef>> Admin::delete_secret(By by, TenantRef tenant, std::string name) {
  auto changed = change(by, tenant->id, "secret.delete", name, fmt::format("deleted {}", name));
  co_return co_await done(tenant->id, "secrets",
                          is_readable(name) ? co_await store_.delete_setting(tenant->id, name, std::move(changed))
                                            : co_await store_.delete_secret(tenant->id, name, std::move(changed)));
}

}  // namespace claw
