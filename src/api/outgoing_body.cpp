#include "api/outgoing_body.hpp"

#include "api/problem.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpResponse;

HttpResponse would_be_refused(const whatsapp::OutgoingFault& fault) {
  return problem(400, "Meta would not take this message", fault.words(),
                 {{"type", "/problems/message-limit"},
                  {"field", fault.field},
                  {"limit", fault.limit},
                  {"given", fault.given.empty() ? json::value() : json::value(fault.given)}});
}

/// The wamid that `reply_to` names.
Task<Result<std::string>> wamid_of(std::string named, TenantId tenant, Ledger& ledger, const PublicIds& ids) {
  const auto id = ids.number('m', named);
  if (!id) {
    if (named.starts_with("wamid.")) co_return named;
    co_return fail(ErrorKind::kInvalid, "reply_to is the id of a message, m_…, or its wamid");
  }
  auto record = co_await ledger.message(tenant, MessageId{*id});
  if (!record) co_return fail(ErrorKind::kInvalid, "reply_to: there is no such message");
  if (record->wamid.empty()) co_return fail(ErrorKind::kInvalid, "reply_to: Meta has not taken that message yet");
  co_return std::move(record->wamid);
}

}  // namespace

Task<std::expected<whatsapp::Outgoing, HttpResponse>> outgoing_in(json::object body, TenantId tenant, Ledger& ledger,
                                                                  const PublicIds& ids) {
  if (const auto* text = body.if_contains("text"); text && text->is_string()) {
    const json::string words = text->get_string();
    body["text"] = {{"body", words}};
  }
  if (const auto* reply_to = body.if_contains("reply_to")) {
    if (!reply_to->is_string()) co_return std::unexpected(problem(400, "Bad request", "reply_to must be a text"));
    const auto wamid = co_await wamid_of(std::string(reply_to->get_string()), tenant, ledger, ids);
    if (!wamid) co_return std::unexpected(problem_of(wamid.error()));
    body.erase("reply_to");
    body["context"] = {{"message_id", *wamid}};
  }
  auto read = whatsapp::read_outgoing(json::serialize(body));
  if (!read) co_return std::unexpected(would_be_refused(read.error()));
  co_return std::move(*read);
}

std::string name_of(const Caller& caller) {
  return caller.actor.name.empty() ? "a program" : caller.actor.name;
}

HttpResponse bad_template(const whatsapp::TemplateRefusal& refusal) {
  return problem(409, "Meta would not take this template", refusal.words,
                 {{"type", "/problems/template"}, {"code", refusal.code}});
}

HttpResponse not_said(HandReply::Kind kind) {
  const auto say = [](std::string_view type, std::string_view title, std::string_view detail) {
    return problem(409, title, detail, {{"type", type}});
  };
  switch (kind) {
    case HandReply::Kind::kWindowClosed:
      return say(
          "/problems/window-closed", "The window is closed",
          "The person wrote last more than 24 hours ago, or never, and WhatsApp takes no free messages any more. A "
          "template reaches them; or wait until they write.");
    case HandReply::Kind::kOptedOut:
      return say("/problems/opted-out", "They want no messages",
                 "The person asked for no more messages. Only they can change that, by writing one of the words that "
                 "the tenant has set.");
    case HandReply::Kind::kBlocked:
      return say("/problems/blocked", "They are blocked",
                 "The tenant has blocked this person. Unblock them under Pairing to write to them.");
    default:
      return say(
          "/problems/no-number", "The number is gone",
          "The phone number that this conversation was on is not one of the tenant's any more. Set it again under "
          "Channels to answer.");
  }
}

}  // namespace claw
