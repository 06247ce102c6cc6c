#include "api/members_api.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

/// A program has no say in who owns a tenant.
bool is_owner(const Caller& caller) {
  const auto role = caller.session ? caller.session->person->role_in(caller.tenant->id) : std::nullopt;
  return role == Role::kOwner || role == Role::kPlatform;
}

Result<std::string> role_of(const json::object& body) {
  const auto text = text_of(body, "role");
  const auto role = text ? role_named(*text) : std::nullopt;
  if (!role || *role == Role::kPlatform)
    return fail(ErrorKind::kInvalid, "role must be viewer, operator, admin or owner");
  return *text;
}

/// Nobody gives what they do not have: a token that may only invite makes nobody an admin.
std::optional<HttpResponse> beyond(const Caller& caller, std::string_view role) {
  const auto named = role_named(role);
  if (!named || caller.permissions.includes(permissions_of(*named))) return std::nullopt;
  return problem(403, "Not allowed", fmt::format("You may not do all that {} may, so you cannot give it.", role));
}

HttpResponse owners_only() {
  return problem(403, "Not allowed", "Only an owner of the tenant makes or removes owners.");
}

HttpResponse no_member() {
  return problem(404, "Not found", "There is no such member.");
}

json::object member_json(const Person& person, TenantId tenant, TimePoint last_seen, const PublicIds& ids) {
  const auto& membership = person.memberships.at(tenant);
  return {{"id", ids.name('p', person.id.value)}, {"email", person.email}, {"name", person.name},
          {"role", to_string(membership.role)},   {"totp", person.totp},   {"last_seen_at", time_json(last_seen)},
          {"version", membership.version}};
}

json::object invitation_json(const InvitationRow& row, const PublicIds& ids) {
  return {{"id", ids.name('i', row.id)},
          {"email", row.email},
          {"role", row.role},
          {"invited_by", row.invited_by},
          {"expires_at", time_json(row.expires_at)}};
}

}  // namespace

void MembersApi::add(net::Router& router, std::string method, std::string_view path, Route route) {
  guard_.add(router, std::move(method), path, Permission::kMembers,
             [this, route](HttpRequest& request, const Caller& caller) { return (this->*route)(request, caller); });
}

void MembersApi::add_routes(net::Router& router) {
  add(router, "GET", "/api/v1/members", &MembersApi::list);
  add(router, "PATCH", "/api/v1/members/{id}", &MembersApi::change_role);
  add(router, "DELETE", "/api/v1/members/{id}", &MembersApi::remove);
  add(router, "POST", "/api/v1/invitations", &MembersApi::invite);
  add(router, "DELETE", "/api/v1/invitations/{invitation}", &MembersApi::delete_invitation);
}

MembersApi::Answer MembersApi::list(HttpRequest&, const Caller& caller) {
  const TenantId tenant = caller.tenant->id;
  json::array members;
  json::array invitations;
  for (const auto& person : people_.members(tenant))
    members.push_back(member_json(*person, tenant, people_.last_seen(*person), ids_));
  for (const auto& row : people_.invitations(tenant)) invitations.push_back(invitation_json(row, ids_));
  co_return net::json_response(
      200, json::serialize(json::object{{"members", std::move(members)}, {"invitations", std::move(invitations)}}));
}

PersonRef MembersApi::member_of(const HttpRequest& request, const Caller& caller) const {
  const auto id = ids_.number('p', request.param("id"));
  auto person = id ? people_.by_id(PersonId{*id}) : nullptr;
  return person && person->memberships.contains(caller.tenant->id) ? person : nullptr;
}

Task<std::optional<HttpResponse>> MembersApi::change(MemberChange what, AuditRow audit) {
  const TenantId tenant = what.tenant;
  const auto changed = co_await store_.change_member(std::move(what), std::move(audit));
  if (!changed && changed.error().kind == ErrorKind::kUnauthorized) co_return owners_only();
  if (!changed) co_return problem_of(changed.error());
  if (!*changed) co_return problem(412, "Precondition failed", "Somebody changed it meanwhile; read it again.");
  if (const auto read = co_await people_.reload(); !read) co_return problem_of(read.error());
  feed_.tell_tenant(tenant, "members");
  co_return std::nullopt;
}

