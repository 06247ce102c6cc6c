#include "tenancy/commands.hpp"

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "tenancy/agent_options.hpp"
#include "tenancy/secret_names.hpp"

namespace claw {
namespace {

namespace json = boost::json;

/// What a token may do where nothing is said: all that a tenant's own people may.
const Permissions kAllOfTenant = permissions_of(Role::kOwner);

std::string iso(TimePoint time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::time_point_cast<std::chrono::seconds>(time));
}

json::value iso_or_null(TimePoint time) {
  return time == TimePoint{} ? json::value(nullptr) : json::value(iso(time));
}

std::string text(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

json::array secrets_of(const Tenant& tenant, bool also_missing) {
  json::array list;
  for (auto& view : secret_views(tenant)) {
    if (!view.set && !also_missing) continue;
    json::object entry{{"name", view.name}};
    if (view.readable && view.set) entry["value"] = view.value;
    entry["set_at"] = view.set ? iso_or_null(view.set->set_at) : json::value(nullptr);
    if (view.set && !view.set->set_by.empty()) entry["set_by"] = view.set->set_by;
    if (also_missing) entry["description"] = view.description;
    list.push_back(std::move(entry));
  }
  return list;
}

json::object shown(const Tenant& tenant, std::string_view public_url) {
  json::object settings;
  // What the guided set-up remembers is shown there, in words.
  for (const auto& [name, value] : tenant.settings)
    if (!is_readable(name) && !name.starts_with("guide.")) settings[name] = value;
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
  for (auto& name : missing_secrets(tenant)) missing.emplace_back(std::move(name));
  return {{"name", tenant.name},
          {"enabled", tenant.enabled},
          {"created_at", iso(tenant.created_at)},
          {"policy", to_string(tenant.policy)},
          {"webhook", webhook_url(public_url, tenant)},
          {"secrets", secrets_of(tenant, false)},
          {"missing", std::move(missing)},
          {"agents", std::move(agents)},
          {"settings", std::move(settings)}};
}

json::object shown(const TokenRow& row) {
  return {{"id", row.id},
          {"label", row.label},
          {"scopes", row.scopes},
          {"created_at", iso(row.created_at)},
          {"created_by", row.created_by},
          {"expires_at", iso_or_null(row.expires_at)},
          {"last_used_at", iso_or_null(row.last_used_at)}};
}

/// One run of one command: what the handlers below share.
struct Call {
  Admin& admin;
  Directory& directory;
  AuditLog& audit;
  std::string_view public_url;
  By by;
  json::object arguments;
  TenantRef tenant;  ///< Set for every command that names one.

  [[nodiscard]] std::string argument(std::string_view name) const { return text(arguments, name); }
  [[nodiscard]] bool has(std::string_view name) const { return arguments.if_contains(name) != nullptr; }
};

using Answer = Result<json::value>;

Answer changed(const Call& call, const Result<TenantRef>& tenant) {
  if (!tenant) return std::unexpected(tenant.error());
  return shown(**tenant, call.public_url);
}

Task<Answer> create_tenant(Call& call) {
  co_return changed(call, co_await call.admin.create_tenant(call.by, call.argument("tenant")));
}

Task<Answer> list_tenants(Call& call) {
  json::array list;
  for (const auto& tenant : call.directory.all()) list.push_back(shown(*tenant, call.public_url));
  co_return list;
}

Task<Answer> show_tenant(Call& call) {
  co_return shown(*call.tenant, call.public_url);
}

Task<Answer> disable_tenant(Call& call) {
  TenantChange change{.enabled = false};
  co_return changed(call, co_await call.admin.change_tenant(call.by, call.tenant, change));
}

Task<Answer> enable_tenant(Call& call) {
  TenantChange change{.enabled = true};
  co_return changed(call, co_await call.admin.change_tenant(call.by, call.tenant, change));
}

Task<Answer> set_secret(Call& call) {
  SecretChange change{.name = call.argument("name")};
  const bool only_description = call.has("description") && !call.has("value");
  if (!only_description) change.value.emplace(call.argument("value"));
  if (call.has("description")) change.description = call.argument("description");
  co_return changed(call, co_await call.admin.set_secret(call.by, call.tenant, std::move(change)));
}

Task<Answer> list_secrets(Call& call) {
  co_return secrets_of(*call.tenant, true);
}

Task<Answer> delete_secret(Call& call) {
  co_return changed(call, co_await call.admin.delete_secret(call.by, call.tenant, call.argument("name")));
}

Result<Permissions> scopes_in(const Call& call) {
  const auto* given = call.arguments.if_contains("scopes");
  if (!given || !given->is_array() || given->get_array().empty()) return kAllOfTenant;
  Permissions scopes;
  for (const auto& each : given->get_array()) {
    const auto name = each.is_string() ? std::string_view(each.get_string()) : std::string_view();
    const auto permission = permission_named(name);
    if (!permission)
      return fail(ErrorKind::kInvalid,
                  fmt::format("there is no scope \"{}\"; there are {}, platform", name, kAllOfTenant.text()));
    scopes.add(*permission);
  }
  return scopes;
}

Task<Answer> create_token(Call& call) {
  const auto scopes = scopes_in(call);
  if (!scopes) co_return std::unexpected(scopes.error());
  TokenWish wish{call.argument("label"), *scopes, std::nullopt};
  if (const auto* days = call.arguments.if_contains("expires_in_days"); days && days->is_int64())
    wish.expires_in_days = days->get_int64();
  const auto made = co_await call.admin.create_token(call.by, call.tenant, std::move(wish));
  if (!made) co_return std::unexpected(made.error());
  co_return json::object{{"id", made->row.id},
                         {"label", made->row.label},
                         {"token", made->token},
                         {"scopes", made->row.scopes},
                         {"expires_at", iso_or_null(made->row.expires_at)}};
}

Task<Answer> list_tokens(Call& call) {
  const auto rows = co_await call.admin.tokens(call.tenant);
  if (!rows) co_return std::unexpected(rows.error());
  json::array list;
  for (const auto& row : *rows) list.push_back(shown(row));
  co_return list;
}

Task<Answer> revoke_token(Call& call) {
  const auto* id = call.arguments.if_contains("id");
  if (!id || !id->is_int64()) co_return fail(ErrorKind::kInvalid, "a token is named by its number; see token list");
  if (const auto gone = co_await call.admin.revoke_token(call.by, call.tenant, id->get_int64()); !gone)
    co_return std::unexpected(gone.error());
  co_return shown(*call.tenant, call.public_url);
}

Task<Answer> set_agent(Call& call) {
  const auto* options = call.arguments.if_contains("options");
  const auto* wanted = call.arguments.if_contains("default");
  AgentChange change{call.argument("agent"), call.argument("kind"), options ? json::serialize(*options) : "{}",
                     wanted && wanted->is_bool() && wanted->get_bool()};
  co_return changed(call, co_await call.admin.set_agent(call.by, call.tenant, std::move(change)));
}

Task<Answer> delete_agent(Call& call) {
  co_return changed(call, co_await call.admin.delete_agent(call.by, call.tenant, call.argument("agent")));
}

Task<Answer> set_channel(Call& call) {
  PolicyChange change{std::nullopt, call.argument("number")};
  if (const auto policy = call.argument("policy"); !policy.empty()) change.policy = policy;
  co_return changed(call, co_await call.admin.set_policy(call.by, call.tenant, std::move(change)));
}

json::value routing_of(const Tenant& tenant) {
  return json::object{
      {"default_agent", tenant.default_agent.empty() ? json::value(nullptr) : tenant.default_agent.c_str()},
      {"rules", json::parse(routing_rules_json(tenant.routing))}};
}

Task<Answer> show_routing(Call& call) {
  co_return routing_of(*call.tenant);
}

Task<Answer> set_routing(Call& call) {
  const auto* rules = call.arguments.if_contains("rules");
  if (!rules) co_return fail(ErrorKind::kInvalid, "there are no rules; an empty list takes them all away");
  RoutingChange change{json::serialize(*rules), std::nullopt};
  if (const auto agent = call.argument("default_agent"); !agent.empty()) change.default_agent = agent;
  const auto kept = co_await call.admin.set_routing(call.by, call.tenant, std::move(change));
  if (!kept) co_return std::unexpected(kept.error());
  co_return routing_of(**kept);
}

json::value conversations_of(const Tenant& tenant) {
  const SessionSettings& session = tenant.session;
  const AccessSettings& access = tenant.access;
  return json::object{{"queue", to_string(session.queue)},
                      {"debounce_ms", session.debounce.count()},
                      {"max_merged", session.max_merged},
                      {"idle_reset_minutes", session.idle_reset.count()},
                      {"daily_reset_minute", session.daily_reset_minute},
                      {"take_over_minutes", session.take_over.count()},
                      {"owners", json::value_from(session.owners)},
                      {"opt_out_words", json::value_from(access.opt_out_words)},
                      {"opt_in_words", json::value_from(access.opt_in_words)},
                      {"max_pending", access.max_pending},
                      {"approval_notice", access.approval_notice}};
}

Task<Answer> show_conversations(Call& call) {
  co_return conversations_of(*call.tenant);
}

Task<Answer> set_conversations(Call& call) {
  // Beside the tenant.
  if (call.arguments.size() < 2)
    co_return fail(ErrorKind::kInvalid, "say what to change, as --queue collect; conversations show has what is set");
  const auto number = [&call](std::string_view name) -> std::optional<std::int64_t> {
    const auto* value = call.arguments.if_contains(name);
    return value && value->is_int64() ? std::optional(value->get_int64()) : std::nullopt;
  };
  const auto texts = [&call](std::string_view name) -> std::optional<std::vector<std::string>> {
    const auto* value = call.arguments.if_contains(name);
    if (!value || !value->is_array()) return std::nullopt;
    std::vector<std::string> list;
    for (const auto& each : value->get_array())
      if (each.is_string()) list.emplace_back(each.get_string());
    return list;
  };
  ConversationChange change;
  if (call.has("queue")) change.queue = call.argument("queue");
  change.debounce_ms = number("debounce_ms");
  change.max_merged = number("max_merged");
  change.idle_reset_minutes = number("idle_reset_minutes");
  change.daily_reset_minute = number("daily_reset_minute");
  change.take_over_minutes = number("take_over_minutes");
  change.max_pending = number("max_pending");
  if (const auto* notice = call.arguments.if_contains("approval_notice"); notice && notice->is_bool())
    change.approval_notice = notice->get_bool();
  change.owners = texts("owners");
  change.opt_out_words = texts("opt_out_words");
  change.opt_in_words = texts("opt_in_words");
  const auto kept = co_await call.admin.change_conversations(call.by, call.tenant, std::move(change));
  if (!kept) co_return std::unexpected(kept.error());
  co_return conversations_of(**kept);
}

Task<Answer> list_audit(Call& call) {
  const auto page = co_await call.audit.entries(call.tenant->id, {.limit = 200, .search = call.argument("search")});
  if (!page) co_return std::unexpected(page.error());
  json::array list;
  for (const auto& row : *page)
    list.push_back({{"at", iso(row.at)},
                    {"who", row.who.empty() ? row.who_kind : row.who},
                    {"action", row.action},
                    {"what", row.what},
                    {"from", row.from.empty() ? json::value(nullptr) : json::value(row.from)}});
  co_return list;
}

struct Command {
  const char* name;
  bool names_tenant;
  Task<Answer> (*run)(Call&);
};

constexpr Command kCommands[] = {
    {"tenant.create", false, &create_tenant},
    {"tenant.list", false, &list_tenants},
    {"tenant.show", true, &show_tenant},
    {"tenant.disable", true, &disable_tenant},
    {"tenant.enable", true, &enable_tenant},
    {"secret.set", true, &set_secret},
    {"secret.list", true, &list_secrets},
    {"secret.delete", true, &delete_secret},
    {"token.create", true, &create_token},
    {"token.list", true, &list_tokens},
    {"token.revoke", true, &revoke_token},
    {"agent.set", true, &set_agent},
    {"agent.delete", true, &delete_agent},
    {"channel.set", true, &set_channel},
    {"audit.list", true, &list_audit},
    {"routing.show", true, &show_routing},
    {"routing.set", true, &set_routing},
    {"conversations.show", true, &show_conversations},
    {"conversations.set", true, &set_conversations},
};

}  // namespace

Task<Result<std::string>> Commands::run(std::string command, std::string arguments, std::string who) {
  boost::system::error_code fault;
  auto parsed = json::parse(arguments, fault);
  wipe(arguments);
  if (fault || !parsed.is_object())
    co_return fail(ErrorKind::kInvalid, "the arguments are no JSON object in UTF-8; a value's file must be plain text");
  for (const auto& known : kCommands) {
    if (command != known.name) continue;
    Call call{admin_,
              directory_,
              audit_,
              public_url_,
              {{Actor::Kind::kCommandLine, 0, std::move(who), {}}},
              std::move(parsed.get_object()),
              nullptr};
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
