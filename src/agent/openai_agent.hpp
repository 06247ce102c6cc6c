#pragma once

#include "agent/agent.hpp"
#include "agent/chat_protocol.hpp"
#include "base/clock.hpp"
#include "media/media_library.hpp"
#include "net/client.hpp"

namespace claw {

/// Kind `openai`: a model behind POST {url}/v1/chat/completions, streaming or not (OpenAI, an OpenClaw gateway, a local
/// server). The history comes from the ledger, within a window of turns and tokens. With `tools` it may do more than
/// speak (chat_tools.hpp), in a few rounds; with `pictures` it is shown the picture that the message came with.
///
/// A call is not repeated once the request was sent, but for 429 and 503, which say that nothing was done: those wait
/// as Retry-After asks, within the agent's time-out. The turn's id goes along as Idempotency-Key, so that a server
/// which heeds it answers a turn once, also across a crash.
class OpenAiAgent final : public AgentRunner {
 public:
  /// All must outlive this object. `library` may be null: then no model is shown a picture.
  OpenAiAgent(net::HttpClient& http, Ledger& ledger, Clock& clock, MediaLibrary* library = nullptr)
      : http_(http), ledger_(ledger), clock_(clock), library_(library) {}

  [[nodiscard]] Task<Result<AgentReply>> run(const Agent& agent, AgentTurn turn) override;

 private:
  Task<Result<std::vector<ChatMessage>>> messages_for(const Agent& agent, const AgentTurn& turn);
  Task<std::optional<ChatPicture>> picture_in(const Agent& agent, const AgentTurn& turn);
  /// `secret`: of the server; null: it wants none.
  Task<Result<ChatAnswer>> ask(const Agent& agent, const AgentTurn& turn, const SecretString* secret,
                               const std::vector<ChatMessage>& messages, int round, TimePoint deadline);

  net::HttpClient& http_;
  Ledger& ledger_;
  Clock& clock_;
  MediaLibrary* const library_;
};

}  // namespace claw
