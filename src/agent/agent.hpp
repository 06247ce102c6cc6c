#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "ledger/ledger.hpp"
#include "tenancy/directory.hpp"
#include "whatsapp/outgoing.hpp"

namespace claw {

/// What an agent is asked: one message of one conversation.
struct AgentTurn {
  std::string id;  ///< The same when the turn is run again after a crash: an idempotency key.
  std::string conversation;
  PendingMessage message;
  TenantRef tenant;
  std::string user;              ///< Names the person to the agent's server: the same for every turn of a session.
  MessageId session_first = {};  ///< What is older is not for this agent's eyes; 0: nothing is.
  std::string file = {};         ///< The id in the media library of what came with the message; empty: nothing did.
};

/// What a turn cost.
struct AgentUsage {
  std::string model;
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
};

/// What an agent wants to be sent, in order: texts as it writes them, all else as Meta takes it. None: it has nothing
/// to say, or (`later`) says it by the API.
struct AgentReply {
  std::vector<whatsapp::Outgoing> messages;
  AgentUsage usage = {};
  std::string hand_off = {};  ///< Not empty: a person should answer from here on; why, in words for them.
  bool later = false;
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
