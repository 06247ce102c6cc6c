#pragma once

#include "base/metrics.hpp"
#include "base/task_group.hpp"
#include "conversation/conversations.hpp"
#include "inbox/inbox.hpp"
#include "ledger/ledger.hpp"
#include "tenancy/directory.hpp"
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
  /// Told of each new about a template, once it was accepted, unless it was somebody else's. Quick.
  using TemplateListener =
      std::function<void(TenantId, const std::string& waba_id, whatsapp::TemplateNews news, TimePoint told_at)>;
  /// REQUIRES: called before start().
  void set_template_listener(TemplateListener listener) { template_heard_ = std::move(listener); }

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
  Listener heard_;                   // constant after start()
  Released released_;                // the same
  TemplateListener template_heard_;  // constant after start()
  Counter& accepted_;
  Counter& duplicates_;
  Counter& foreign_;
  Counter& refused_;
  std::atomic<bool> stopping_ = false;
  TaskGroup tasks_;
};

}  // namespace claw
