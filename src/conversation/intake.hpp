#pragma once

#include "base/metrics.hpp"
#include "base/task_group.hpp"
#include "conversation/conversations.hpp"
#include "inbox/inbox.hpp"
#include "ledger/ledger.hpp"
#include "tenancy/directory.hpp"
#include "tenancy/tenant_metrics.hpp"
#include "whatsapp/template.hpp"

namespace claw {

/// Takes items from the inbox, reads them, has the ledger accept them, and passes messages on to their conversations:
/// all that happens behind the acknowledgement, in batches.
class Intake {
 public:
  static constexpr std::size_t kBatch = 256;  ///< Items accepted in one transaction: bounds what others wait for it.

  /// All must outlive this object.
  Intake(IoPool& io, Inbox& inbox, Ledger& ledger, Directory& directory, Conversations& conversations, Clock& clock,
         Metrics& metrics);
  ~Intake();

  /// Told of each item about one of its tenant's own numbers, once it was accepted: who and from which WABA. Quick.
  using Listener = std::function<void(const Tenant&, const std::string& phone_number_id, const std::string& waba_id)>;
  /// REQUIRES: called before start().
  void set_listener(Listener listener) { heard_ = std::move(listener); }

  /// Told of what was parked in the outbox and may go, for its person has written. Quick.
  using Released = std::function<void(std::vector<OutboundMessage>)>;
  /// REQUIRES: called before start().
  void set_released(Released released) { released_ = std::move(released); }
  /// What Meta told of an account, by its own clock: a webhook that is neither message nor status nor echo.
  struct AccountNews {
    TenantId tenant;
    std::string waba_id;
    std::string field;
    std::string value;  ///< JSON.
    TimePoint told_at;
  };
  using NewsListener = std::function<void(const AccountNews&)>;
  /// Told of each once it was accepted, also where it came twice, unless it was somebody else's. Quick. REQUIRES:
  /// called before start().
  void set_news_listener(NewsListener listener) { news_heard_ = std::move(listener); }

  /// Counts what comes in; it outlives this object. REQUIRES: called before start().
  void count_by_tenant(TenantMetrics& metrics) { by_tenant_ = &metrics; }

  void start();
  /// Takes no further items and returns when the batch in hand is accepted. Not to be called from an io thread.
  void stop();

 private:
  Task<> run();
  [[nodiscard]] AcceptItem prepare(InboundItem item) const;
  /// Accepts the batch; false if the process stops or lost its ledger.
  Task<bool> accept(const std::vector<InboundItem>& items);
  /// What the ledger may have released without telling us, since `began`.
  Task<> look_for_released(const std::vector<InboundItem>& items, TimePoint began);
  /// One item at a time, after the ledger refused their batch for good: the neighbours of a bad item go on.
  Task<bool> accept_one_by_one(const std::vector<InboundItem>& items);

  IoPool& io_;
  Inbox& inbox_;
  Ledger& ledger_;
  Directory& directory_;
  Conversations& conversations_;
  Clock& clock_;
  Listener heard_;                      // constant after start()
  Released released_;                   // the same
  NewsListener news_heard_;             // the same
  TenantMetrics* by_tenant_ = nullptr;  // the same
  Counter& accepted_;
  Counter& duplicates_;
  Counter& foreign_;
  Counter& refused_;
  std::atomic<bool> stopping_ = false;
  TaskGroup tasks_;
};

}  // namespace claw
