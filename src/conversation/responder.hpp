#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "agent/agent.hpp"
#include "base/task_group.hpp"
#include "conversation/access.hpp"
#include "conversation/preparation.hpp"
#include "conversation/session.hpp"

namespace claw {

/// A turn that can be given up while its agent works. Only on the executor of its conversation.
class GiveUp {
 public:
  GiveUp();
  /// Ends the turn at once; what the agent says later is dropped. `why` stands with the message. False where no agent
  /// is at work.
  bool now(std::string why);

 private:
  friend class Responder;
  struct Asking;
  std::shared_ptr<Asking> asking_;  // shared with the agent's task, which may end later
};

/// What becomes of a message once its turn has come: access, session, commands, routing, agent, in this order, and
/// nothing that costs or shows anything before access.
///
/// Sessions are kept in memory, bounded; a conversation's is only changed by its turns and by pause(). Safe to call
/// from any coroutine, for a conversation one at a time.
class Responder {
 public:
  /// Messages of one reply. What an agent that does not stop says beyond them is cut: Meta lets one in 6 s through to a
  /// person, and bills each.
  static constexpr std::size_t kMaxParts = 20;
  static constexpr std::size_t kMaxSessions = 50'000;  ///< In memory; the least lately used go first.

  /// All must outlive this object. `preparation` may be null: then files are not fetched and nothing is transcribed.
  Responder(Ledger& ledger, Access& access, AgentRunner& agents, Clock& clock, Preparation* preparation = nullptr)
      : ledger_(ledger), access_(access), agents_(agents), clock_(clock), preparation_(preparation) {}
  ~Responder();

  /// Decides the turn. `admitted` is called once the sender is let in and an agent will be asked. Returns nothing if
  /// that cannot be decided before stop(): the message still waits, in the ledger.
  [[nodiscard]] Task<std::optional<TurnOutcome>> respond(TenantRef tenant, PendingMessage message, Executor executor,
                                                         GiveUp& give_up, std::function<void()> admitted);

  /// A person answers by hand until then (0: nobody any more), from the next turn on. Fails as Ledger::pause.
  [[nodiscard]] Task<Result<void>> pause(TenantId tenant, ConversationId conversation, TimePoint until, std::string by);
  /// It was changed behind our back: read it anew.
  void forget(ConversationId conversation);
  /// The same of who a tenant's senders are.
  void forget_senders(TenantId tenant) { access_.forget_tenant(tenant); }

  /// Stops waiting for stores that are away, and asks no further agent.
  void stop() { stopping_ = true; }
  /// The same, and gives up the agents at work.
  void cancel();

 private:
  struct Turn;
  struct Delivery;
  Task<std::optional<bool>> let_in(Turn& turn);
  Task<std::optional<SessionRecord>> session_of(ConversationId conversation);
  /// REQUIRES: mutex_ is held.
  void remember(ConversationId conversation, const SessionRecord& session);
  /// True if the message was a command that answers itself.
  bool obey(Turn& turn, const Command& command);
  void answer_agent_command(Turn& turn, const std::string& name);
  const Agent* choose(Turn& turn);
  /// The command of a message that is one and that its sender may use.
  [[nodiscard]] static std::optional<Command> command_in(const Turn& turn);
  Task<> prepare(Turn& turn);
  Task<> ask(Turn& turn, const Agent& agent);
  /// Puts what the agent said into the outcome.
  Task<> put_reply(Turn& turn, const Agent& agent, AgentReply reply);
  Task<Result<AgentReply>> reply_of(Turn& turn, const Agent& agent);
  static Task<> run_agent(AgentRunner& agents, Agent agent, AgentTurn turn, Delivery delivery);

  Ledger& ledger_;
  Access& access_;
  AgentRunner& agents_;
  Clock& clock_;
  Preparation* const preparation_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  using Recent = std::list<std::pair<std::int64_t, SessionRecord>>;
  Recent recent_;                                             // guarded by mutex_, newest first
  std::unordered_map<std::int64_t, Recent::iterator> known_;  // guarded by mutex_
  std::uint64_t changes_ = 0;  // guarded by mutex_: a reading that began before a change is not kept
  TaskGroup tasks_;            // last: joined before what its tasks use goes
};

}  // namespace claw
