#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tenancy/admin.hpp"

namespace claw {

bool is_tenant_name(std::string_view name) {
  const auto fits = [](unsigned char c) { return std::islower(c) || std::isdigit(c) || c == '-'; };
  return !name.empty() && name.size() <= 63 && std::ranges::all_of(name, fits) && name.front() != '-' &&
         name.back() != '-';
}

std::string webhook_url(std::string_view public_url, const Tenant& tenant) {
  return fmt::format("{}/t/{}/webhooks/whatsapp", public_url, tenant.name);
}

Change Admin::change(const By& by, TenantId tenant, std::string action, std::string target, std::string what) const {
  return {audit_row(by.actor, tenant, clock_.now(), std::move(action), std::move(target), std::move(what)),
          by.condition};
}

Task<Result<TenantRef>> Admin::done(TenantId tenant, std::string_view what, Result<void> written) {
  if (!written) co_return std::unexpected(written.error());
  if (const auto read = co_await directory_.reload(); !read) co_return std::unexpected(read.error());
  if (changed_) changed_(tenant, what);
  co_return tenant ? directory_.by_id(tenant) : directory_.platform();
}

Task<Result<TenantRef>> Admin::create_tenant(By by, std::string name) {
  if (!is_tenant_name(name))
    co_return fail(ErrorKind::kInvalid,
                   "a tenant's name is part of its host name: 1 to 63 of a-z, 0-9 and -, not - at an end");
  const auto id = co_await store_.create_tenant(
      name, change(by, {}, "tenant.create", name, fmt::format("made the tenant {}", name)));
  if (!id) co_return std::unexpected(id.error());
  co_return co_await done(*id, "limits", {});
}

Task<Result<TenantRef>> Admin::change_tenant(By by, TenantRef tenant, TenantChange wanted) {
  std::vector<SettingRow> settings;
  std::string said;
  const auto say = [&said](std::string words) { said += (said.empty() ? "" : ", ") + words; };
  if (wanted.enabled) say(fmt::format("{} the tenant", *wanted.enabled ? "enabled" : "disabled"));
  for (const auto& limit : kLimits) {
    if (!wanted.limits) break;
    const auto value = *wanted.limits.*limit.limit;
    if (value < 0) co_return fail(ErrorKind::kInvalid, fmt::format("{} is 0 (no limit) or more", limit.name()));
    const bool is_days = limit.limit == &TenantLimits::retention_days || limit.limit == &TenantLimits::media_days;
    if (is_days && value > kMaxRetentionDays)
      co_return fail(ErrorKind::kInvalid,
                     fmt::format("{} is {} at most (0: for good)", limit.name(), kMaxRetentionDays));
    if (value == tenant->limits.*limit.limit) continue;
    settings.push_back({tenant->id, limit.setting, std::to_string(value), clock_.now(), by.actor.name});
    say(value == 0 ? fmt::format("took away the limit {}", limit.name())
                   : fmt::format("set the limit {} to {}", limit.name(), value));
  }
  if (said.empty()) said = "changed nothing";
  auto changed = change(by, tenant->id,
                        wanted.limits                   ? "tenant.limit"
                        : wanted.enabled.value_or(true) ? "tenant.enable"
                                                        : "tenant.disable",
                        tenant->name, std::move(said));
  co_return co_await done(
      tenant->id, "limits",
      co_await store_.change_tenant(tenant->id, wanted.enabled, std::move(settings), std::move(changed)));
}

Task<Result<TenantRef>> Admin::change_settings(TenantRef tenant, std::string_view what,
                                               std::vector<SettingRow> settings, Change change) {
  co_return co_await done(
      tenant->id, what,
      co_await store_.change_tenant(tenant->id, std::nullopt, std::move(settings), std::move(change)));
}

Task<Result<TenantRef>> Admin::answer_group(By by, TenantRef tenant, std::string group, bool answered) {
  if (group.find(',') != std::string::npos) co_return fail(ErrorKind::kInvalid, "a group's id has no comma");
  constexpr int kTries = 5;  // another may change it at the same time
  for (int left = kTries;; --left) {
    tenant = directory_.by_id(tenant->id);
    if (!tenant) co_return fail(ErrorKind::kNotFound, "there is no such tenant");
    if (tenant->answers_group(group) == answered) co_return tenant;
    auto groups = tenant->groups_answered;
    answered ? groups.push_back(group) : static_cast<void>(std::erase(groups, group));
    if (groups.size() > kMaxGroups)
      co_return fail(ErrorKind::kConflict,
                     fmt::format("{} groups are answered already: answer another no more first", kMaxGroups));
    By seen = by;
    if (tenant->groups_version.empty())
      seen.condition.none_match = Versions{.any = true};
    else
      seen.condition.match = Versions{.versions = {tenant->groups_version}};
    SettingRow row{tenant->id, kGroupsAnswered, fmt::format("{}", fmt::join(groups, ",")), clock_.now(), by.actor.name};
    auto changed = change(seen, tenant->id, "group.set", group,
                          answered ? "the group is answered from now on" : "the group is not answered any more");
    auto written = co_await store_.put_setting(std::move(row), {}, std::move(changed));
    if (!written && written.error().kind == ErrorKind::kStale && left > 0) {
      if (const auto read = co_await directory_.reload(); !read) co_return std::unexpected(read.error());
      continue;
    }
    co_return co_await done(tenant->id, "channel", std::move(written));
  }
}

}  // namespace claw
