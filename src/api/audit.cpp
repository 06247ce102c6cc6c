#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/settings_api.hpp"

namespace claw {

using net::HttpRequest;

SettingsApi::Answer SettingsApi::audit_page(const HttpRequest& request, TenantId tenant, bool of_all) {
  const auto limit = limit_of(request);
  if (!limit) co_return problem_of(limit.error());
  const auto before = before_of(request, 'a', ids_);
  if (!before) co_return problem_of(before.error());
  const auto page = co_await audit_.entries(tenant, {*limit, *before, words_of(request, "q"), of_all});
  if (!page) co_return problem_of(page.error());
  co_return page_of("entries", *page, 'a', ids_, [&](const AuditRow& row) {
    auto entry = audit_json(row, ids_);
    if (!of_all) return entry;
    const auto about = directory_.by_id(row.tenant);
    entry["tenant"] = about ? boost::json::value(about->name) : boost::json::value(nullptr);
    return entry;
  });
}

SettingsApi::Answer SettingsApi::list_audit(HttpRequest& request, const Caller& caller) {
  co_return co_await audit_page(request, caller.tenant->id, false);
}

SettingsApi::Answer SettingsApi::list_platform_audit(HttpRequest& request, const Caller&) {
  co_return co_await audit_page(request, {}, true);
}

}  // namespace claw
