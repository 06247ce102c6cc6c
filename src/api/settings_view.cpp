#include <fmt/format.h>

#include "api/json_view.hpp"
#include "tenancy/admin.hpp"
#include "tenancy/agent_options.hpp"

namespace claw {
namespace {

namespace json = boost::json;

/// An address without what may stand before its host: "https://user:pass@host" -> "https://host".
std::string without_credentials(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const auto begin = scheme + 3;
  const auto at = url.substr(0, url.find('/', begin)).rfind('@');
  return at == std::string::npos || at < begin ? url : url.substr(0, begin) + url.substr(at + 1);
}

}  // namespace

json::object number_json(const Tenant& tenant, const std::string& phone_number_id, std::int64_t waiting) {
  json::object secrets;
  json::array own;
  for (const char* name : {kAccessToken, kAppSecret, kVerifyToken}) {
    const auto* set = secret_for(tenant, name, phone_number_id);
    secrets[name] = set ? time_json(set->set_at) : json::value(nullptr);
    if (tenant.secrets_set.contains(name_for_number(name, phone_number_id))) own.emplace_back(name);
  }
  return {{"phone_number_id", phone_number_id},
          {"waba_id", text_or_null(id_for(tenant, kWabaId, phone_number_id))},
          {"app_id", text_or_null(id_for(tenant, kAppId, phone_number_id))},
          {"policy", to_string(tenant.policy_of(phone_number_id))},
          {"own_policy", tenant.access.by_number.contains(phone_number_id)
                             ? json::value(to_string(tenant.policy_of(phone_number_id)))
                             : json::value(nullptr)},
          {"agent", text_or_null(tenant.default_agent)},
          {"secrets_set_at", std::move(secrets)},
          {"own_secrets", std::move(own)},
          {"by_platform", tenant.is_claimed(phone_number_id)},
          {"waiting", waiting}};
}

json::object agent_json(const Tenant& tenant, const Agent& agent) {
  json::object shown{{"name", agent.name},
                     {"kind", agent.kind},
                     {"default", agent.name == tenant.default_agent},
                     {"format", name_of(agent.options.format)},
                     {"model", nullptr},
                     {"version", agent.version}};
  if (agent.kind != "openai") return shown;
  // Not the address of the model's server: it may carry credentials.
  const AgentOptions& options = agent.options;
  shown["model"] = text_or_null(options.model);
  shown["key_secret"] = text_or_null(options.key_secret);
  shown["system_prompt"] = options.system_prompt;
  shown["apology"] = options.apology;
  shown["stream"] = options.stream;
  shown["history_turns"] = options.history_turns;
  shown["history_tokens"] = options.history_tokens;
  shown["timeout_seconds"] = options.timeout.count();
  return shown;
}

json::object agent_detail_json(const Tenant& tenant, const Agent& agent) {
  AgentOptions options = agent.options;
  options.url = without_credentials(options.url);
  return {{"name", agent.name},
          {"kind", agent.kind},
          {"default", agent.name == tenant.default_agent},
          {"options", json::parse(agent_options_json(agent.kind, options))},
          {"version", agent.version}};
}

json::object tenant_json(const Tenant& tenant, std::string_view public_url, const Stored& stored) {
  json::object limits;
  for (const auto& limit : kLimits) limits[limit.name()] = tenant.limits.*limit.limit;
  json::object policies;
  for (const auto& [number, policy] : tenant.access.by_number) policies[number] = to_string(policy);
  return {{"name", tenant.name},
          {"enabled", tenant.enabled},
          {"created_at", time_json(tenant.created_at)},
          {"policy", to_string(tenant.policy)},
          {"policies", std::move(policies)},
          {"webhook", webhook_url(public_url, tenant)},
          {"numbers", json::value_from(tenant.phone_number_ids)},
          {"missing", json::value_from(missing_secrets(tenant))},
          {"default_agent", text_or_null(tenant.default_agent)},
          {"limits", std::move(limits)},
          {"usage", {{"stored_bytes", stored.bytes}, {"messages", stored.messages}}},
          {"version", tenant.version}};
}

json::object secret_json(const SecretView& secret) {
  json::object shown{{"name", secret.name},
                     {"description", secret.description},
                     {"set", secret.set.has_value()},
                     {"set_at", secret.set ? time_json(secret.set->set_at) : json::value(nullptr)},
                     {"set_by", secret.set ? text_or_null(secret.set->set_by) : json::value(nullptr)},
                     {"readable", secret.readable},
                     {"version", secret.set ? text_or_null(secret.set->version) : json::value(nullptr)}};
  if (secret.readable && secret.set) shown["value"] = secret.value;
  if (!secret.number.empty()) shown["number"] = secret.number;
  return shown;
}

json::object token_json(const TokenRow& token, const PublicIds& ids) {
  return {{"id", ids.name('t', token.id)},
          {"label", token.label},
          {"scopes", json::value_from(Permissions::from_text(token.scopes).names())},
          {"created_at", time_json(token.created_at)},
          {"created_by", text_or_null(token.created_by)},
          {"expires_at", time_json(token.expires_at)},
          {"last_used_at", time_json(token.last_used_at)}};
}

json::object audit_json(const AuditRow& row, const PublicIds& ids) {
  return {{"id", ids.name('a', row.id)},
          {"at", time_json(row.at)},
          {"who", {{"kind", row.who_kind}, {"name", text_or_null(row.who)}}},
          {"action", row.action},
          {"what", row.what},
          {"target", text_or_null(row.target)},
          {"from", text_or_null(row.from)}};
}

}  // namespace claw
