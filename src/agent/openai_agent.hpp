#pragma once

#include "agent/agent.hpp"
#include "agent/chat_protocol.hpp"
#include "base/clock.hpp"
#include "net/client.hpp"

namespace claw {

/// Kind `openai`: a model behind POST {url}/v1/chat/completions, streaming or not (OpenAI, an OpenClaw gateway, a local
/// server). The history comes from the ledger, within a window of turns and tokens.
///
/// A call is not repeated once the request was sent, but for 429 and 503, which say that nothing was done: those wait
/// as Retry-After asks, within the agent's time-out. The turn's id goes along as Idempotency-Key, so that a server
/// which heeds it answers a turn once, also across a crash.
class OpenAiAgent final : public AgentRunner {
 public:
  /// All must outlive this object.
  OpenAiAgent(net::HttpClient& http, Ledger& ledger, Clock& clock) : http_(http), ledger_(ledger), clock_(clock) {}

  [[nodiscard]] Task<Result<AgentReply>> run(const Agent& agent, AgentTurn turn) override;

 private:
  Task<Result<std::vector<ChatMessage>>> messages_for(const Agent& agent, const AgentTurn& turn);
  Task<Result<net::ClientResponse>> call(const Agent& agent, const AgentTurn& turn, const std::string& body);

  net::HttpClient& http_;
  Ledger& ledger_;
  Clock& clock_;
};

/// Each agent by its kind.
class AgentKinds final : public AgentRunner {
 public:
  AgentKinds(net::HttpClient& http, Ledger& ledger, Clock& clock) : openai_(http, ledger, clock) {}

  [[nodiscard]] Task<Result<AgentReply>> run(const Agent& agent, AgentTurn turn) override;

 private:
  EchoAgent echo_;
  OpenAiAgent openai_;
};

}  // namespace claw
