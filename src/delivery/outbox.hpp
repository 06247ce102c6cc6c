#pragma once

#include <atomic>
#include <memory>

#include "base/io_pool.hpp"
#include "base/metrics.hpp"
#include "base/task_group.hpp"
#include "graph/graph.hpp"
#include "ledger/backlog.hpp"
#include "ledger/ledger.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// Gives the ledger's outbound messages to Meta: within a conversation one after the other, across conversations side
/// by side, `kMaxInFlightPerNumber` at once for a phone number.
///
/// Before the first byte goes out the ledger knows of it, so that a crash leaves `unknown` and never a second send.
/// A message that must be tried again holds back its own conversation only; a throughput limit holds back its number.
///
/// All work of a phone number is done on one io thread. Safe from any thread.
class Outbox {
 public:
  /// Messages of a phone number in memory; its others wait in the ledger. Each number has its own, so that one whose
  /// sends are refused for hours takes nothing from the others.
  static constexpr std::size_t kMaxInMemoryPerNumber = 1'000;
  static constexpr std::size_t kMaxInFlightPerNumber = 64;  ///< Meta's default is 80 messages a second for a number.

  /// All must outlive this object.
  Outbox(IoPool& io, Ledger& ledger, Directory& directory, Graph& graph, Clock& clock, Metrics& metrics);
  /// REQUIRES: the HTTP client behind `graph` was closed, or no call is under way: calls are waited for.
  ~Outbox();

  /// Begins with what waits in the ledger.
  void start();
  /// Messages that are in the ledger as queued, each conversation's in order.
  void offer(std::vector<OutboundMessage> messages);
  /// Begins no further send and waits for those under way, `patience` at most. Those that last longer end with the HTTP
  /// client, and are `unknown`. Not to be called from an io thread.
  void stop(std::chrono::milliseconds patience);

  [[nodiscard]] std::size_t in_memory() const;

 private:
  struct Lane;
  void deliver(Lane& lane, OutboundMessage message);
  /// Makes the lane where there is none; a new one begins with what waits for its number in the ledger.
  Lane& lane_of(const std::string& phone_number_id);
  Task<> open_lanes();
  Task<> drain(Lane& lane, ConversationId conversation);
  /// True if the message is finished with; false if it is to be tried again at its new due time.
  Task<bool> send(Lane& lane, OutboundMessage& message);
  Task<bool> taken_back(Lane& lane, OutboundMessage& message, Fence fence);
  Task<bool> keep(MessageId message, const SendOutcome& outcome);

  IoPool& io_;
  Ledger& ledger_;
  Directory& directory_;
  Graph& graph_;
  Clock& clock_;
  Counter& sent_;
  Counter& retried_;
  Counter& failed_;
  Counter& unknown_;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex lanes_mutex_;
  bool started_ = false;                                          // guarded by lanes_mutex_
  std::unordered_map<std::string, std::unique_ptr<Lane>> lanes_;  // guarded by lanes_mutex_; lanes stay
  TaskGroup tasks_;  // last: cancelled and joined before what its tasks use goes
};

}  // namespace claw
