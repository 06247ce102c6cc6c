#include <algorithm>

#include "api/body.hpp"
#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/settings_api.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

HttpResponse no_such_tenant() {
  return problem(404, "Not found", "There is no such tenant.");
}

/// The limits with those that the body names changed.
Result<TenantLimits> limits_in(const json::value& value, TenantLimits limits) {
  if (!value.is_object()) return fail(ErrorKind::kInvalid, "limits must be an object");
  for (const auto& [name, number] : value.get_object()) {
    const auto* const known = std::ranges::find(kLimits, std::string_view(name), &LimitName::name);
    if (known == std::end(kLimits))
      return fail(ErrorKind::kInvalid,
                  "limits has only inbound_per_second, turns_at_a_time, stored_bytes, retention_days and media_days");
    if (!number.is_int64()) return fail(ErrorKind::kInvalid, "a limit must be a whole number; 0 is none");
    limits.*known->limit = number.get_int64();
  }
  return limits;
}

Result<TenantChange> change_in(HttpRequest& request, const Tenant& tenant) {
  const auto body = body_of(request, {"enabled", "limits"});
  if (!body) return std::unexpected(body.error());
  const auto enabled = flag_in(*body, "enabled");
  if (!enabled) return std::unexpected(enabled.error());
  TenantChange change{.enabled = *enabled};
  if (const auto* given = body->if_contains("limits")) {
    const auto limits = limits_in(*given, tenant.limits);
    if (!limits) return std::unexpected(limits.error());
    change.limits = *limits;
  }
  return change;
}

}  // namespace

SettingsApi::Answer SettingsApi::tenant_response(int status, TenantRef tenant) {
  const auto stored = co_await ledger_.stored(tenant->id);
  if (!stored) co_return problem_of(stored.error());
  co_return versioned(status, tenant_json(*tenant, options_.public_url, *stored), tenant->version);
}

SettingsApi::Answer SettingsApi::list_tenants(HttpRequest& request, const Caller&) {
  const auto limit = limit_of(request);
  if (!limit) co_return problem_of(limit.error());
  const std::string after = words_of(request, "after");
  auto all = directory_.all();
  std::ranges::sort(all, {}, &Tenant::name);
  json::array list;
  std::string next;
  for (const auto& tenant : all) {
    if (tenant->name <= after) continue;
    if (list.size() == *limit) {
      next = std::string(list.back().at("name").as_string());
      break;
    }
    const auto stored = co_await ledger_.stored(tenant->id);
    if (!stored) co_return problem_of(stored.error());
    list.push_back(tenant_json(*tenant, options_.public_url, *stored));
  }
  co_return page_of("tenants", std::move(list), std::move(next));
}

SettingsApi::Answer SettingsApi::create_tenant(HttpRequest& request, const Caller& caller) {
  const auto body = body_of(request, {"name"});
  if (!body) co_return problem_of(body.error());
  auto name = text_of(*body, "name");
  if (!name) co_return problem_of(name.error());
  const auto made = co_await admin_.create_tenant({caller.actor}, std::move(*name));
  if (!made) co_return problem_of(made.error());
  co_return co_await tenant_response(201, *made);
}

SettingsApi::Answer SettingsApi::show_tenant(HttpRequest& request, const Caller&) {
  const auto tenant = directory_.by_name(request.param("name"));
  if (!tenant) co_return no_such_tenant();
  co_return co_await tenant_response(200, tenant);
}

SettingsApi::Answer SettingsApi::change_tenant(HttpRequest& request, const Caller& caller) {
  const auto tenant = directory_.by_name(request.param("name"));
  if (!tenant) co_return no_such_tenant();
  auto by = by_of(request, caller);
  if (!by) co_return problem_of(by.error());
  const auto change = change_in(request, *tenant);
  if (!change) co_return problem_of(change.error());
  const auto changed = co_await admin_.change_tenant(std::move(*by), tenant, *change);
  if (!changed) co_return problem_of(changed.error());
  co_return co_await tenant_response(200, *changed);
}

SettingsApi::Answer SettingsApi::show_own_tenant(HttpRequest&, const Caller& caller) {
  co_return co_await tenant_response(200, caller.tenant);
}

SettingsApi::Answer SettingsApi::set_channel(HttpRequest& request, const Caller& caller) {
  auto by = by_of(request, caller);
  if (!by) co_return problem_of(by.error());
  const auto body = body_of(request, {"policy", "number"});
  if (!body) co_return problem_of(body.error());
  PolicyChange change;
  const auto* policy = body->if_contains("policy");
  if (!policy || (!policy->is_string() && !policy->is_null()))
    co_return problem(400, "Bad request", "policy must be one of open, pairing, allowlist, disabled; or null");
  if (policy->is_string()) change.policy = std::string(policy->get_string());
  auto number = text_or_empty(*body, "number");
  if (!number) co_return problem_of(number.error());
  change.number = std::move(*number);
  const auto changed = co_await admin_.set_policy(std::move(*by), caller.tenant, std::move(change));
  if (!changed) co_return problem_of(changed.error());
  co_return co_await tenant_response(200, *changed);
}

}  // namespace claw
