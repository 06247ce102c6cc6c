#include "tenancy/admin.hpp"

#include <algorithm>
#include <cctype>

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "tenancy/agent_options.hpp"

namespace claw {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxSecretBytes = 8 * 1024;

std::string iso(TimePoint time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::time_point_cast<std::chrono::seconds>(time));
}

std::string text(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool is_tenant_name(std::string_view name) {
  // A tenant is a host name's first part.
  const auto fits = [](unsigned char c) { return std::islower(c) || std::isdigit(c) || c == '-'; };
  return !name.empty() && name.size() <= 63 && std::ranges::all_of(name, fits) && name.front() != '-' &&
         name.back() != '-';
}

bool is_secret_name(std::string_view name) {
  const auto fits = [](unsigned char c) { return std::isupper(c) || std::isdigit(c) || c == '_'; };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, fits);
}

bool is_readable(std::string_view name) {
  return name == kPhoneNumberId || name == kWabaId || name == kAppId;
}

bool is_id_list(std::string_view value) {
  const auto ids = split_numbers(value);
  return !value.empty() && std::ranges::all_of(ids, [](const std::string& id) {
    return std::ranges::all_of(id, [](unsigned char c) { return std::isdigit(c); });
  });
}

/// What surrounds a value that was pasted or came from an editor: blanks, the line's end, a byte order mark.
void trim(std::string& value) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  const auto blank = [](unsigned char c) { return std::isspace(c); };
  if (value.starts_with(kByteOrderMark)) value.erase(0, kByteOrderMark.size());
  while (!value.empty() && blank(static_cast<unsigned char>(value.back()))) value.pop_back();
  value.erase(value.begin(), std::ranges::find_if_not(value, blank));
}

