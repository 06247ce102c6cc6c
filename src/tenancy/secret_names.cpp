#include "tenancy/secret_names.hpp"

#include <algorithm>
#include <cctype>

namespace claw {
namespace {

constexpr KnownSecret kKnown[] = {
    {kAccessToken,
     "Lets the gateway send: the token of a system user with whatsapp_business_messaging and "
     "whatsapp_business_management. Meta makes it under Business settings, System users; the one that API Setup shows "
     "lasts 24 hours.",
     false, true},
    {kAppSecret, "Proves that a webhook is Meta's. In the app's dashboard under App settings, Basic: App secret.",
     false, true},
    {kVerifyToken,
     "A word of your own that Meta says when it checks the callback URL: the same here and under WhatsApp, "
     "Configuration.",
     false, true},
    {kPhoneNumberId,
     "The number that people write to, as Meta's id: under WhatsApp, API Setup. Not the phone number itself. Several "
     "have commas between.",
     true, false},
    {kWabaId, "The id of the WhatsApp Business Account that the number belongs to: under WhatsApp, API Setup.", true,
     true},
    {kAppId, "The id of the Meta app: at the top of its dashboard.", true, true},
};

constexpr KnownSecret kPlatform[] = {
    {kPlatformAppSecret,
     "Proves that a webhook at the platform's address is Meta's. In the dashboard of the platform's app under App "
     "settings, Basic: App secret."},
    {kPlatformVerifyToken,
     "A word of your own that Meta says when it checks the platform's callback URL: the same here and under WhatsApp, "
     "Configuration."},
    {kPlatformAppId, "The id of the platform's app: at the top of its dashboard.", true},
};

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c); });
}

}  // namespace

bool is_platform_name(std::string_view name) {
  return name.starts_with("PLATFORM_");
}

std::string_view number_in(std::string_view name) {
  for (const auto& known : kKnown) {
    if (!known.per_number || name.size() <= known.name.size() + 1 || !name.starts_with(known.name)) continue;
    const auto rest = name.substr(known.name.size());
    if (rest.front() == '_' && all_digits(rest.substr(1))) return rest.substr(1);
  }
  return {};
}

const KnownSecret* known_secret(std::string_view name) {
  const auto number = number_in(name);
  if (!number.empty()) name.remove_suffix(number.size() + 1);
  const auto of = is_platform_name(name) ? std::span<const KnownSecret>(kPlatform) : kKnown;
  const auto found = std::ranges::find(of, name, &KnownSecret::name);
  return found == of.end() ? nullptr : &*found;
}

std::string name_for_number(std::string_view base, std::string_view number) {
  return std::string(base).append("_").append(number);
}

bool is_secret_name(std::string_view name) {
  const auto fits = [](unsigned char c) { return std::isupper(c) || std::isdigit(c) || c == '_'; };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, fits);
}

bool is_readable(std::string_view name) {
  const auto* known = known_secret(name);
  return known && known->readable;
}

SecretView secret_view(const Tenant& tenant, const std::string& name) {
  SecretView view{.name = name};
  const auto* known = known_secret(name);
  if (known) view.description = known->description;
  view.readable = known && known->readable;
  view.number = number_in(name);
  if (const auto set = tenant.secrets_set.find(name); set != tenant.secrets_set.end()) {
    view.set = set->second;
    if (!known) view.description = set->second.description;
  }
  if (const auto value = tenant.settings.find(name); view.readable && value != tenant.settings.end())
    view.value = value->second;
  return view;
}

std::vector<SecretView> secret_views(const Tenant& tenant) {
  std::vector<SecretView> known;
  const auto of = tenant.id ? std::span<const KnownSecret>(kKnown) : kPlatform;
  std::vector<SecretView> of_numbers;
  std::vector<SecretView> own;
  for (const auto& each : of) known.push_back(secret_view(tenant, std::string(each.name)));
  for (const auto& [name, facts] : tenant.secrets_set) {
    const auto* base = known_secret(name);
    if (base && base->name == name) continue;
    (base ? of_numbers : own).push_back(secret_view(tenant, name));
  }
  known.insert(known.end(), std::move_iterator(of_numbers.begin()), std::move_iterator(of_numbers.end()));
  known.insert(known.end(), std::move_iterator(own.begin()), std::move_iterator(own.end()));
  return known;
}

const SecretFacts* secret_for(const Tenant& tenant, std::string_view base, std::string_view number) {
  for (const auto& name : {name_for_number(base, number), std::string(base)})
    if (const auto found = tenant.secrets_set.find(name); found != tenant.secrets_set.end()) return &found->second;
  return nullptr;
}

std::string id_for(const Tenant& tenant, std::string_view base, std::string_view number) {
  for (const auto& name : {name_for_number(base, number), std::string(base)})
    if (const auto found = tenant.settings.find(name); found != tenant.settings.end()) return found->second;
  return {};
}

std::vector<std::string> missing_secrets(const Tenant& tenant) {
  std::vector<std::string> missing;
  const auto& numbers = tenant.phone_number_ids;
  for (const char* name : {kAccessToken, kAppSecret, kVerifyToken}) {
    const bool by_platform = name != kAccessToken;
    const auto lacks = [&](const std::string& number) {
      return !secret_for(tenant, name, number) && !(by_platform && tenant.is_claimed(number));
    };
    const bool lacking = numbers.empty() ? !tenant.secrets_set.contains(name) : std::ranges::any_of(numbers, lacks);
    if (lacking) missing.emplace_back(name);
  }
  if (numbers.empty()) missing.emplace_back(kPhoneNumberId);
  return missing;
}

}  // namespace claw
