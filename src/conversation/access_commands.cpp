#include "conversation/access_commands.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "conversation/explain.hpp"

namespace claw {
namespace {

namespace json = boost::json;

std::string iso(TimePoint time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::time_point_cast<std::chrono::seconds>(time));
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

/// One run of one command: what the handlers below share.
struct Call {
  Access& access;
  Ledger& ledger;
  Clock& clock;
  Actor actor;
  json::object arguments;
  TenantRef tenant;

  [[nodiscard]] std::string argument(std::string_view name) const {
    const auto* value = arguments.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
  }
  [[nodiscard]] bool flag(std::string_view name) const {
    const auto* value = arguments.if_contains(name);
    return value && value->is_bool() && value->get_bool();
  }
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> list;
    if (const auto* value = arguments.if_contains(name); value && value->is_array())
      for (const auto& each : value->get_array())
        if (each.is_string()) list.emplace_back(each.get_string());
    return list;
  }
  [[nodiscard]] AuditRow audit(std::string action, std::string target, std::string what) const {
    return audit_row(actor, tenant->id, clock.now(), std::move(action), std::move(target), std::move(what));
  }
};

using Answer = Result<json::value>;

/// Empty: every number; kInvalid for one that is not the tenant's.
Result<std::string> number_of(const Call& call) {
  auto number = call.argument("number");
  if (!number.empty() && !call.tenant->owns_number(number))
    return fail(ErrorKind::kInvalid, fmt::format("the phone number id {} is not one of {}'s: {}", number,
                                                 call.tenant->name, fmt::join(call.tenant->phone_number_ids, ", ")));
  return number;
}

Task<Result<std::vector<AccessRow>>> all_rows(Call& call, AccessFilter filter) {
  std::vector<AccessRow> rows;
  filter.limit = 200;
  for (;;) {
    const auto page = co_await call.access.list(call.tenant->id, filter);
    if (!page) co_return std::unexpected(page.error());
    rows.insert(rows.end(), page->begin(), page->end());
    if (page->next == 0 || rows.size() >= AccessCommands::kMaxListed) co_return rows;
    filter.before = page->next;
  }
}

Task<Answer> list_pairing(Call& call) {
  const auto number = number_of(call);
  if (!number) co_return std::unexpected(number.error());
  const auto rows = co_await all_rows(call, {.standing = Standing::kPending, .number = *number});
  if (!rows) co_return std::unexpected(rows.error());
  json::array list;
  for (const auto& row : *rows)
    list.push_back({{"code", row.code},
                    {"address", row.address},
                    {"name", text_or_null(row.name)},
                    {"number", row.number},
                    {"first_words", text_or_null(row.asked_text)},
                    {"expires_at", iso(row.expires)}});
  co_return list;
}

Task<Answer> decide(Call& call, PairingDecision decision) {
  constexpr std::array<std::string_view, 3> kActions = {"access.approve", "access.reject", "access.block"};
  constexpr std::array<std::string_view, 3> kWords = {"let in", "turned away", "blocked"};
  const auto number = number_of(call);
  if (!number) co_return std::unexpected(number.error());
  const auto which = static_cast<std::size_t>(decision);
  auto audit = call.audit(std::string(kActions[which]), "", std::string(kWords[which]));
  const auto codes = call.texts("codes");
  if (call.flag("all") != codes.empty())
    co_return fail(ErrorKind::kInvalid, "say whom: the codes that people were told, or --all for everybody who waits");
  std::vector<std::int64_t> ids;
  for (const auto& code : codes) {
    const auto row = co_await call.access.pending_by_code(call.tenant->id, code);
    if (!row) co_return fail(row.error().kind, fmt::format("{}: {}", code, row.error().message));
    ids.push_back(row->id);
  }
  const auto decided = codes.empty()
                           ? co_await call.access.decide_all(call.tenant->id, *number, decision, std::move(audit))
                           : co_await call.access.decide(call.tenant->id, std::move(ids), decision, std::move(audit));
  if (!decided) co_return std::unexpected(decided.error());
  co_return json::object{{"decided", decided->rows.size()}, {"gone", decided->gone}};
}

Task<Answer> approve(Call& call) {
  co_return co_await decide(call, PairingDecision::kApprove);
}
Task<Answer> reject(Call& call) {
  co_return co_await decide(call, PairingDecision::kReject);
}
Task<Answer> block_request(Call& call) {
  co_return co_await decide(call, PairingDecision::kBlock);
}

Task<Answer> list_access(Call& call) {
  const auto number = number_of(call);
  if (!number) co_return std::unexpected(number.error());
  const auto rows = co_await all_rows(call, {.number = *number, .search = search_words(call.argument("search"))});
  if (!rows) co_return std::unexpected(rows.error());
  json::array list;
  for (const auto& row : *rows)
    list.push_back({{"address", row.address},
                    {"standing", to_string(row.standing)},
                    {"name", text_or_null(row.name)},
                    {"number", text_or_null(row.number)},
                    {"by", text_or_null(row.by)},
                    {"since", iso(row.since)},
                    {"opted_out_at", row.opted_out > TimePoint{} ? json::value(iso(row.opted_out)) : nullptr}});
  co_return list;
}

Task<Answer> set_standing(Call& call, Standing standing) {
  const auto number = number_of(call);
  if (!number) co_return std::unexpected(number.error());
  const bool removes = standing == Standing::kUnknown;
  const bool allows = standing == Standing::kAllowed;
  std::vector<std::string> addresses;
  for (const auto& written : call.texts("addresses")) {
    addresses.push_back(address_of(written));
    if (addresses.back().empty())
      co_return fail(ErrorKind::kInvalid,
                     fmt::format("\"{}\" is neither a phone number, as +49 151 12345678, nor a BSUID", written));
  }
  if (addresses.empty()) co_return fail(ErrorKind::kInvalid, "say whom: phone numbers or BSUIDs");
  for (const auto& address : addresses) {
    AccessRow row{.tenant = call.tenant->id,
                  .number = *number,
                  .address = address,
                  .standing = standing,
                  .name = call.argument("name"),
                  .by = call.actor.name,
                  .since = call.clock.now()};
    auto audit = call.audit(removes  ? "access.remove"
                            : allows ? "access.allow"
                                     : "access.block",
                            address,
                            fmt::format("{} {}",
                                        removes  ? "forgot the decision about"
                                        : allows ? "allowed"
                                                 : "blocked",
                                        address));
    const auto kept = co_await call.access.put(std::move(row), std::move(audit));
    if (!kept) co_return fail(kept.error().kind, fmt::format("{}: {}", address, kept.error().message));
  }
  co_return json::object{{"changed", addresses.size()}};
}

Task<Answer> allow(Call& call) {
  co_return co_await set_standing(call, Standing::kAllowed);
}
Task<Answer> block(Call& call) {
  co_return co_await set_standing(call, Standing::kBlocked);
}
Task<Answer> remove(Call& call) {
  co_return co_await set_standing(call, Standing::kUnknown);
}

Task<Answer> explain_routing(Call& call) {
  constexpr std::array<std::string_view, 3> kAdmissions = {"admit", "ignore", "hold"};
  Inquiry inquiry{.from = call.argument("from"),
                  .number = call.argument("number"),
                  .text = call.argument("text"),
                  .source_id = call.argument("source_id"),
                  .ctwa_clid = {}};
  const auto about = co_await explain(call.ledger, call.access, call.clock.now(), call.tenant, std::move(inquiry));
  if (!about) co_return std::unexpected(about.error());
  co_return json::object{{"says", about->says},
                         {"agent", text_or_null(about->agent)},
                         {"matched_by", text_or_null(about->matched_by)},
                         {"rule", about->rule >= 0 ? json::value(about->rule + 1) : json::value(nullptr)},
                         {"access", kAdmissions[static_cast<std::size_t>(about->access.verdict.admission)]},
                         {"reason", text_or_null(std::string(about->access.verdict.reason))}};
}

struct Known {
  const char* name;
  Task<Answer> (*run)(Call&);
};

constexpr Known kCommands[] = {
    {"pairing.list", &list_pairing},   {"pairing.approve", &approve}, {"pairing.reject", &reject},
    {"pairing.block", &block_request}, {"access.list", &list_access}, {"access.allow", &allow},
    {"access.block", &block},          {"access.remove", &remove},    {"routing.explain", &explain_routing},
};

}  // namespace

