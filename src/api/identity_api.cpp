#include "api/identity_api.hpp"

#include <fmt/format.h>

#include "api/body.hpp"
#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/settings_api.hpp"
#include "whatsapp/address.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

/// As it is written in a path: digits as people write them, or a BSUID.
Result<std::string> address_in(const HttpRequest& request) {
  auto address = whatsapp::address_of(request.param("address"));
  if (address.empty())
    return fail(ErrorKind::kInvalid,
                "an address is a phone number in international form, or a BSUID as US.13491208655302741918");
  return address;
}

json::object group_json(const GroupRecord& group, const Tenant& tenant, const PublicIds& ids) {
  return {{"id", group.id},
          {"number", group.phone_number_id},
          {"name", text_or_null(group.name)},
          {"answered", tenant.answers_group(group.id)},
          {"conversation", group.conversation ? json::value(ids.name('c', group.conversation.value)) : nullptr},
          {"last_at", time_json(group.last_at)}};
}

}  // namespace

void IdentityApi::add_routes(net::Router& router) {
  using Route = Answer (IdentityApi::*)(HttpRequest&, const Caller&);
  const auto add = [&](const char* method, std::string_view path, Permission permission, Route route) {
    guard_.add(router, method, path, permission,
               [this, route](HttpRequest& request, const Caller& caller) { return (this->*route)(request, caller); });
  };
  add("PUT", "/api/v1/users/{id}/addresses/{address}", Permission::kSettingsWrite, &IdentityApi::link);
  add("DELETE", "/api/v1/users/{id}/addresses/{address}", Permission::kSettingsWrite, &IdentityApi::unlink);
  add("POST", "/api/v1/users/{id}/merge", Permission::kSettingsWrite, &IdentityApi::merge);
  add("GET", "/api/v1/groups", Permission::kInboxRead, &IdentityApi::list_groups);
  add("PUT", "/api/v1/groups/{id}", Permission::kSettingsWrite, &IdentityApi::set_group);
}

AuditRow IdentityApi::audit(const Caller& caller, std::string action, std::string what) const {
  return audit_row(caller.actor, caller.tenant->id, clock_.now(), std::move(action), {}, std::move(what));
}

HttpResponse IdentityApi::done(const Result<Identified>& identified) const {
  if (!identified) return problem_of(identified.error());
  if (!identified->changed.users.empty()) changed_(identified->changed);
  return net::json_response(200, json::serialize(user_detail_json(identified->user, clock_.now(), ids_)));
}

IdentityApi::Answer IdentityApi::link(HttpRequest& request, const Caller& caller) {
  const auto address = address_in(request);
  if (!address) co_return problem_of(address.error());
  const TenantId tenant = caller.tenant->id;
  const auto linked = co_await store_.link(tenant, std::string(request.param("id")), *address,
                                           audit(caller, "user.link", "linked the address " + *address));
  if (linked || linked.error().kind != ErrorKind::kConflict) co_return done(linked);
  // The client may offer to merge the two.
  const auto holder = co_await store_.holder(tenant, *address);
  if (!holder) co_return problem_of(holder.error());
  co_return problem(409, "Another user has this address", linked.error().message, {{"user", text_or_null(*holder)}});
}

IdentityApi::Answer IdentityApi::unlink(HttpRequest& request, const Caller& caller) {
  const auto address = address_in(request);
  if (!address) co_return problem_of(address.error());
  co_return done(co_await store_.unlink(caller.tenant->id, std::string(request.param("id")), *address,
                                        audit(caller, "user.unlink", "took away the address " + *address)));
}

IdentityApi::Answer IdentityApi::merge(HttpRequest& request, const Caller& caller) {
  const auto body = body_of(request, {"user"});
  if (!body) co_return problem_of(body.error());
  const auto other = text_of(*body, "user");
  if (!other) co_return problem_of(other.error());
  co_return done(co_await store_.merge(caller.tenant->id, std::string(request.param("id")), *other,
                                       audit(caller, "user.merge", fmt::format("merged the user {} into it", *other))));
}

IdentityApi::Answer IdentityApi::list_groups(HttpRequest& request, const Caller& caller) {
  const auto limit = limit_of(request);
  if (!limit) co_return problem_of(limit.error());
  const auto page = co_await store_.groups(caller.tenant->id, {.limit = *limit, .after = words_of(request, "after")});
  if (!page) co_return problem_of(page.error());
  json::array list;
  for (const auto& group : *page) list.push_back(group_json(group, *caller.tenant, ids_));
  co_return page_of("groups", std::move(list), page->next);
}

IdentityApi::Answer IdentityApi::set_group(HttpRequest& request, const Caller& caller) {
  const auto body = body_of(request, {"answered"});
  if (!body) co_return problem_of(body.error());
  const auto answered = flag_in(*body, "answered");
  if (!answered) co_return problem_of(answered.error());
  if (!*answered) co_return problem(400, "Bad request", "answered must be true or false");
  const std::string id(request.param("id"));
  const auto found = co_await store_.groups(caller.tenant->id, {.limit = 1, .id = id});
  if (!found) co_return problem_of(found.error());
  if (found->empty()) co_return problem(404, "Not found", "There is no such group.");
  const auto tenant = co_await admin_.answer_group({caller.actor}, caller.tenant, id, **answered);
  if (!tenant) co_return problem_of(tenant.error());
  co_return net::json_response(200, json::serialize(group_json(found->front(), **tenant, ids_)));
}

}  // namespace claw
