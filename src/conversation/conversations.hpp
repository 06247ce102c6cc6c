#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/io_pool.hpp"
#include "base/metrics.hpp"
#include "base/task_group.hpp"
#include "conversation/joined.hpp"
#include "conversation/responder.hpp"
#include "conversation/turn_places.hpp"
#include "conversation/typing.hpp"
#include "delivery/outbox.hpp"
#include "graph/graph.hpp"
#include "ledger/backlog.hpp"
#include "ledger/ledger.hpp"
#include "tenancy/directory.hpp"
#include "tenancy/tenant_metrics.hpp"

namespace claw {

/// Runs the turns: one at a time in a conversation, in the order the ledger accepted its messages; conversations side
/// by side. Which messages share a turn is the tenant's choice (SessionSettings). Nothing that one agent does delays
/// another conversation, but where its tenant may have only so many turns at a time (TenantLimits::turns_at_a_time):
/// then the others of this tenant wait, in order.
///
/// A turn that a crash or a stop interrupts is still pending in the ledger, and runs again with the same id.
/// All work of a conversation is done on one io thread. Safe from any thread.
class Conversations {
 public:
  /// Messages of a tenant in memory; its others wait in the ledger. Each tenant has its own, so that one whose agent is
  /// slow, or which may have few turns at a time, takes nothing from the others.
  static constexpr std::size_t kMaxInMemoryPerTenant = 5'000;

  /// All must outlive this object.
  Conversations(IoPool& io, Ledger& ledger, Directory& directory, Responder& responder, Graph& graph, Outbox& outbox,
                Clock& clock, Metrics& metrics);
  /// REQUIRES: as Outbox.
  ~Conversations();

  /// Counts how turns end; it outlives this object. REQUIRES: called before start().
  void count_by_tenant(TenantMetrics& metrics) { by_tenant_ = &metrics; }

  /// Begins with what waits in the ledger.
  void start();
  /// Messages that are in the ledger as pending, in order.
  void offer(std::vector<PendingMessage> messages);
  /// Messages that were held and wait for their turn now. In a conversation they come before what is newer, unless its
  /// turn has begun.
  void reopen(std::vector<PendingMessage> messages);
  /// A person answers by hand from now on, and the session was changed in the ledger: an agent at work there is given
  /// up, and what it says is not sent any more; `why` stands with the message.
  void withdraw(ConversationId conversation, std::string why);
  /// People became others in the ledger: access and sessions are read anew. What waits here in a conversation that was
  /// joined to another is passed on to the other, in its place among what waits there, also what still comes under the
  /// old id. Only a turn that is under way in the old one goes on beside the other's, and its reply goes to where its
  /// message is now: then, and only then, two turns of one conversation run side by side.
  void follow(const IdentityChange& changed);
  /// A write to the ledger may have been kept though it failed: what it accepted is read from there.
  void look_again();
  /// Begins no further turn and waits for those under way, `patience` at most; the rest is parked in the ledger. Not to
  /// be called from an io thread.
  void stop(std::chrono::milliseconds patience);

  [[nodiscard]] std::size_t in_memory() const;

 private:
  struct Incoming;
  struct Shard;
  struct Open;
  using Waiting = Backlog<PendingMessage>;
  /// Makes the tenant's where there is none; a new one begins with what waits for it in the ledger.
  Waiting& waiting_of(TenantId tenant);
  /// Those of tenants that have something in the ledger.
  Task<> open_tenants();
  void deliver(PendingMessage message, bool changed = false);
  void take_in(Shard& shard, Incoming incoming);
  void join(ConversationId from, ConversationId into);
  /// Passes on what waits in a conversation that was joined to another.
  Task<> move_on(Shard& shard, ConversationId from);
  /// Marks conversations in which one of `users` waits: who they are is to be read again.
  Task<> mark_changed(Shard& shard, TenantId tenant, std::vector<std::string> users);
  /// Reads again who wrote what waits.
  Task<> read_again(Open& open);
  /// The message as it is in the ledger now, if it still waits; else as it was.
  Task<PendingMessage> as_of_now(PendingMessage message);
  Task<> withdraw_on(Shard& shard, ConversationId conversation, std::string why);
  /// Gives up the turn under way where the new message is a reason to.
  void interrupt(Open& open, const PendingMessage& message);
  Task<> run(Shard& shard, ConversationId conversation);
  /// Waits for more messages, `limit` at most.
  Task<> wait_for_more(Shard& shard, ConversationId conversation, Open& open, std::chrono::milliseconds limit);
  Task<> wake_later(Shard& shard, ConversationId conversation, std::chrono::milliseconds delay);
  /// One turn for all of `messages`.
  Task<> turn(Shard& shard, Open& open, std::vector<PendingMessage> messages);
  /// How it ends; nothing if that is not known before the stop. `typing` is shown from when an agent is asked.
  Task<std::optional<TurnOutcome>> decide(Shard& shard, Open& open, const PendingMessage& message,
                                          Typing::Handle& typing);
  void count(const PendingMessage& message, const TurnOutcome& outcome);
  /// Keeps which messages are one turn; false if that could not be done before the stop.
  Task<bool> put_together(const std::vector<PendingMessage>& messages);
  /// Ends the turn in the ledger and gives what is to be sent; nothing if it is to be decided anew.
  Task<std::optional<std::vector<OutboundMessage>>> keep(const PendingMessage& message, const TurnOutcome& outcome);
  Task<std::vector<OutboundMessage>> reply_to(const PendingMessage& message);
  Task<> tick(Shard& shard);

  Ledger& ledger_;
  Directory& directory_;
  Responder& responder_;
  Graph& graph_;
  Outbox& outbox_;
  Clock& clock_;
  Counter& answered_;
  Counter& ignored_;
  Counter& held_;
  Counter& failed_;
  Histogram& turn_time_;
  TenantMetrics* by_tenant_ = nullptr;  // constant after start()
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> turns_ = 0;          // under way
  std::vector<std::unique_ptr<Shard>> shards_;  // one an io thread, constant after construction
  TurnPlaces places_;
  JoinedConversations joined_;
  mutable std::mutex tenants_mutex_;
  bool started_ = false;                                                // guarded by tenants_mutex_
  std::unordered_map<std::int64_t, std::unique_ptr<Waiting>> tenants_;  // guarded by tenants_mutex_; they stay
  TaskGroup tasks_;  // last: cancelled and joined before what its tasks use goes
};

}  // namespace claw
