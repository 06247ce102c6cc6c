#pragma once

#include "agent/http_agent.hpp"
#include "agent/openai_agent.hpp"

namespace claw {

/// Each agent by its kind.
class AgentKinds final : public AgentRunner {
 public:
  /// As OpenAiAgent.
  AgentKinds(net::HttpClient& http, Ledger& ledger, Clock& clock, MediaLibrary* library = nullptr)
      : openai_(http, ledger, clock, library), http_(http, clock), cloud_api_(http, ledger, clock) {}

  [[nodiscard]] Task<Result<AgentReply>> run(const Agent& agent, AgentTurn turn) override {
    if (agent.kind == "openai") return openai_.run(agent, std::move(turn));
    if (agent.kind == "http") return http_.run(agent, std::move(turn));
    if (agent.kind == "cloud-api") return cloud_api_.run(agent, std::move(turn));
    return echo_.run(agent, std::move(turn));
  }

 private:
  EchoAgent echo_;
  OpenAiAgent openai_;
  HttpAgent http_;
  CloudApiAgent cloud_api_;
};

}  // namespace claw
