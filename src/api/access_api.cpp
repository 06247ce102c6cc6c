#include "api/access_api.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "api/body.hpp"
#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "conversation/explain.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

constexpr char kKind = 'a';

HttpResponse no_such_sender() {
  return problem(404, "Not found", "There is no such sender.");
}

json::object entry_json(const AccessRow& row, const PublicIds& ids) {
  const bool pending = row.standing == Standing::kPending;
  json::value message;
  if (pending && row.asked_by)
    message = {{"id", ids.name('m', row.asked_by.value)}, {"type", row.asked_type}, {"text", row.asked_text}};
  return {{"id", ids.name(kKind, row.id)},
          {"address", row.address},
          {"number", text_or_null(row.number)},
          {"standing", to_string(row.standing)},
          {"name", text_or_null(row.name)},
          {"by", text_or_null(row.by)},
          {"since", time_json(row.since)},
          {"opted_out_at", time_json(row.opted_out)},
          {"code", pending ? text_or_null(row.code) : json::value(nullptr)},
          {"expires_at", pending ? time_json(row.expires) : json::value(nullptr)},
          {"message", std::move(message)}};
}

HttpResponse entry_response(const AccessRow& row, const PublicIds& ids) {
  return net::json_response(200, json::serialize(entry_json(row, ids)));
}

constexpr std::array<std::string_view, 3> kDecisions = {"approve", "reject", "block"};

std::optional<PairingDecision> decision_named(std::string_view name) {
  const auto found = std::ranges::find(kDecisions, name);
  if (found == kDecisions.end()) return std::nullopt;
  return static_cast<PairingDecision>(found - kDecisions.begin());
}

AuditRow audit_of(const Caller& caller, TimePoint now, PairingDecision decision) {
  constexpr std::array<std::string_view, 3> kWords = {"let in", "turned away", "blocked"};
  const auto which = static_cast<std::size_t>(decision);
  return audit_row(caller.actor, caller.tenant->id, now, fmt::format("access.{}", kDecisions[which]), "",
                   std::string(kWords[which]));
}

Result<std::optional<Standing>> standing_of(const HttpRequest& request) {
  const auto name = request.query_value("standing");
  if (!name) return std::nullopt;
  for (const auto standing : {Standing::kAllowed, Standing::kPending, Standing::kBlocked})
    if (*name == to_string(standing)) return standing;
  return fail(ErrorKind::kInvalid, "standing must be allowed, pending or blocked");
}

/// What a list of texts in the body says; kInvalid where it is none.
Result<std::vector<std::string>> texts_in(const json::object& body, std::string_view name, std::size_t most) {
  const auto* list = body.if_contains(name);
  const bool fits = list && list->is_array() && !list->get_array().empty() && list->get_array().size() <= most &&
                    std::ranges::all_of(list->get_array(), [](const json::value& each) { return each.is_string(); });
  if (!fits) return fail(ErrorKind::kInvalid, fmt::format("{} must be a list of 1 to {} texts", name, most));
  std::vector<std::string> texts;
  for (const auto& each : list->get_array()) texts.emplace_back(each.get_string());
  return texts;
}

/// All of them as addresses; kInvalid naming those that are none.
Result<std::vector<std::string>> addresses_in(const json::object& body) {
  const auto written = texts_in(body, "addresses", AccessApi::kMaxAddresses);
  if (!written) return written;
  std::vector<std::string> addresses, wrong;
  for (const auto& each : *written) {
    auto address = address_of(each);
    if (address.empty())
      wrong.push_back(fmt::format("\"{}\"", each));
    else if (std::ranges::find(addresses, address) == addresses.end())
      addresses.push_back(std::move(address));
  }
  if (!wrong.empty())
    return fail(
        ErrorKind::kInvalid,
        fmt::format("an address is a phone number, as +49 151 12345678, or a BSUID, not {}", fmt::join(wrong, ", ")));
  return addresses;
}

/// Empty: every number.
Result<std::string> number_in(const json::object& body, const Tenant& tenant) {
  auto number = text_or_empty(body, "number");
  if (number && !number->empty() && !tenant.owns_number(*number))
    return fail(ErrorKind::kInvalid, fmt::format("the phone number id {} is not one of yours", *number));
  return number;
}

json::value session_json(const Explanation& about) {
  if (!about.session) return nullptr;
  const auto& session = *about.session;
  return {{"epoch", session.epoch},
          {"agent", text_or_null(session.agent)},
          {"matched_by", text_or_null(session.matched_by)},
          {"held_by", about.held ? text_or_null(session.paused_by) : json::value(nullptr)},
          {"held_until", about.held ? time_json(session.paused_until) : json::value(nullptr)},
          {"first_of_session", about.first_of_session}};
}

