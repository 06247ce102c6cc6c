#include "api/desk_api.hpp"

#include "api/body.hpp"
#include "api/json_view.hpp"
#include "api/outgoing_body.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "ledger/delivery_log.hpp"
#include "whatsapp/address.hpp"

namespace claw {
namespace {

using net::HttpRequest;
using net::HttpResponse;

HttpResponse no_such_conversation() {
  return problem(404, "Not found", "There is no such conversation.");
}

/// The body as a JSON object, whatever members it has: they are Meta's.
Result<boost::json::object> object_in(const HttpRequest& request) {
  boost::system::error_code fault;
  auto value = boost::json::parse(request.body, fault);
  if (fault || !value.is_object()) return fail(ErrorKind::kInvalid, "the body must be a JSON object");
  return std::move(value.get_object());
}

/// Takes a text out of the body; empty where it is missing.
Result<std::string> taken_text(boost::json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  if (!value) return std::string();
  if (!value->is_string()) return fail(ErrorKind::kInvalid, std::string(name) + " must be a text");
  std::string text(value->get_string());
  body.erase(name);
  return text;
}

Result<whatsapp::Recipient> recipient_of(const std::string& written) {
  if (is_group(written)) return whatsapp::Recipient{.phone = {}, .bsuid = {}, .group = group_of(written)};
  if (auto who = whatsapp::recipient_at(written)) return std::move(*who);
  return fail(ErrorKind::kInvalid, "to: a phone number with its country code, a BSUID, or group: and its id");
}

}  // namespace

void DeskApi::add_routes(net::Router& router) {
  using Route = Answer (DeskApi::*)(HttpRequest&, const Caller&);
  const auto add = [&](std::string_view path, Route route) {
    guard_.add(router, "POST", path, Permission::kInboxWrite,
               [this, route](HttpRequest& request, const Caller& caller) { return (this->*route)(request, caller); });
  };
  add("/api/v1/conversations/{id}/take-over", &DeskApi::take_over);
  add("/api/v1/conversations/{id}/hand-back", &DeskApi::hand_back);
  add("/api/v1/conversations/{id}/messages", &DeskApi::reply);
  add("/api/v1/messages", &DeskApi::send);
}

DeskApi::Answer DeskApi::show(TenantRef tenant, ConversationId conversation) {
  const auto record = co_await ledger_.conversation(tenant->id, conversation);
  if (!record) co_return problem_of(record.error());
  co_return net::json_response(200,
                               boost::json::serialize(conversation_detail_json(*record, *tenant, clock_.now(), ids_)));
}

DeskApi::Answer DeskApi::take_over(HttpRequest& request, const Caller& caller) {
  const auto id = ids_.number('c', request.param("id"));
  if (!id) co_return no_such_conversation();
  const auto body = body_of(request, {"minutes"});
  if (!body) co_return problem_of(body.error());
  const auto minutes = integer_in(*body, "minutes");
  if (!minutes) co_return problem_of(minutes.error());
  std::optional<std::chrono::minutes> time;
  if (*minutes) time = std::chrono::minutes(**minutes);
  const auto held = co_await desk_.take_over(caller.tenant, ConversationId{*id}, name_of(caller), time);
  if (!held) co_return problem_of(held.error());
  co_return co_await show(caller.tenant, ConversationId{*id});
}

DeskApi::Answer DeskApi::hand_back(HttpRequest& request, const Caller& caller) {
  const auto id = ids_.number('c', request.param("id"));
  if (!id) co_return no_such_conversation();
  const auto body = body_of(request, {});
  if (!body) co_return problem_of(body.error());
  const auto free = co_await desk_.hand_back(caller.tenant, ConversationId{*id});
  if (!free) co_return problem_of(free.error());
  co_return co_await show(caller.tenant, ConversationId{*id});
}

DeskApi::Answer DeskApi::reply(HttpRequest& request, const Caller& caller) {
  const auto id = ids_.number('c', request.param("id"));
  if (!id) co_return no_such_conversation();
  auto body = object_in(request);
  if (!body) co_return problem_of(body.error());
  auto message = co_await outgoing_in(std::move(*body), caller.tenant->id, ledger_, ids_);
  if (!message) co_return std::move(message.error());
  Saying saying{std::move(*message), name_of(caller), std::string(request.header("Idempotency-Key")),
                trace_in(request.header("traceparent"))};
  const auto said = co_await desk_.reply(caller.tenant, ConversationId{*id}, std::move(saying));
  co_return co_await said_response(*caller.tenant, said);
}

DeskApi::Answer DeskApi::said_response(const Tenant& tenant, const Result<HandReply>& said) {
  if (!said) co_return problem_of(said.error());
  if (said->kind == HandReply::Kind::kBadTemplate) co_return bad_template(said->refusal);
  if (said->kind != HandReply::Kind::kQueued) co_return not_said(said->kind);
  if (said->queued) co_return net::json_response(202, boost::json::serialize(delivery_json(*said->queued, ids_)));
  const auto message = co_await ledger_.message(tenant.id, said->message);
  if (!message) co_return problem_of(message.error());
  co_return net::json_response(202, boost::json::serialize(delivery_json(*message, ids_)));
}

DeskApi::Answer DeskApi::send(HttpRequest& request, const Caller& caller) {
  auto body = object_in(request);
  if (!body) co_return problem_of(body.error());
  const auto number = taken_text(*body, "number");
  const auto to = taken_text(*body, "to");
  const auto named = taken_text(*body, "conversation");
  for (const auto* each : {&number, &to, &named})
    if (!*each) co_return problem_of(each->error());
  if (to->empty() == named->empty())
    co_return problem(400, "Bad request",
                      "Say to whom: \"to\" (a phone number, a BSUID, group:ID) or \"conversation\".");
  auto message = co_await outgoing_in(std::move(*body), caller.tenant->id, ledger_, ids_);
  if (!message) co_return std::move(message.error());
  Result<ConversationId> conversation = fail(ErrorKind::kNotFound, "there is no such conversation");
  if (!named->empty()) {
    if (const auto id = ids_.number('c', *named)) conversation = ConversationId{*id};
  } else {
    const auto who = recipient_of(*to);
    if (!who) co_return problem_of(who.error());
    conversation = co_await desk_.conversation_with(caller.tenant, *number, *who, *message);
  }
  if (!conversation) co_return problem_of(conversation.error());
  Saying saying{std::move(*message), name_of(caller), std::string(request.header("Idempotency-Key")),
                trace_in(request.header("traceparent"))};
  const auto said = co_await desk_.send(caller.tenant, *conversation, std::move(saying));
  co_return co_await said_response(*caller.tenant, said);
}

}  // namespace claw
