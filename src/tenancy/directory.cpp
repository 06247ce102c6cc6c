#include "tenancy/directory.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "tenancy/agent_options.hpp"
#include "tenancy/secret_names.hpp"

namespace claw {
namespace {

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lowered;
}

/// 0 for anything else.
std::int64_t whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc{} && end == text.data() + text.size() ? std::max<std::int64_t>(number, 0) : 0;
}

void apply_access(Tenant& tenant, const SettingRow& row) {
  constexpr std::string_view kOfNumber = "channel.policy.";
  const auto policy = [&row] { return policy_named(row.value).value_or(ChannelPolicy::kDisabled); };
  if (row.name == "channel.policy") tenant.policy = policy();
  if (row.name.starts_with(kOfNumber)) tenant.access.by_number[row.name.substr(kOfNumber.size())] = policy();
  if (row.name == "access.opt_out_words") tenant.access.opt_out_words = split_words(row.value);
  if (row.name == "access.opt_in_words") tenant.access.opt_in_words = split_words(row.value);
  if (row.name == "access.approval_notice") tenant.access.approval_notice = row.value == "true";
  if (row.name == "access.max_pending") tenant.access.max_pending = static_cast<std::size_t>(whole_number(row.value));
}

void apply_session(Tenant& tenant, const SettingRow& row) {
  SessionSettings& session = tenant.session;
  const std::int64_t number = whole_number(row.value);
  if (row.name == "session.queue") session.queue = queue_mode_named(row.value).value_or(session.queue);
  if (row.name == "session.debounce_ms") session.debounce = std::chrono::milliseconds(number);
  if (row.name == "session.max_merged")
    session.max_merged = static_cast<std::size_t>(std::max<std::int64_t>(number, 1));
  if (row.name == "session.idle_reset_minutes") session.idle_reset = std::chrono::minutes(number);
  if (row.name == "session.daily_reset_minute") session.daily_reset_minute = static_cast<int>(number);
  if (row.name == "session.take_over_minutes") session.take_over = std::chrono::minutes(number);
  if (row.name == "session.owners") session.owners = split_words(row.value);
}

void apply_setting(Tenant& tenant, const SettingRow& row) {
  tenant.settings[row.name] = row.value;
  apply_access(tenant, row);
  apply_session(tenant, row);
  if (is_readable(row.name)) tenant.secrets_set[row.name] = {row.set_at, row.set_by, {}, row.version};
  if (row.name == kGroupsAnswered) {
    tenant.groups_answered = split_words(row.value);
    tenant.groups_version = row.version;
  }
  if (row.name == kPhoneNumberId) tenant.phone_number_ids = split_words(row.value);
  if (row.name == "routing.rules") tenant.routing = read_routing_rules(row.value);
  if (row.name == kDelivery) tenant.delivery = read_delivery_settings(row.value);
  if (row.name == kSpeech) tenant.speech = read_speech_settings(row.value);
  if (row.name == "agent.default") tenant.default_agent = row.value;
  for (const auto& [setting, limit] : kLimits)
    if (row.name == setting) tenant.limits.*limit = whole_number(row.value);
}

void apply_secret(Tenant& tenant, const std::string& name, SecretString secret) {
  const auto number = number_in(name);
  const auto place = [&](std::string_view base, SecretString& of_all, SecretString NumberSecrets::* of_one) {
    if (!number.empty() && name == name_for_number(base, number))
      tenant.of_numbers[std::string(number)].*of_one = std::move(secret);
    else if (name == base)
      of_all = std::move(secret);
    else
      return false;
    return true;
  };
  if (place(kAccessToken, tenant.access_token, &NumberSecrets::access_token)) return;
  if (place(kAppSecret, tenant.app_secret, &NumberSecrets::app_secret)) return;
  if (place(kVerifyToken, tenant.verify_token, &NumberSecrets::verify_token)) return;
  tenant.secrets.emplace(name, std::move(secret));
}

std::string claim_key(std::string_view waba_id, std::string_view phone_number_id) {
  return fmt::format("{}/{}", waba_id, phone_number_id);
}

/// What webhooks are checked with, each secret once however many numbers have it.
void gather_apps(Tenant& tenant) {
  const auto app_of = [&](const SecretString& secret) -> SigningApp& {
    for (auto& app : tenant.apps)
      if (app.secret.equals(secret.expose())) return app;
    tenant.apps.push_back({secret.clone(), {}});
    return tenant.apps.back();
  };
  if (!tenant.app_secret.empty()) app_of(tenant.app_secret);
  if (!tenant.verify_token.empty()) tenant.verify_tokens.push_back(tenant.verify_token.clone());
  for (const auto& number : tenant.phone_number_ids) {
    const auto own = tenant.of_numbers.find(number);
    const bool has_own = own != tenant.of_numbers.end() && !own->second.app_secret.empty();
    const auto& secret = has_own ? own->second.app_secret : tenant.app_secret;
    if (!secret.empty()) app_of(secret).numbers.push_back(number);
    if (own != tenant.of_numbers.end() && !own->second.verify_token.empty())
      tenant.verify_tokens.push_back(own->second.verify_token.clone());
  }
}

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto comma = text.find(',');
    auto part = text.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return parts;
}

std::string token_hash(std::string_view token) {
  const auto digest = sha256(token);
  return std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
}

