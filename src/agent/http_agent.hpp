#pragma once

#include "agent/agent.hpp"
#include "base/clock.hpp"
#include "net/client.hpp"

namespace claw {

/// Kind `http`: a program of the tenant's behind an address. Each turn is POSTed to it as JSON, signed by the Standard
/// Webhooks specification where the agent has a secret; the turn's id is `webhook-id`, the same across a crash.
///
/// The program answers 200 with `{"messages": [Cloud API message objects]}` or `{"text": "…"}`, and `hand_off` with a
/// reason where a person should go on; 204 says nothing; 202 answers later, by POST /api/v1/messages.
class HttpAgent final : public AgentRunner {
 public:
  /// All must outlive this object.
  HttpAgent(net::HttpClient& http, Clock& clock) : http_(http), clock_(clock) {}

  [[nodiscard]] Task<Result<AgentReply>> run(const Agent& agent, AgentTurn turn) override;

 private:
  net::HttpClient& http_;
  Clock& clock_;
};

/// Kind `cloud-api`: an existing bot that was made for Meta's webhooks. It gets the message as Meta sent it, with
/// X-Hub-Signature-256 by the agent's secret, answers 200, and sends through the Graph-compatible endpoint.
class CloudApiAgent final : public AgentRunner {
 public:
  /// All must outlive this object.
  CloudApiAgent(net::HttpClient& http, Ledger& ledger, Clock& clock) : http_(http), ledger_(ledger), clock_(clock) {}

  [[nodiscard]] Task<Result<AgentReply>> run(const Agent& agent, AgentTurn turn) override;

 private:
  net::HttpClient& http_;
  Ledger& ledger_;
  Clock& clock_;
};

}  // namespace claw