json::object explanation_json(const Explanation& about) {
  constexpr std::array<std::string_view, 3> kAdmissions = {"admit", "ignore", "hold"};
  const auto& [sender, verdict] = about.access;
  return {
      {"from", {{"address", about.address}, {"user", text_or_null(about.user)}, {"name", text_or_null(about.name)}}},
      {"number", about.number},
      {"access",
       {{"admission", kAdmissions[static_cast<std::size_t>(verdict.admission)]},
        {"reason", verdict.reason},
        {"policy", to_string(about.policy)},
        {"standing", to_string(sender.standing)},
        {"opted_out", sender.opted_out}}},
      {"agent", text_or_null(about.agent)},
      {"matched_by", text_or_null(about.matched_by)},
      {"rule", about.rule >= 0 ? json::value(about.rule + 1) : json::value(nullptr)},
      {"session", session_json(about)},
      {"says", about.says}};
}

}  // namespace

void AccessApi::add_routes(net::Router& router) {
  const auto add = [&](std::string method, std::string_view path, Permission permission, Route route) {
    guard_.add(router, std::move(method), path, permission,
               [this, route](HttpRequest& request, const Caller& caller) { return (this->*route)(request, caller); });
  };
  add("GET", "/api/v1/access", Permission::kPairing, &AccessApi::list);
  add("POST", "/api/v1/access", Permission::kPairing, &AccessApi::put);
  add("POST", "/api/v1/access/approve", Permission::kPairing, &AccessApi::approve_by_code);
  add("POST", "/api/v1/access/decide", Permission::kPairing, &AccessApi::decide_many);
  add("DELETE", "/api/v1/access/{id}", Permission::kPairing, &AccessApi::remove);
  add("POST", "/api/v1/access/{id}/approve", Permission::kPairing, &AccessApi::approve);
  add("POST", "/api/v1/access/{id}/reject", Permission::kPairing, &AccessApi::reject);
  add("POST", "/api/v1/access/{id}/block", Permission::kPairing, &AccessApi::block);
  add("GET", "/api/v1/routing/explain", Permission::kSettingsRead, &AccessApi::explain_routing);
}

AccessApi::Answer AccessApi::list(HttpRequest& request, const Caller& caller) {
  const auto limit = limit_of(request);
  if (!limit) co_return problem_of(limit.error());
  const auto before = before_of(request, kKind, ids_);
  if (!before) co_return problem_of(before.error());
  const auto standing = standing_of(request);
  if (!standing) co_return problem_of(standing.error());
  const auto opted_out = flag_of(request, "opted_out");
  if (!opted_out) co_return problem_of(opted_out.error());
  AccessFilter filter{.limit = *limit,
                      .before = *before,
                      .standing = *standing,
                      .opted_out = opted_out->value_or(false),
                      .number = words_of(request, "number"),
                      .search = search_words(words_of(request, "search"))};
  const auto page = co_await access_.list(caller.tenant->id, std::move(filter));
  if (!page) co_return problem_of(page.error());
  co_return page_of("access", *page, kKind, ids_, [this](const AccessRow& row) { return entry_json(row, ids_); });
}

AccessApi::Answer AccessApi::put(HttpRequest& request, const Caller& caller) {
  const auto body = body_of(request, {"addresses", "number", "standing", "name"});
  if (!body) co_return problem_of(body.error());
  const auto addresses = addresses_in(*body);
  if (!addresses) co_return problem_of(addresses.error());
  const auto number = number_in(*body, *caller.tenant);
  if (!number) co_return problem_of(number.error());
  const auto name = text_or_empty(*body, "name");
  if (!name) co_return problem_of(name.error());
  const auto standing = text_of(*body, "standing");
  if (!standing) co_return problem_of(standing.error());
  const bool allowed = *standing == "allowed";
  if (!allowed && *standing != "blocked") co_return problem(400, "Bad request", "standing must be allowed or blocked");
  json::array entries;
  for (const auto& address : *addresses) {
    AccessRow row{.tenant = caller.tenant->id,
                  .number = *number,
                  .address = address,
                  .standing = allowed ? Standing::kAllowed : Standing::kBlocked,
                  .name = *name,
                  .by = caller.actor.name,
                  .since = clock_.now()};
    auto audit = audit_row(caller.actor, caller.tenant->id, clock_.now(), allowed ? "access.allow" : "access.block",
                           address, fmt::format("{} {}", allowed ? "allowed" : "blocked", address));
    const auto kept = co_await access_.put(std::move(row), std::move(audit));
    if (!kept) co_return problem_of(kept.error());
    entries.push_back(entry_json(kept->row, ids_));
  }
  co_return net::json_response(200, json::serialize(json::object{{"access", std::move(entries)}}));
}

