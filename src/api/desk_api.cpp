#include "api/desk_api.hpp"

#include "api/body.hpp"
#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"

namespace claw {
namespace {

using net::HttpRequest;
using net::HttpResponse;

HttpResponse no_such_conversation() {
  return problem(404, "Not found", "There is no such conversation.");
}

/// Refused, with a type that a program can tell apart.
HttpResponse refused(HandReply::Kind kind) {
  const auto say = [](std::string_view type, std::string_view title, std::string_view detail) {
    return problem(409, title, detail, {{"type", type}});
  };
  switch (kind) {
    case HandReply::Kind::kWindowClosed:
      return say(
          "/problems/window-closed", "The window is closed",
          "The person wrote last more than 24 hours ago, and WhatsApp takes no free text any more. You can answer "
          "once they write again.");
    case HandReply::Kind::kOptedOut:
      return say("/problems/opted-out", "They want no messages",
                 "The person asked for no more messages. Only they can change that, by writing one of the words that "
                 "the tenant has set.");
    default:
      return say(
          "/problems/no-number", "The number is gone",
          "The phone number that this conversation was on is not one of the tenant's any more. Set it again under "
          "Channels to answer.");
  }
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
}

DeskApi::Answer DeskApi::show(TenantId tenant, ConversationId conversation) {
  const auto record = co_await ledger_.conversation(tenant, conversation);
  if (!record) co_return problem_of(record.error());
  co_return net::json_response(200, boost::json::serialize(conversation_json(*record, clock_.now(), ids_)));
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
  const auto held = co_await desk_.take_over(caller.tenant, ConversationId{*id}, caller.actor.name, time);
  if (!held) co_return problem_of(held.error());
  co_return co_await show(caller.tenant->id, ConversationId{*id});
}

DeskApi::Answer DeskApi::hand_back(HttpRequest& request, const Caller& caller) {
  const auto id = ids_.number('c', request.param("id"));
  if (!id) co_return no_such_conversation();
  const auto body = body_of(request, {});
  if (!body) co_return problem_of(body.error());
  const auto free = co_await desk_.hand_back(caller.tenant, ConversationId{*id});
  if (!free) co_return problem_of(free.error());
  co_return co_await show(caller.tenant->id, ConversationId{*id});
}

DeskApi::Answer DeskApi::reply(HttpRequest& request, const Caller& caller) {
  const auto id = ids_.number('c', request.param("id"));
  if (!id) co_return no_such_conversation();
  const auto body = body_of(request, {"text"});
  if (!body) co_return problem_of(body.error());
  auto text = text_of(*body, "text");
  if (!text) co_return problem_of(text.error());
  Saying saying{std::move(*text), caller.actor.name, std::string(request.header("Idempotency-Key"))};
  const auto said = co_await desk_.reply(caller.tenant, ConversationId{*id}, std::move(saying));
  if (!said) co_return problem_of(said.error());
  if (said->kind != HandReply::Kind::kQueued) co_return refused(said->kind);
  const auto message = co_await ledger_.message(caller.tenant->id, said->message);
  if (!message) co_return problem_of(message.error());
  co_return net::json_response(202, boost::json::serialize(delivery_json(*message, ids_)));
}

}  // namespace claw