bool AccessCommands::is_mine(std::string_view command) {
  return std::ranges::any_of(kCommands, [command](const Known& each) { return command == each.name; });
}

Task<Result<std::string>> AccessCommands::run(std::string command, std::string arguments, std::string who) {
  boost::system::error_code fault;
  auto parsed = json::parse(arguments, fault);
  if (fault || !parsed.is_object()) co_return fail(ErrorKind::kInvalid, "the arguments are no JSON object in UTF-8");
  Call call{
      access_, ledger_, clock_, {Actor::Kind::kCommandLine, 0, std::move(who), {}}, std::move(parsed.get_object()),
      nullptr};
  call.tenant = directory_.by_name(call.argument("tenant"));
  if (!call.tenant)
    co_return fail(ErrorKind::kNotFound, fmt::format("there is no tenant \"{}\"; clawcentral tenant list shows them",
                                                     call.argument("tenant")));
  const auto* const known = std::ranges::find(kCommands, command, &Known::name);
  if (known == std::end(kCommands))
    co_return fail(ErrorKind::kInvalid, fmt::format("there is no command \"{}\"", command));
  const auto answer = co_await known->run(call);
  if (!answer) co_return std::unexpected(answer.error());
  co_return json::serialize(*answer);
}

}  // namespace claw
