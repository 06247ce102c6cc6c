#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include <boost/json/fwd.hpp>

#include "base/io_pool.hpp"
#include "base/log.hpp"
#include "base/public_id.hpp"
#include "base/task_group.hpp"
#include "ledger/ledger.hpp"
#include "net/event_hub.hpp"

namespace claw {

/// Tells each tenant's listeners what changed, as server-sent events: `hello` first, then `message` (new, or its state
/// changed), `status` and `event`, `tenant` where a setting was changed; `resync` to whom something was not told.
///
/// Whoever writes only says that something was written; what it was is read from the ledger behind it, many writes at
/// once. So a listener never holds up a write, and where nobody listens a write costs one look at a counter.
///
/// Safe from any thread; start() and stop() are to be called once.
class LiveFeed {
 public:
  static constexpr net::EventHub::Limits kLimits{.listeners = 200, .per_topic = 20, .waiting_bytes = 128 * 1024};
  static constexpr std::chrono::seconds kHeartbeat{15};
  /// Between two readings: what is written meanwhile is told together.
  static constexpr std::chrono::milliseconds kPause{50};
  /// Rows of each kind in one reading.
  static constexpr std::size_t kMaxRead = 500;
  /// Messages whose state changed since the last reading; where there are more, everybody reads anew.
  static constexpr std::size_t kMaxTouched = 5'000;

  /// What the last listeners left unread is not told to the next ones where it is more than this many messages.
  static constexpr std::int64_t kMaxLag = 5'000;

  /// All must outlive this object.
  LiveFeed(IoPool& io, Ledger& ledger, PublicIds ids, Clock& clock);
  /// stop().
  ~LiveFeed();

  /// Told of each message that Meta took, as far as somebody listens. Quick.
  using Sent = std::function<void(TenantId, const std::string& phone_number_id)>;
  /// REQUIRES: called before start().
  void set_sent_listener(Sent sent) { sent_ = std::move(sent); }

  void start();
  /// Ends every stream, also those to come. To be called before the server is stopped that serves them. Idempotent; not
  /// from an io thread.
  void stop();

  /// Something was written: `touched` may have another state now (0: items were accepted).
  void wrote(MessageId touched);

  /// One of a tenant's settings was changed, of the kind `what`: secrets, channel, agents, members, tokens, guide,
  /// limits, access, routing or conversation-settings. Who shows them reads them anew.
  void tell_tenant(TenantId tenant, std::string_view what);

  /// Who answers in a conversation changed by hand.
  void tell_conversation(TenantId tenant, ConversationId conversation);

  /// A listener that hears all that is written from now on, with its greeting; `again` if it has listened before and
  /// must read anew what it missed. Fails with kTransient where there are too many, or the ledger cannot be read.
  [[nodiscard]] Task<Result<std::shared_ptr<net::EventHub::Listener>>> open(TenantId tenant, bool again);

  [[nodiscard]] std::size_t listeners() const { return hub_.listeners(); }

 private:
  Task<> run();
  Task<> beat();
  Task<bool> something();
  Task<bool> read();
  void tell(const Changes& changes);
  void tell(TenantId tenant, std::string_view name, const boost::json::object& data);

  Ledger& ledger_;
  const PublicIds ids_;
  Clock& clock_;
  IoPool& io_;
  net::EventHub hub_{kLimits};
  log::Thinned failures_;  // only in run()
  Sent sent_;              // constant after start()
  std::mutex mutex_;
  std::optional<ChangeMarks> marks_;        // guarded by mutex_: what was told; nothing while nobody listens
  std::vector<MessageId> touched_;          // guarded by mutex_
  bool written_ = false;                    // guarded by mutex_
  bool stopped_ = false;                    // guarded by mutex_
  std::optional<Completion<int>> waiting_;  // guarded by mutex_
  TaskGroup tasks_;
};

}  // namespace claw
