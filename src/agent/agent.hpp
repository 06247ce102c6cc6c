#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "ledger/ledger.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// What an agent is asked: one message of one conversation.
struct AgentTurn {
  std::string id;  ///< The same when the turn is run again after a crash: an idempotency key.
  std::string conversation;
  PendingMessage message;
  TenantRef tenant;
  std::string user;              ///< Names the person to the agent's server: the same for every turn of a session.
  MessageId session_first = {};  ///< What is older is not for this agent's eyes; 0: nothing is.
};

/// What a turn cost.
struct AgentUsage {
  std::string model;
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
};

/// Texts to send, in order. None: the agent has nothing to say.
struct AgentReply {
  std::vector<std::string> texts;
  AgentUsage usage = {};
};

/// Answers people. Agent calls are at least once across a crash. Safe to call from any coroutine.
class AgentRunner {
 public:
  virtual ~AgentRunner() = default;

  /// Fails with kTransient or kInvalid; the message says what went wrong in words for the tenant's admin.
  [[nodiscard]] virtual Task<Result<AgentReply>> run(const Agent& agent, AgentTurn turn) = 0;
};

/// Kind `echo`: says what it hears. For a first run and for tests.
class EchoAgent final : public AgentRunner {
 public:
  [[nodiscard]] Task<Result<AgentReply>> run(const Agent& agent, AgentTurn turn) override;
};

}  // namespace claw