MembersApi::Answer MembersApi::change_role(HttpRequest& request, const Caller& caller) {
  const auto person = member_of(request, caller);
  if (!person) co_return no_member();
  auto match = versions_of(request, "If-Match", false);
  if (!match) co_return problem_of(match.error());
  const auto body = object_of(request);
  if (!body) co_return problem_of(body.error());
  const auto role = role_of(*body);
  if (!role) co_return problem_of(role.error());
  if (auto refusal = beyond(caller, *role)) co_return std::move(*refusal);
  const TenantId tenant = caller.tenant->id;
  auto audit = audit_row(caller.actor, tenant, clock_.now(), "member.role", person->email,
                         fmt::format("made {} of the {}", *role, to_string(person->memberships.at(tenant).role)));
  MemberChange what{tenant, person->id, is_owner(caller), std::move(*match), *role};
  if (auto refusal = co_await change(std::move(what), std::move(audit))) co_return std::move(*refusal);
  const auto now = people_.by_id(person->id);
  if (!now || !now->memberships.contains(tenant)) co_return no_member();
  co_return net::json_response(200, json::serialize(member_json(*now, tenant, people_.last_seen(*now), ids_)));
}

MembersApi::Answer MembersApi::remove(HttpRequest& request, const Caller& caller) {
  const auto person = member_of(request, caller);
  if (!person) co_return no_member();
  auto match = versions_of(request, "If-Match", false);
  if (!match) co_return problem_of(match.error());
  auto audit =
      audit_row(caller.actor, caller.tenant->id, clock_.now(), "member.remove", person->email, "removed the member");
  MemberChange what{caller.tenant->id, person->id, is_owner(caller), std::move(*match), {}};
  if (auto refusal = co_await change(std::move(what), std::move(audit))) co_return std::move(*refusal);
  co_return no_content();
}

MembersApi::Answer MembersApi::invite(HttpRequest& request, const Caller& caller) {
  const auto body = object_of(request);
  if (!body) co_return problem_of(body.error());
  const auto role = role_of(*body);
  const auto text = text_of(*body, "email");
  const auto email = text ? read_email(*text) : text;
  if (!role) co_return problem_of(role.error());
  if (!email) co_return problem_of(email.error());
  if (*role == to_string(Role::kOwner) && !is_owner(caller)) co_return owners_only();
  if (auto refusal = beyond(caller, *role)) co_return std::move(*refusal);
  const std::string code = random_token("");
  const auto now = clock_.now();
  InvitationRow row{
      0, caller.tenant->id, *email, *role, token_hash(code), caller.actor.name, now, now + SignIn::kInvitationLife};
  const auto id = co_await store_.invite(
      row, audit_row(caller.actor, row.tenant, now, "member.invite", *email, "invited as " + *role));
  if (!id) co_return problem_of(id.error());
  if (const auto read = co_await people_.reload(); !read) co_return problem_of(read.error());
  feed_.tell_tenant(row.tenant, "members");
  row.id = *id;
  auto shown = invitation_json(row, ids_);
  shown["link"] = fmt::format("{}/join#{}", public_url_, code);
  co_return net::json_response(201, json::serialize(shown));
}

MembersApi::Answer MembersApi::delete_invitation(HttpRequest& request, const Caller& caller) {
  const auto id = ids_.number('i', request.param("invitation"));
  const TenantId tenant = caller.tenant->id;
  for (const auto& row : people_.invitations(tenant)) {
    if (!id || row.id != *id) continue;
    auto audit =
        audit_row(caller.actor, tenant, clock_.now(), "member.uninvite", row.email, "took the invitation back");
    const auto gone = co_await store_.delete_invitation(tenant, row.id, std::move(audit));
    if (!gone) co_return problem_of(gone.error());
    if (const auto read = co_await people_.reload(); !read) co_return problem_of(read.error());
    feed_.tell_tenant(tenant, "members");
    co_return no_content();
  }
  co_return problem(404, "Not found", "There is no such invitation.");
}

}  // namespace claw