Directory::Directory(TenantStore& store, const Vault& vault, std::string base_domain)
    : store_(store), vault_(vault), base_domain_(lower(base_domain)), reading_(std::make_shared<const Reading>()) {
  auto nothing = std::make_shared<Reading>();
  nothing->platform = std::make_shared<const Tenant>();
  reading_ = std::move(nothing);
}

Result<std::shared_ptr<Directory::Reading>> Directory::make(TenancyRows rows) const {
  std::map<TenantId, std::shared_ptr<Tenant>> tenants;
  const auto platform = std::make_shared<Tenant>();
  tenants.emplace(TenantId{}, platform);
  for (auto& row : rows.tenants) {
    auto tenant = std::make_shared<Tenant>();
    tenant->id = row.id;
    tenant->name = std::move(row.name);
    tenant->enabled = row.enabled;
    tenant->created_at = row.created_at;
    tenant->version = std::move(row.version);
    tenants.emplace(row.id, std::move(tenant));
  }
  const auto find = [&](TenantId id) {
    const auto found = tenants.find(id);
    return found == tenants.end() ? nullptr : found->second.get();
  };
  for (const auto& row : rows.settings)
    if (Tenant* tenant = find(row.tenant)) apply_setting(*tenant, row);
  for (auto& row : rows.agents)
    if (Tenant* tenant = find(row.tenant))
      tenant->agents[row.name] = {row.name, row.kind, read_agent_options(row.kind, row.options), row.version};
  for (const auto& row : rows.secrets) {
    Tenant* const tenant = find(row.tenant);
    if (!tenant) continue;
    auto secret = vault_.open(row.tenant, row.name, row.sealed);
    if (!secret) return fail(ErrorKind::kFatal, fmt::format("tenant {}: {}", tenant->name, secret.error().message));
    tenant->secrets_set[row.name] = {row.set_at, row.set_by, row.description, row.version};
    apply_secret(*tenant, row.name, std::move(*secret));
  }
  auto reading = std::make_shared<Reading>();
  reading->platform = platform;
  tenants.erase(TenantId{});
  for (auto& row : rows.claims) {
    Tenant* const tenant = find(row.tenant);
    if (!tenant) continue;
    tenant->claims.push_back(row);
    if (const auto secret = platform->secrets.find(kPlatformAppSecret); secret != platform->secrets.end())
      tenant->platform_app_secret = secret->second.clone();
    const auto& who = tenants.at(row.tenant);
    reading->by_claim[claim_key(row.waba_id, row.phone_number_id)] = who;
    reading->by_claim[claim_key(row.waba_id, "")] = who;
    reading->claims.push_back(std::move(row));
  }
  for (auto& [id, tenant] : tenants) {
    gather_apps(*tenant);
    reading->all.push_back(tenant);
    reading->by_id[id.value] = tenant;
    reading->by_name[tenant->name] = tenant;
    for (const auto& number : tenant->phone_number_ids) reading->by_number[number] = tenant;
  }
  for (auto& row : rows.tokens)
    if (const auto found = reading->by_id.find(row.tenant.value); found != reading->by_id.end())
      reading->by_token_hash[row.hash] = {row.id,         row.label,        Permissions::from_text(row.scopes),
                                          row.expires_at, row.last_used_at, found->second};
  return reading;
}

Task<Result<void>> Directory::reload() {
  const std::uint64_t turn = ++turns_;
  auto rows = co_await store_.load();
  if (!rows) co_return std::unexpected(rows.error());
  auto made = make(std::move(*rows));
  if (!made) co_return std::unexpected(made.error());
  (*made)->turn = turn;
  std::shared_ptr<const Reading> newest = std::move(*made);
  // Whoever began later has read what was read here: an older reading must not undo it.
  for (auto now = reading(); now->turn < turn;)
    if (reading_.compare_exchange_strong(now, newest)) break;
  co_return Result<void>{};
}

TenantRef Directory::by_id(TenantId id) const {
  const auto now = reading();
  const auto found = now->by_id.find(id.value);
  return found == now->by_id.end() ? nullptr : found->second;
}

TenantRef Directory::by_name(std::string_view name) const {
  const auto now = reading();
  const auto found = now->by_name.find(std::string(name));
  return found == now->by_name.end() ? nullptr : found->second;
}

TenantRef Directory::by_host(std::string_view host) const {
  if (base_domain_.empty()) return nullptr;
  const std::string name = lower(host.substr(0, host.find(':')));
  const std::string suffix = "." + base_domain_;
  if (!name.ends_with(suffix)) return nullptr;
  return by_name(std::string_view(name).substr(0, name.size() - suffix.size()));
}

std::optional<ApiToken> Directory::by_token(std::string_view token) const {
  const auto now = reading();
  const auto found = now->by_token_hash.find(token_hash(token));
  if (found == now->by_token_hash.end()) return std::nullopt;
  return found->second;
}

TenantRef Directory::by_number(std::string_view phone_number_id) const {
  const auto now = reading();
  const auto found = now->by_number.find(std::string(phone_number_id));
  return found == now->by_number.end() ? nullptr : found->second;
}

std::vector<TenantRef> Directory::all() const {
  return reading()->all;
}

TenantRef Directory::platform() const {
  return reading()->platform;
}

TenantRef Directory::by_claim(std::string_view waba_id, std::string_view phone_number_id) const {
  const auto now = reading();
  const auto found = now->by_claim.find(claim_key(waba_id, phone_number_id));
  return found == now->by_claim.end() ? nullptr : found->second;
}

std::vector<Claim> Directory::claims() const {
  return reading()->claims;
}

}  // namespace claw
