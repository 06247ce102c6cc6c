#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "base/io_pool.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/public_id.hpp"
#include "base/task_group.hpp"
#include "delivery/circuit.hpp"
#include "events/event_retry.hpp"
#include "ledger/event_store.hpp"
#include "net/client.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// Tells programs of tenants what happened: brings what waits in the EventStore to its sinks.
///
/// At least once, each event under the same `webhook-id` whenever it comes; in order within a lane (a conversation),
/// lanes and sinks beside each other. One that does not go through is tried again by event_retry.hpp's table and holds
/// up its own lane; a sink that answers to nothing is asked by one event now and then (circuit.hpp), and gets all that
/// waited once that is taken. A change to a sink (its address, its secret, switched on) ends all waits, for it may have
/// mended what was wrong: nothing that was tried before it speaks of the sink as it is now. A restart is the same case:
/// everything that matters stands in the store.
///
/// A sink of a tenant's own gets JSON, signed by the Standard Webhooks specification. The sink of a `cloud-api` agent
/// gets Meta's statuses of what the bot sent, signed as Meta would.
class EventDelivery {
 public:
  static constexpr std::size_t kAtOnce = 16;        ///< Events under way to one sink.
  static constexpr std::size_t kAtOnceInAll = 256;  ///< And to all: no sink that hangs takes more than its own part.
  /// Of those, places of which a sink takes one alone, and only while it has no other: so that the others go on,
  /// however many are slow.
  static constexpr std::size_t kKept = 64;
  static constexpr int kFailuresToHold = 5;  ///< Troubles of one sink in a row, after which it is held.
  static constexpr std::chrono::milliseconds kPoll{1'000};
  static constexpr std::chrono::seconds kTimeout{15};
  static constexpr std::size_t kMaxAnswerBytes = 256 * 1024;

  struct Parts {
    IoPool& io;
    EventStore& store;
    Ledger& ledger;
    Directory& directory;
    const Vault& vault;
    net::HttpClient& http;
    Clock& clock;
    Metrics& metrics;
  };
  /// All must outlive this object.
  EventDelivery(Parts parts, PublicIds ids);
  /// stop() without limit.
  ~EventDelivery();

  void start();
  /// Begins nothing new and waits for what is under way. Idempotent. Not to be called from an io thread.
  void stop(std::chrono::milliseconds patience);

  /// Something was written that may be an event. Safe from any thread; costs nothing where nobody wants any.
  void wrote() {
    if (wanted_.load(std::memory_order_relaxed)) wake();
  }
  /// Looks at once: a sink was changed, or events are to be sent again. Safe from any thread.
  void wake();

  /// Sends a test to the sink and says what came of it; kDelivered or kGivenUp. It stands in no log.
  [[nodiscard]] Task<EventOutcome> test(SinkRow sink);

  /// Sinks that are held because they answered to nothing. Safe from any thread.
  [[nodiscard]] std::size_t held() const { return held_.load(std::memory_order_relaxed); }
  /// Until when a sink is held; nothing: it is not. Safe from any coroutine.
  [[nodiscard]] std::optional<TimePoint> held_until(std::int64_t sink) const;

  /// The housekeeping's part: gives up and forgets what is too old.
  [[nodiscard]] Task<> sweep();

 private:
  /// What is known of a sink while events wait for it.
  struct Lane {
    std::set<std::int64_t> under_way;  ///< Lanes of the events.
    std::set<std::int64_t> ended;      // since what is due was last asked for
    std::string version;               ///< Of the sink as it was last seen.
    Circuit circuit;
    int failures = 0;
    TimePoint rests_until{};  ///< Busy, or the store failed.
  };
  struct Tried {
    EventOutcome outcome;
    Circuit::Verdict verdict = Circuit::Verdict::kNotAsked;
    std::chrono::seconds rest{0};
    bool gone = false;
  };

  Task<> run();
  Task<> beat();
  Task<> something();
  Task<> round();
  /// Ends the waits of sinks that were changed since the last round.
  Task<> notice_changes(const std::vector<SinkRow>& sinks);
  /// Whether the sink was changed since.
  [[nodiscard]] bool is_outdated(const SinkRow& sink) { return lanes_[sink.id].version != sink.version; }
  Task<> fill(const SinkRow& sink);
  /// How many events may be on their way to a sink beside those that are.
  [[nodiscard]] std::size_t room_of(const Lane& lane) const;
  Task<> deliver(SinkRow sink, SinkEvent event, bool probe);
  Task<Tried> attempt(const SinkRow& sink, const SinkEvent& event);
  /// The request of an event; kNotFound: what it is about is no more; kConflict: it is for another bot.
  Task<Result<net::ClientRequest>> request_of(const SinkRow& sink, const SinkEvent& event);
  Task<Result<net::ClientRequest>> request_of_bot(const SinkRow& sink, const SinkEvent& event);
  Result<net::ClientRequest> signed_request(const SinkRow& sink, std::string id, std::string body) const;
  void count_held();

  Parts parts_;
  const PublicIds ids_;
  Counter& delivered_;
  Counter& failed_;
  Counter& given_up_;
  Histogram& seconds_;
  std::map<std::int64_t, Lane> lanes_;  // only on the executor of run()
  std::size_t under_way_ = 0;           // only on the executor of run()
  std::size_t first_ = 0;               // only on the executor of run(): whose turn it is to be looked at first
  const Executor executor_;
  std::atomic<bool> wanted_ = true;
  std::atomic<std::size_t> held_ = 0;
  log::Thinned store_failures_;
  mutable std::mutex mutex_;
  std::map<std::int64_t, TimePoint> held_until_;  // guarded by mutex_
  bool woken_ = true;                             // guarded by mutex_; at the start something may wait
  std::optional<Completion<int>> waiting_;        // guarded by mutex_
  bool stopped_ = false;                          // guarded by mutex_
  TaskGroup tasks_;
};

}  // namespace claw
