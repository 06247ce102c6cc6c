#include "agent/openai_agent.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace claw {
namespace {

constexpr std::size_t kMaxAnswerBytes = 4 * 1024 * 1024;
/// Tries of a call that the server refused before doing anything, or that never reached it.
constexpr int kMaxTries = 4;
constexpr std::chrono::milliseconds kFirstWait{1'000};

/// What is worth another try: the server never saw the call, or says that it did nothing.
bool may_repeat(const Result<net::ClientResponse>& answer) {
  if (!answer) return answer.error().kind == ErrorKind::kTransient;
  return answer->status == 429 || answer->status == 503;
}

}  // namespace

Task<Result<std::vector<ChatMessage>>> OpenAiAgent::messages_for(const Agent& agent, const AgentTurn& turn) {
  const auto& options = agent.options;
  auto history = co_await ledger_.history(turn.message.conversation, turn.session_first, turn.message.id,
                                          4 * options.history_turns + 1);
  if (!history) co_return std::unexpected(history.error());
  std::vector<ChatMessage> messages;
  if (!options.system_prompt.empty()) messages.push_back({ChatMessage::Role::kSystem, options.system_prompt});
  for (auto& entry : *history)
    messages.push_back(
        {entry.direction == Direction::kInbound ? ChatMessage::Role::kUser : ChatMessage::Role::kAssistant,
         std::move(entry.text)});
  messages.push_back({ChatMessage::Role::kUser, turn.message.view.text});
  // The new message is one turn beside those of the history.
  co_return within_window(std::move(messages), options.history_turns + 1, options.history_tokens);
}

Task<Result<net::ClientResponse>> OpenAiAgent::call(const Agent& agent, const AgentTurn& turn,
                                                    const std::string& body) {
  const auto deadline = clock_.now() + agent.options.timeout;
  std::chrono::milliseconds wait = kFirstWait;
  for (int attempt = 1;; ++attempt, wait *= 2) {
    net::ClientRequest request;
    request.method = "POST";
    request.url = agent.options.url + "/v1/chat/completions";
    request.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", turn.id}};
    const auto key = turn.tenant->secrets.find(agent.options.key_secret);
    if (key != turn.tenant->secrets.end()) request.bearer = key->second.clone();
    request.body = body;
    request.total_timeout = std::max(std::chrono::milliseconds(1), deadline - clock_.now());
    request.max_response_bytes = kMaxAnswerBytes;
    auto answer = co_await http_.send(std::move(request));
    if (!may_repeat(answer) || attempt == kMaxTries) co_return answer;
    const auto asked = answer ? net::retry_after(answer->headers) : std::nullopt;
    const auto pause = std::max<std::chrono::milliseconds>(wait, asked.value_or(std::chrono::seconds(0)));
    if (clock_.now() + pause >= deadline) co_return answer;
    co_await clock_.sleep(pause);
  }
}

Task<Result<AgentReply>> OpenAiAgent::run(const Agent& agent, AgentTurn turn) {
  if (!agent.options.key_secret.empty() && !turn.tenant->secrets.contains(agent.options.key_secret))
    co_return fail(ErrorKind::kInvalid,
                   fmt::format("the secret {} that agent {} names is not set", agent.options.key_secret, agent.name));
  const auto messages = co_await messages_for(agent, turn);
  if (!messages) co_return std::unexpected(messages.error());
  const auto body = chat_request_json(agent.options.model, *messages, turn.user, agent.options.stream);
  const auto answer = co_await call(agent, turn, body);
  if (!answer)
    co_return fail(answer.error().kind, fmt::format("agent {} did not answer: {}", agent.name, answer.error().message));
  if (answer->status < 200 || answer->status > 299)
    co_return fail(ErrorKind::kInvalid,
                   fmt::format("agent {} answered {}: {}", agent.name, answer->status, chat_error_text(answer->body)));
  auto parsed = parse_chat_answer(net::find_header(answer->headers, "Content-Type"), answer->body);
  if (!parsed) co_return fail(ErrorKind::kInvalid, fmt::format("agent {}: {}", agent.name, parsed.error().message));
  AgentReply reply;
  reply.usage = {std::move(parsed->model), parsed->prompt_tokens, parsed->completion_tokens};
  if (!parsed->text.empty()) reply.texts.push_back(std::move(parsed->text));
  co_return reply;
}

Task<Result<AgentReply>> AgentKinds::run(const Agent& agent, AgentTurn turn) {
  if (agent.kind == "echo") return echo_.run(agent, std::move(turn));
  return openai_.run(agent, std::move(turn));
}

}  // namespace claw
