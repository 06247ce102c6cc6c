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

Result<AgentChange> change_in(HttpRequest& request) {
  const auto body = body_of(request, {"kind", "default", "options"});
  if (!body) return std::unexpected(body.error());
  auto kind = text_of(*body, "kind");
  if (!kind) return std::unexpected(kind.error());
  const auto wanted = flag_in(*body, "default");
  if (!wanted) return std::unexpected(wanted.error());
  const auto* options = body->if_contains("options");
  return AgentChange{std::string(request.param("name")), std::move(*kind), options ? json::serialize(*options) : "{}",
                     wanted->value_or(false)};
}

HttpResponse agent_response(const Tenant& tenant, const Agent& agent) {
  return versioned(200, agent_detail_json(tenant, agent), agent.version);
}

}  // namespace

SettingsApi::Answer SettingsApi::show_agent(HttpRequest& request, const Caller& caller) {
  const auto found = caller.tenant->agents.find(std::string(request.param("name")));
  if (found == caller.tenant->agents.end()) co_return problem(404, "Not found", "There is no such agent.");
  co_return agent_response(*caller.tenant, found->second);
}

SettingsApi::Answer SettingsApi::set_agent(HttpRequest& request, const Caller& caller) {
  auto by = by_of(request, caller);
  if (!by) co_return problem_of(by.error());
  auto change = change_in(request);
  if (!change) co_return problem_of(change.error());
  const std::string name = change->name;
  const auto changed = co_await admin_.set_agent(std::move(*by), caller.tenant, std::move(*change));
  if (!changed) co_return problem_of(changed.error());
  const auto found = (*changed)->agents.find(name);
  // Somebody deleted it in the same moment.
  if (found == (*changed)->agents.end()) co_return problem(404, "Not found", "There is no such agent any more.");
  co_return agent_response(**changed, found->second);
}

SettingsApi::Answer SettingsApi::delete_agent(HttpRequest& request, const Caller& caller) {
  auto by = by_of(request, caller);
  if (!by) co_return problem_of(by.error());
  const auto gone = co_await admin_.delete_agent(std::move(*by), caller.tenant, std::string(request.param("name")));
  co_return gone ? no_content() : problem_of(gone.error());
}

}  // namespace claw
