#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "agent/agent.hpp"
#include "base/io_pool.hpp"
#include "base/metrics.hpp"
#include "base/task_group.hpp"
#include "conversation/turn_places.hpp"
#include "delivery/outbox.hpp"
#include "graph/graph.hpp"
#include "ledger/backlog.hpp"
#include "ledger/ledger.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// Runs the turns: one at a time in a conversation, in the order the ledger accepted its messages; conversations side
/// by side. Nothing that one agent does delays another conversation, but where its tenant may have only so many turns
/// at a time (TenantLimits::turns_at_a_time): then the others of this tenant wait, in order.
///
/// A turn that a crash or a stop interrupts is still pending in the ledger, and runs again with the same id.
/// All work of a conversation is done on one io thread. Safe from any thread.
class Conversations {
 public:
  /// Messages of a tenant in memory; its others wait in the ledger. Each tenant has its own, so that one whose agent is
  /// slow, or which may have few turns at a time, takes nothing from the others.
  static constexpr std::size_t kMaxInMemoryPerTenant = 5'000;
  /// Messages of one reply. What an agent that does not stop says beyond them is cut: Meta lets one in 6 s through to a
  /// person, and bills each.
  static constexpr std::size_t kMaxParts = 20;

  /// All must outlive this object.
  Conversations(IoPool& io, Ledger& ledger, Directory& directory, AgentRunner& agents, Graph& graph, Outbox& outbox,
                Clock& clock, Metrics& metrics);
  /// REQUIRES: as Outbox.
  ~Conversations();

  /// Begins with what waits in the ledger.
  void start();
  /// Messages that are in the ledger as pending, in order.
  void offer(std::vector<PendingMessage> messages);
  /// A write to the ledger may have been kept though it failed: what it accepted is read from there.
  void look_again();
  /// Begins no further turn and waits for those under way, `patience` at most; the rest is parked in the ledger. Not to
  /// be called from an io thread.
  void stop(std::chrono::milliseconds patience);

  [[nodiscard]] std::size_t in_memory() const;

 private:
  struct Shard;
  using Waiting = Backlog<PendingMessage>;
  /// Makes the tenant's where there is none; a new one begins with what waits for it in the ledger.
  Waiting& waiting_of(TenantId tenant);
  /// Those of tenants that have something in the ledger.
  Task<> open_tenants();
  void deliver(PendingMessage message);
  void take_in(Shard& shard, PendingMessage message);
  Task<> run(Shard& shard, ConversationId conversation);
  Task<> turn(Shard& shard, PendingMessage message);
  /// Ends the turn in the ledger and gives what is to be sent.
  Task<std::vector<OutboundMessage>> keep(const PendingMessage& message, const TurnOutcome& outcome);
  Task<std::vector<OutboundMessage>> reply_to(const PendingMessage& message);
  Task<Result<AgentReply>> ask(const Agent& agent, AgentTurn turn);
  Task<TurnOutcome> decide(TenantRef tenant, const PendingMessage& message);
  Task<> tick(Shard& shard);

  Ledger& ledger_;
  Directory& directory_;
  AgentRunner& agents_;
  Graph& graph_;
  Outbox& outbox_;
  Clock& clock_;
  Counter& answered_;
  Counter& ignored_;
  Counter& failed_;
  Histogram& turn_time_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> turns_ = 0;          // under way
  std::vector<std::unique_ptr<Shard>> shards_;  // one an io thread, constant after construction
  TurnPlaces places_;
  mutable std::mutex tenants_mutex_;
  bool started_ = false;                                                // guarded by tenants_mutex_
  std::unordered_map<std::int64_t, std::unique_ptr<Waiting>> tenants_;  // guarded by tenants_mutex_; they stay
  TaskGroup tasks_;  // last: cancelled and joined before what its tasks use goes
};

}  // namespace claw