AccessApi::Answer AccessApi::remove(HttpRequest& request, const Caller& caller) {
  const auto id = ids_.number(kKind, request.param("id"));
  if (!id) co_return no_such_sender();
  auto audit =
      audit_row(caller.actor, caller.tenant->id, clock_.now(), "access.remove", "", "forgot the decision about");
  const auto gone = co_await access_.remove(caller.tenant->id, *id, std::move(audit));
  co_return gone ? no_content() : problem_of(gone.error());
}

AccessApi::Answer AccessApi::decide(const Caller& caller, std::int64_t id, PairingDecision decision) {
  const auto decided =
      co_await access_.decide(caller.tenant->id, id, decision, audit_of(caller, clock_.now(), decision));
  co_return decided ? entry_response(decided->row, ids_) : problem_of(decided.error());
}

AccessApi::Answer AccessApi::approve(HttpRequest& request, const Caller& caller) {
  const auto id = ids_.number(kKind, request.param("id"));
  if (!id) co_return no_such_sender();
  co_return co_await decide(caller, *id, PairingDecision::kApprove);
}

AccessApi::Answer AccessApi::reject(HttpRequest& request, const Caller& caller) {
  const auto id = ids_.number(kKind, request.param("id"));
  if (!id) co_return no_such_sender();
  co_return co_await decide(caller, *id, PairingDecision::kReject);
}

AccessApi::Answer AccessApi::block(HttpRequest& request, const Caller& caller) {
  const auto id = ids_.number(kKind, request.param("id"));
  if (!id) co_return no_such_sender();
  co_return co_await decide(caller, *id, PairingDecision::kBlock);
}

AccessApi::Answer AccessApi::approve_by_code(HttpRequest& request, const Caller& caller) {
  const auto body = body_of(request, {"code"});
  if (!body) co_return problem_of(body.error());
  auto code = text_of(*body, "code");
  if (!code) co_return problem_of(code.error());
  const auto row = co_await access_.pending_by_code(caller.tenant->id, std::move(*code));
  if (!row) co_return problem_of(row.error());
  co_return co_await decide(caller, row->id, PairingDecision::kApprove);
}

AccessApi::Answer AccessApi::decide_many(HttpRequest& request, const Caller& caller) {
  const auto body = body_of(request, {"decision", "ids", "all", "number"});
  if (!body) co_return problem_of(body.error());
  const auto name = text_of(*body, "decision");
  if (!name) co_return problem_of(name.error());
  const auto decision = decision_named(*name);
  if (!decision) co_return problem(400, "Bad request", "decision must be approve, reject or block");
  const auto all = flag_in(*body, "all");
  if (!all) co_return problem_of(all.error());
  const auto number = number_in(*body, *caller.tenant);
  if (!number) co_return problem_of(number.error());
  if (all->value_or(false) == body->contains("ids"))
    co_return problem(400, "Bad request", "Say whom: ids, or all: true.");
  auto audit = audit_of(caller, clock_.now(), *decision);
  std::vector<std::int64_t> ids;
  if (body->contains("ids")) {
    const auto names = texts_in(*body, "ids", kMaxAddresses);
    if (!names) co_return problem_of(names.error());
    // A name that is none of ours is of a request that is gone.
    for (const auto& each : *names) ids.push_back(ids_.number(kKind, each).value_or(0));
  }
  const TenantId tenant = caller.tenant->id;
  const auto decided = all->value_or(false)
                           ? co_await access_.decide_all(tenant, *number, *decision, std::move(audit))
                           : co_await access_.decide(tenant, std::move(ids), *decision, std::move(audit));
  if (!decided) co_return problem_of(decided.error());
  co_return net::json_response(
      200, json::serialize(json::object{{"decided", decided->rows.size()}, {"gone", decided->gone}}));
}

AccessApi::Answer AccessApi::explain_routing(HttpRequest& request, const Caller& caller) {
  const auto first = flag_of(request, "first");
  if (!first) co_return problem_of(first.error());
  Inquiry inquiry{.from = words_of(request, "from"),
                  .number = words_of(request, "number"),
                  .text = words_of(request, "text"),
                  .source_id = words_of(request, "source_id"),
                  .ctwa_clid = words_of(request, "ctwa_clid"),
                  .first = *first};
  const auto about = co_await explain(ledger_, access_, clock_.now(), caller.tenant, std::move(inquiry));
  if (!about) co_return problem_of(about.error());
  co_return net::json_response(200, json::serialize(explanation_json(*about)));
}

}  // namespace claw
