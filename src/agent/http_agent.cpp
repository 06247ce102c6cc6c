#include "agent/http_agent.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "agent/agent_call.hpp"
#include "base/crypto.hpp"
#include "base/standard_webhook.hpp"
#include "ledger/delivery_log.hpp"

namespace claw {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxAnswerBytes = 4 * 1024 * 1024;

std::int64_t seconds_of(TimePoint at) {
  return to_ms(at) / 1'000;
}

json::value parsed_or_empty(std::string_view text) {
  boost::system::error_code fault;
  auto value = json::parse(text, fault);
  return fault ? json::value(json::object{}) : value;
}

net::ClientRequest post_to(const Agent& agent, std::string_view trace, std::string body) {
  net::ClientRequest request;
  request.method = "POST";
  request.url = agent.options.url;
  request.headers = {{"Content-Type", "application/json"}, {"traceparent", traceparent_of(trace)}};
  request.body = std::move(body);
  request.max_response_bytes = kMaxAnswerBytes;
  return request;
}

std::string event_json(const AgentTurn& turn) {
  const auto& message = turn.message;
  json::object sender{{"user", message.user}, {"name", message.name}};
  const Author author = sender_of(message);
  if (!author.phone.empty()) sender["phone"] = author.phone;
  if (!author.bsuid.empty()) sender["bsuid"] = author.bsuid;
  json::object told{{"type", message.type},
                    {"text", message.view.text},
                    {"data", parsed_or_empty(message.view.data)},
                    {"wamid", message.wamid}};
  if (!turn.file.empty()) told["file"] = turn.file;
  return json::serialize(json::object{{"type", "message"},
                                      {"turn", turn.id},
                                      {"conversation", turn.conversation},
                                      {"session", turn.user},
                                      {"tenant", turn.tenant->name},
                                      {"number", message.phone_number_id},
                                      {"received_at", to_ms(message.received)},
                                      {"from", std::move(sender)},
                                      {"message", std::move(told)}});
}

/// What the program says, one message after the other; each is held to Meta's limits here, where its maker reads why.
Result<AgentReply> reply_in(const Agent& agent, std::string_view body) {
  const auto wrong = [&agent](std::string_view why) {
    return fail(ErrorKind::kInvalid, fmt::format("agent {}: {}", agent.name, why));
  };
  AgentReply reply;
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return reply;
  boost::system::error_code fault;
  const auto value = json::parse(body, fault);
  if (fault || !value.is_object())
    return wrong("its answer is no JSON object; it should be {\"messages\": […]} or {\"text\": \"…\"}");
  const auto& answer = value.get_object();
  if (const auto* text = answer.if_contains("text"); text && text->is_string() && !text->get_string().empty())
    reply.messages.emplace_back(std::string(text->get_string()));
  if (const auto* why = answer.if_contains("hand_off"); why && why->is_string()) reply.hand_off = why->get_string();
  const auto* messages = answer.if_contains("messages");
  if (!messages) return reply;
  if (!messages->is_array()) return wrong("messages is no list of Cloud API message objects");
  for (const auto& each : messages->get_array()) {
    if (each.is_string()) {
      reply.messages.emplace_back(std::string(each.get_string()));
      continue;
    }
    auto read = whatsapp::read_outgoing(json::serialize(each));
    if (!read) return wrong(fmt::format("messages[{}]: {}", reply.messages.size(), read.error().words()));
    reply.messages.push_back(std::move(*read));
  }
  return reply;
}

}  // namespace

Task<Result<AgentReply>> HttpAgent::run(const Agent& agent, AgentTurn turn) {
  const auto secret = secret_of(agent, *turn.tenant);
  if (!secret) co_return std::unexpected(secret.error());
  auto request = post_to(agent, trace_of_message(turn.message.wamid, turn.message.trace), event_json(turn));
  const auto now = seconds_of(clock_.now());
  request.headers.push_back({"webhook-id", turn.id});
  request.headers.push_back({"webhook-timestamp", std::to_string(now)});
  if (*secret) {
    auto signature = standard_webhook_signature(**secret, turn.id, now, request.body);
    if (!signature)
      co_return fail(ErrorKind::kInvalid,
                     fmt::format("the secret {}: {}", agent.options.key_secret, signature.error().message));
    request.headers.push_back({"webhook-signature", std::move(*signature)});
  }
  const auto answer =
      accepted(agent, co_await call_agent(http_, clock_, std::move(request), clock_.now() + agent.options.timeout));
  if (!answer) co_return std::unexpected(answer.error());
  if (answer->status == 202) {
    AgentReply later;
    later.later = true;
    co_return later;
  }
  co_return reply_in(agent, answer->body);
}

Task<Result<AgentReply>> CloudApiAgent::run(const Agent& agent, AgentTurn turn) {
  const auto secret = secret_of(agent, *turn.tenant);
  if (!secret) co_return std::unexpected(secret.error());
  // Its maker knows Meta's bodies, each with one message, and not our turns.
  std::vector<MessageId> messages{turn.message.id};
  messages.insert(messages.end(), turn.message.also.begin(), turn.message.also.end());
  for (const MessageId message : messages) {
    auto record = co_await ledger_.message(turn.tenant->id, message);
    if (!record) co_return std::unexpected(record.error());
    auto request = post_to(agent, trace_of_message(record->wamid, record->trace), std::move(record->raw));
    if (*secret)
      request.headers.push_back(
          {"X-Hub-Signature-256", "sha256=" + to_hex(hmac_sha256((*secret)->expose(), request.body))});
    const auto answer =
        accepted(agent, co_await call_agent(http_, clock_, std::move(request), clock_.now() + agent.options.timeout));
    if (!answer) co_return std::unexpected(answer.error());
  }
  AgentReply later;
  later.later = true;
  co_return later;
}

}  // namespace claw
