#pragma once

#include <string>
#include <string_view>

#include "agent/agent.hpp"
#include "agent/chat_protocol.hpp"

namespace claw {

/// What a model may do in a turn beside speaking: show buttons or a list, send a file, a location or a contact, react,
/// hand the conversation to a person, remember and recall.
class ChatTools {
 public:
  static constexpr std::size_t kMaxMemoryBytes = 4 * 1024;  ///< Of one thing that is remembered.

  /// Both must outlive this object. What the tools do to the conversation goes into `reply`.
  ChatTools(Ledger& ledger, const AgentTurn& turn, AgentReply& reply) : ledger_(ledger), turn_(turn), reply_(reply) {}

  /// The tools as a JSON array, in the form of POST /v1/chat/completions.
  [[nodiscard]] static std::string_view definitions();

  /// Uses a tool; what the model is told of it. A mistake of the model's is told to it as well, in words it can use.
  [[nodiscard]] Task<std::string> use(const ChatToolCall& call);

 private:
  Task<std::string> remember(std::string key, std::string value);
  Task<std::string> recall(std::string key);
  [[nodiscard]] std::string key_of(std::string_view key) const;

  Ledger& ledger_;
  const AgentTurn& turn_;
  AgentReply& reply_;
};

}  // namespace claw