/// Empty if `value` can be a secret of that name. The access token stands in a header: a line break would make it two.
std::string_view secret_fault(std::string_view name, std::string_view value) {
  if (value.empty()) return "the value is empty; give it on standard input or by --file";
  if (value.size() > kMaxSecretBytes) return "the value is longer than 8 KiB";
  const auto printable = [](unsigned char c) { return c > 0x20 && c < 0x7f; };
  if ((name == kAccessToken || name == kAppSecret) && !std::ranges::all_of(value, printable))
    return "the value has blanks, line breaks or characters that no token of Meta's has; was it copied whole?";
  if (name == kVerifyToken && std::ranges::any_of(value, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return "the value has line breaks or other control characters";
  return {};
}

json::array secrets_of(const Tenant& tenant) {
  json::array list;
  for (const auto& [name, since] : tenant.secrets_set) list.push_back({{"name", name}, {"set_at", iso(since)}});
  for (const auto& [name, value] : tenant.settings)
    if (is_readable(name)) list.push_back({{"name", name}, {"value", value}});
  return list;
}

json::object shown(const Tenant& tenant, std::string_view public_url) {
  json::object settings;
  for (const auto& [name, value] : tenant.settings)
    if (!is_readable(name)) settings[name] = value;
  json::array agents;
  for (const auto& [name, agent] : tenant.agents) {
    json::object entry{{"name", name},
                       {"kind", agent.kind},
                       {"default", name == tenant.default_agent},
                       {"format", name_of(agent.options.format)}};
    if (agent.kind == "openai") {
      entry["url"] = agent.options.url;
      entry["model"] = agent.options.model;
    }
    agents.push_back(std::move(entry));
  }
  json::array missing;
  for (const char* name : {kAccessToken, kAppSecret, kVerifyToken})
    if (!tenant.secrets_set.contains(name)) missing.emplace_back(name);
  if (tenant.phone_number_ids.empty()) missing.emplace_back(kPhoneNumberId);
  return {{"name", tenant.name},
          {"enabled", tenant.enabled},
          {"created_at", iso(tenant.created_at)},
          {"policy", tenant.policy == ChannelPolicy::kOpen ? "open" : "disabled"},
          {"webhook", fmt::format("{}/t/{}/webhooks/whatsapp", public_url, tenant.name)},
          {"secrets", secrets_of(tenant)},
          {"missing", std::move(missing)},
          {"agents", std::move(agents)},
          {"settings", std::move(settings)}};
}

/// One run of one command: what the handlers below share.
struct Call {
  TenantStore& store;
  Directory& directory;
  const Vault& vault;
  TimePoint now;
  std::string_view public_url;
  json::object arguments;
  TenantRef tenant;  ///< Set for every command that names one.

  [[nodiscard]] std::string argument(std::string_view name) const { return text(arguments, name); }
  [[nodiscard]] TenantRef fresh() const { return directory.by_id(tenant->id); }
};

using Answer = Result<json::value>;

Task<Answer> create_tenant(Call& call) {
  const std::string name = call.argument("tenant");
  if (!is_tenant_name(name))
    co_return fail(ErrorKind::kInvalid,
                   "a tenant's name is part of its host name: 1 to 63 of a-z, 0-9 and -, not - at an end");
  const auto id = co_await call.store.create_tenant(name, call.now);
  if (!id) co_return std::unexpected(id.error());
  if (const auto read = co_await call.directory.reload(); !read) co_return std::unexpected(read.error());
  co_return shown(*call.directory.by_id(*id), call.public_url);
}

Task<Answer> list_tenants(Call& call) {
  json::array list;
  for (const auto& tenant : call.directory.all()) list.push_back(shown(*tenant, call.public_url));
  co_return list;
}

Task<Answer> show_tenant(Call& call) {
  co_return shown(*call.tenant, call.public_url);
}

/// Ends a command that changed something: the change is in force before the caller hears of it.
Task<Answer> changed(Call& call, Result<void> written) {
  if (!written) co_return std::unexpected(written.error());
  if (const auto read = co_await call.directory.reload(); !read) co_return std::unexpected(read.error());
  co_return shown(*call.fresh(), call.public_url);
}

Task<Answer> disable_tenant(Call& call) {
  co_return co_await changed(call, co_await call.store.set_enabled(call.tenant->id, false));
}

Task<Answer> enable_tenant(Call& call) {
  co_return co_await changed(call, co_await call.store.set_enabled(call.tenant->id, true));
}

Task<Answer> set_readable(Call& call, std::string name, std::string value) {
  if (!is_id_list(value))
    co_return fail(ErrorKind::kInvalid, fmt::format("{} is a number of Meta's: digits only", name));
  if (name == kPhoneNumberId) {
    const auto numbers = split_numbers(value);
    if (numbers.empty()) co_return fail(ErrorKind::kInvalid, "there is no phone number id in the value");
    for (const auto& number : numbers) {
      const auto owner = call.directory.by_number(number);
      if (owner && owner->id != call.tenant->id)
        co_return fail(ErrorKind::kConflict,
                       fmt::format("phone number id {} belongs to tenant {}", number, owner->name));
    }
  }
  co_return co_await changed(call, co_await call.store.put_setting({call.tenant->id, name, value}));
}

Task<Answer> set_secret(Call& call) {
  const std::string name = call.argument("name");
  if (!is_secret_name(name)) co_return fail(ErrorKind::kInvalid, "a secret's name is 1 to 64 of A-Z, 0-9 and _");
  std::string value = call.argument("value");
  trim(value);
  if (const auto fault = secret_fault(name, value); !fault.empty())
    co_return fail(ErrorKind::kInvalid, std::string(fault));
  if (is_readable(name)) co_return co_await set_readable(call, name, std::move(value));
  const SecretString secret(std::move(value));
  SealedSecretRow row{call.tenant->id, name, call.vault.seal(call.tenant->id, name, secret), call.now};
  co_return co_await changed(call, co_await call.store.put_secret(std::move(row)));
}

Task<Answer> list_secrets(Call& call) {
  co_return secrets_of(*call.tenant);
}

Task<Answer> delete_secret(Call& call) {
  const std::string name = call.argument("name");
  co_return co_await changed(call, is_readable(name) ? co_await call.store.delete_setting(call.tenant->id, name)
                                                     : co_await call.store.delete_secret(call.tenant->id, name));
}

Task<Answer> create_token(Call& call) {
  const std::string token = "cct_" + to_base64url(random_bytes(32));
  const std::string label = call.argument("label");
  const auto id = co_await call.store.create_token({0, call.tenant->id, token_hash(token), label, call.now});
  if (!id) co_return std::unexpected(id.error());
  if (const auto read = co_await call.directory.reload(); !read) co_return std::unexpected(read.error());
  co_return json::object{{"id", *id}, {"label", label}, {"token", token}};
}

Task<Answer> list_tokens(Call& call) {
  const auto rows = co_await call.store.load();
  if (!rows) co_return std::unexpected(rows.error());
  json::array list;
  for (const auto& row : rows->tokens)
    if (row.tenant == call.tenant->id)
      list.push_back({{"id", row.id}, {"label", row.label}, {"created_at", iso(row.created_at)}});
  co_return list;
}

Task<Answer> revoke_token(Call& call) {
  const auto* id = call.arguments.if_contains("id");
  if (!id || !id->is_int64()) co_return fail(ErrorKind::kInvalid, "a token is named by its number; see token list");
  co_return co_await changed(call, co_await call.store.delete_token(call.tenant->id, id->get_int64()));
}

Task<Answer> set_agent(Call& call) {
  const std::string agent = call.argument("agent");
  const std::string kind = call.argument("kind");
  if (!is_tenant_name(agent))
    co_return fail(ErrorKind::kInvalid, "an agent's name is 1 to 63 of a-z, 0-9 and -, not - at an end");
  const auto* given = call.arguments.if_contains("options");
  auto options = check_agent_options(kind, given ? json::serialize(*given) : "{}");
  if (!options) co_return std::unexpected(options.error());
  if (const auto kept = co_await call.store.put_agent({call.tenant->id, agent, kind, std::move(*options)}); !kept)
    co_return std::unexpected(kept.error());
  const auto* wanted = call.arguments.if_contains("default");
  Result<void> written;
  if (call.tenant->default_agent.empty() || (wanted && wanted->is_bool() && wanted->get_bool()))
    written = co_await call.store.put_setting({call.tenant->id, "agent.default", agent});
  co_return co_await changed(call, std::move(written));
}

Task<Answer> set_channel(Call& call) {
  const std::string policy = call.argument("policy");
  if (policy == "allowlist" || policy == "pairing")
    co_return fail(ErrorKind::kInvalid,
                   fmt::format("the policy \"{}\" is not there yet; use open or disabled", policy));
  if (policy != "open" && policy != "disabled")
    co_return fail(ErrorKind::kInvalid, fmt::format("there is no policy \"{}\"; use open or disabled", policy));
  co_return co_await changed(call, co_await call.store.put_setting({call.tenant->id, "channel.policy", policy}));
}

struct Command {
  const char* name;
  bool names_tenant;
  Task<Answer> (*run)(Call&);
};

constexpr Command kCommands[] = {
    {"tenant.create", false, &create_tenant}, {"tenant.list", false, &list_tenants},
    {"tenant.show", true, &show_tenant},      {"tenant.disable", true, &disable_tenant},
    {"tenant.enable", true, &enable_tenant},  {"secret.set", true, &set_secret},
    {"secret.list", true, &list_secrets},     {"secret.delete", true, &delete_secret},
    {"token.create", true, &create_token},    {"token.list", true, &list_tokens},
    {"token.revoke", true, &revoke_token},    {"agent.set", true, &set_agent},
    {"channel.set", true, &set_channel},
};

}  // namespace

Task<Result<std::string>> Admin::run(std::string command, std::string arguments) {
  boost::system::error_code fault;
  auto parsed = json::parse(arguments, fault);
  wipe(arguments);
  if (fault || !parsed.is_object())
    co_return fail(ErrorKind::kInvalid, "the arguments are no JSON object in UTF-8; a value's file must be plain text");
  for (const auto& known : kCommands) {
    if (command != known.name) continue;
    Call call{store_, directory_, vault_, clock_.now(), public_url_, std::move(parsed.get_object()), nullptr};
    if (known.names_tenant) {
      const std::string name = call.argument("tenant");
      call.tenant = directory_.by_name(name);
      if (!call.tenant)
        co_return fail(ErrorKind::kNotFound,
                       fmt::format("there is no tenant \"{}\"; clawcentral tenant list shows them", name));
    }
    const auto answer = co_await known.run(call);
    if (!answer) co_return std::unexpected(answer.error());
    co_return json::serialize(*answer);
  }
  co_return fail(ErrorKind::kInvalid, fmt::format("there is no command \"{}\"", command));
}

}  // namespace claw
