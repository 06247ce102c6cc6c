#include "agent/agent.hpp"

namespace claw {

Task<Result<AgentReply>> EchoAgent::run(const Agent&, AgentTurn turn) {
  AgentReply reply;
  if (!turn.message.view.text.empty()) reply.messages.emplace_back(std::move(turn.message.view.text));
  co_return reply;
}

}  // namespace claw
