#include "conversation/explain.hpp"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace claw {
namespace {

Result<std::string> number_of(const Tenant& tenant, const std::string& asked) {
  const auto& numbers = tenant.phone_number_ids;
  if (asked.empty() && numbers.size() == 1) return numbers.front();
  if (numbers.empty()) return fail(ErrorKind::kInvalid, "no phone number is set: nothing can be written to it");
  if (asked.empty())
    return fail(ErrorKind::kInvalid, fmt::format("say which number is written to: {}", fmt::join(numbers, ", ")));
  if (tenant.owns_number(asked)) return asked;
  return fail(ErrorKind::kInvalid,
              fmt::format("the phone number id {} is not one of yours: {}", asked, fmt::join(numbers, ", ")));
}

/// The names and the session of whoever has an address.
struct Known {
  std::string user, name, phone, bsuid;
  std::optional<SessionRecord> session;
};

Task<Result<Known>> look_up(Ledger& ledger, TenantId tenant, const std::string& address, const std::string& number) {
  Known known;
  const auto id = co_await ledger.kv_get(tenant, "wa:" + address);
  if (!id && id.error().kind == ErrorKind::kNotFound) co_return known;
  if (!id) co_return std::unexpected(id.error());
  const auto user = co_await ledger.user(tenant, *id);
  // The key may have been written before the person's first message.
  if (!user && user.error().kind == ErrorKind::kNotFound) co_return known;
  if (!user) co_return std::unexpected(user.error());
  known = {user->id, user->name, user->phone, user->bsuid, {}};
  const auto conversation =
      std::ranges::find(user->conversations, number, [](const auto& each) { return each.phone_number_id; });
  if (conversation == user->conversations.end()) co_return known;
  const auto session = co_await ledger.session(conversation->id);
  if (!session) co_return std::unexpected(session.error());
  known.session = *session;
  co_return known;
}

std::string says_access(const Tenant& tenant, const Explanation& about) {
  const auto& [sender, verdict] = about.access;
  switch (verdict.admission) {
    case Admission::kAdmit:
      return {};
    case Admission::kHold:
      return sender.standing == Standing::kPending
                 ? "They wait to be let in; what they write is kept until somebody decides."
                 : "They are not known yet: what they write is kept, and they get a code to be let in with.";
    case Admission::kIgnore:
      break;
  }
  if (verdict.reason == "blocked") return "They are blocked: what they write is kept and not answered.";
  if (verdict.reason == "opted_out")
    return fmt::format("They want no messages: nothing is answered until they write {}.",
                       tenant.access.opt_in_words.empty() ? "so" : tenant.access.opt_in_words.front());
  if (verdict.reason == "not_on_allowlist")
    return "They are not on the list of who may write: what they write is kept and not answered.";
  return "The channel is off: what is written to this number is kept and not answered.";
}

std::string why(const Tenant& tenant, const Explanation& about) {
  if (about.rule >= 0) {
    const RoutingRule& rule = tenant.routing[static_cast<std::size_t>(about.rule)];
    return fmt::format("rule {} fits ({}{}{})", about.rule + 1, to_string(rule.by), rule.value.empty() ? "" : " ",
                       rule.value);
  }
  if (about.matched_by == "default") return "no rule fits, and it is the default agent";
  if (about.matched_by == "command") return "an owner chose it for this conversation";
  return fmt::format("it has this session, which began by {}", about.matched_by);
}

std::string says_routing(const Tenant& tenant, const Explanation& about, bool let_in) {
  if (about.held)
    return fmt::format("{} answers by hand until {:%Y-%m-%d %H:%M} UTC; no agent does.", about.session->paused_by,
                       std::chrono::floor<std::chrono::minutes>(about.session->paused_until));
  if (about.agent.empty()) return "No agent answers: no rule fits, and there is no default agent.";
  return fmt::format("{}{} {}: {}.", let_in ? "" : "Once they are let in, ", about.agent,
                     let_in ? "answers" : "would answer", why(tenant, about));
}

/// What a text tells the gateway itself; empty where it is for the agent.
std::string says_own(const Tenant& tenant, const PendingMessage& message) {
  const OptWord word = opt_word(tenant, message.view.text);
  if (word == OptWord::kOut) return "This word opts them out: nothing is answered any more until they opt in again.";
  if (word == OptWord::kIn) return "This word opts them in again; no agent sees it.";
  const auto command = parse_command(message.view.text);
  if (!command || (is_for_owners(command->kind) && !is_owner(tenant, message))) return {};
  if (command->kind == CommandKind::kNew && !command->rest.empty()) return {};
  return "This is a command: the gateway obeys it itself, and no agent sees it.";
}

}  // namespace

Task<Result<Explanation>> explain(Ledger& ledger, Access& access, TimePoint now, TenantRef tenant, Inquiry inquiry) {
  Explanation about;
  about.address = address_of(inquiry.from);
  if (about.address.empty())
    co_return fail(ErrorKind::kInvalid, "from must be a phone number, as +49 151 12345678, or a BSUID");
  const auto number = number_of(*tenant, inquiry.number);
  if (!number) co_return std::unexpected(number.error());
  about.number = *number;
  auto known = co_await look_up(ledger, tenant->id, about.address, about.number);
  if (!known) co_return std::unexpected(known.error());
  about.user = known->user;
  about.name = known->name;
  about.policy = tenant->policy_of(about.number);
  // Whom a message comes from is what it says; what else is known of them comes from before.
  (whatsapp::is_bsuid(about.address) ? known->bsuid : known->phone) = about.address;
  const auto stands = co_await access.explain(
      *tenant, about.number, addresses_of(about.user.empty() ? about.address : about.user, known->phone, known->bsuid));
  if (!stands) co_return std::unexpected(stands.error());
  about.access = *stands;

  PendingMessage message;
  message.phone = known->phone;
  message.bsuid = known->bsuid;
  message.type = "text";
  message.view.text = inquiry.text;
  std::string own = says_own(*tenant, message);
  if (const auto command = parse_command(inquiry.text); command && command->kind == CommandKind::kNew) {
    inquiry.first = true;
    inquiry.text = command->rest;
  }
  about.session = known->session;
  SessionRecord session = about.session.value_or(SessionRecord{});
  about.held = session.paused_until > now;
  if (has_ended(session, tenant->session, now) || inquiry.first.value_or(false)) session = begun_anew(session, {});
  about.first_of_session = inquiry.first.value_or(session.last_turn == TimePoint{});
  if (about.session) about.session = session;
  auto answer = answering(*tenant, session,
                          {.number = about.number,
                           .phone = known->phone,
                           .bsuid = known->bsuid,
                           .text = inquiry.text,
                           .source_id = inquiry.source_id,
                           .ctwa_clid = inquiry.ctwa_clid,
                           .first_of_session = about.first_of_session});
  about.matched_by = std::move(answer.matched_by);
  about.rule = answer.rule;
  if (tenant->agents.contains(answer.agent)) about.agent = std::move(answer.agent);

  const bool let_in = about.access.verdict.admission == Admission::kAdmit;
  about.says = let_in && !own.empty() ? std::move(own) : says_routing(*tenant, about, let_in);
  if (auto first = says_access(*tenant, about); !first.empty()) about.says = std::move(first) + " " + about.says;
  co_return about;
}

}  // namespace claw
