#include "agent/openai_agent.hpp"

#include <fmt/format.h>

#include "agent/agent_call.hpp"
#include "agent/chat_tools.hpp"
#include "base/log.hpp"
#include "ledger/delivery_log.hpp"

namespace claw {
namespace {

constexpr std::size_t kMaxAnswerBytes = 4 * 1024 * 1024;
constexpr std::size_t kMaxPictureBytes = 5 * 1024 * 1024;  // Meta's limit for a picture
/// Calls of one turn: a model that goes on using tools is stopped.
constexpr int kMaxRounds = 6;

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
  ChatMessage asked{ChatMessage::Role::kUser, turn.message.view.text};
  if (auto picture = co_await picture_in(agent, turn)) asked.pictures.push_back(std::move(*picture));
  messages.push_back(std::move(asked));
  // The new message is one turn beside those of the history.
  co_return within_window(std::move(messages), options.history_turns + 1, options.history_tokens);
}

Task<std::optional<ChatPicture>> OpenAiAgent::picture_in(const Agent& agent, const AgentTurn& turn) {
  if (!library_ || !agent.options.pictures || turn.file.empty()) co_return std::nullopt;
  const auto file = co_await library_->find(turn.tenant->id, turn.file);
  if (!file || !file->mime_type.starts_with("image/")) co_return std::nullopt;
  auto bytes = co_await library_->read(turn.tenant->id, turn.file, kMaxPictureBytes);
  if (!bytes) {
    log::warn("agent.picture_not_shown tenant={} message={} trace={} reason=\"{}\"", turn.tenant->name,
              turn.message.id.value, trace_of_message(turn.message.wamid, turn.message.trace), bytes.error().message);
    co_return std::nullopt;
  }
  co_return ChatPicture{file->mime_type, std::move(*bytes)};
}

Task<Result<ChatAnswer>> OpenAiAgent::ask(const Agent& agent, const AgentTurn& turn, const SecretString* secret,
                                          const std::vector<ChatMessage>& messages, int round, TimePoint deadline) {
  net::ClientRequest request;
  request.method = "POST";
  request.url = agent.options.url + "/v1/chat/completions";
  // Each round asks something else.
  const auto key = round == 0 ? turn.id : fmt::format("{}.{}", turn.id, round);
  request.headers = {{"Content-Type", "application/json"},
                     {"Idempotency-Key", key},
                     {"traceparent", traceparent_of(trace_of_message(turn.message.wamid, turn.message.trace))}};
  if (secret) request.bearer = secret->clone();
  request.body = chat_request_json(agent.options.model, messages, turn.user, agent.options.stream,
                                   agent.options.tools ? ChatTools::definitions() : std::string_view());
  request.max_response_bytes = kMaxAnswerBytes;
  const auto answer = accepted(agent, co_await call_agent(http_, clock_, std::move(request), deadline));
  if (!answer) co_return std::unexpected(answer.error());
  auto parsed = parse_chat_answer(net::find_header(answer->headers, "Content-Type"), answer->body);
  if (!parsed) co_return fail(ErrorKind::kInvalid, fmt::format("agent {}: {}", agent.name, parsed.error().message));
  co_return parsed;
}

Task<Result<AgentReply>> OpenAiAgent::run(const Agent& agent, AgentTurn turn) {
  const auto secret = secret_of(agent, *turn.tenant);
  if (!secret) co_return std::unexpected(secret.error());
  const auto deadline = clock_.now() + agent.options.timeout;
  auto messages = co_await messages_for(agent, turn);
  if (!messages) co_return std::unexpected(messages.error());
  AgentReply reply;
  ChatTools tools(ledger_, turn, reply);
  for (int round = 0; round < kMaxRounds; ++round) {
    auto answer = co_await ask(agent, turn, *secret, *messages, round, deadline);
    if (!answer) co_return std::unexpected(answer.error());
    reply.usage.model = std::move(answer->model);
    reply.usage.prompt_tokens += answer->prompt_tokens;
    reply.usage.completion_tokens += answer->completion_tokens;
    if (!answer->text.empty()) reply.messages.emplace_back(answer->text);
    if (answer->calls.empty() || !agent.options.tools) co_return reply;
    ChatMessage said{ChatMessage::Role::kAssistant, std::move(answer->text)};
    said.calls = answer->calls;
    messages->push_back(std::move(said));
    for (const auto& call : answer->calls) {
      ChatMessage told{ChatMessage::Role::kTool, co_await tools.use(call)};
      told.call = call.id;
      messages->push_back(std::move(told));
    }
  }
  if (!reply.messages.empty() || !reply.hand_off.empty()) co_return reply;
  co_return fail(ErrorKind::kInvalid,
                 fmt::format("agent {} used tools {} times and said nothing", agent.name, kMaxRounds));
}

}  // namespace claw
