#pragma once

#include <memory>

#include "ledger/ledger.hpp"
#include "ledger/sqlite/store.hpp"

namespace claw::sqlite {

/// The ledger in a SQLite file. The embedded inbox's rows keep the raw bytes for it: the store's readers see its file.
class SqliteLedger final : public Ledger {
 public:
  /// Raises the epoch: writes with an older fence are refused from here on. Fails with kTransient or kFatal.
  /// `store` and `clock` must outlive this object.
  [[nodiscard]] static Task<Result<std::unique_ptr<SqliteLedger>>> open(Store& store, Clock& clock);

  [[nodiscard]] Fence fence() const override { return fence_; }
  [[nodiscard]] Task<Result<Accepted>> accept(std::vector<AcceptItem> items, Fence fence) override;
  [[nodiscard]] Task<Result<std::vector<OutboundMessage>>> complete_turn(MessageId message, TurnOutcome outcome,
                                                                         Fence fence) override;
  [[nodiscard]] Task<Result<void>> begin_turn(std::vector<MessageId> messages, Fence fence) override;
  [[nodiscard]] Task<Result<SessionRecord>> session(ConversationId conversation) override;
  [[nodiscard]] Task<Result<void>> pause(TenantId tenant, ConversationId conversation, TimePoint until, std::string by,
                                         Fence fence) override;
  [[nodiscard]] Task<Result<Said>> say(TenantId tenant, ConversationId conversation, Saying saying,
                                       Fence fence) override;
  [[nodiscard]] Task<Result<ConversationId>> open_conversation(TenantId tenant, std::string phone_number_id,
                                                               whatsapp::Recipient who, Fence fence) override;
  [[nodiscard]] Task<Result<std::optional<OutboundMessage>>> said(TenantId tenant, ConversationId conversation,
                                                                  std::string key) override;
  [[nodiscard]] Task<Result<void>> begin_send(MessageId message, Fence fence,
                                              std::optional<whatsapp::Outgoing> instead = {}) override;
  [[nodiscard]] Task<Result<void>> park(MessageId message, std::string reason, TimePoint seen, Fence fence) override;
  [[nodiscard]] Task<Result<RunAgain>> rerun(TenantId tenant, MessageId message, Fence fence) override;
  [[nodiscard]] Task<Result<OutboundMessage>> resend(TenantId tenant, MessageId message, Fence fence) override;
  [[nodiscard]] Task<Result<void>> end_send(MessageId message, SendOutcome outcome, Fence fence) override;
  [[nodiscard]] Task<Result<void>> explain(std::vector<MessageId> messages, SendOutcome outcome, Fence fence) override;
  [[nodiscard]] Task<Result<std::size_t>> recover(Fence fence) override;
  [[nodiscard]] Task<Result<std::size_t>> forget(TimePoint before, std::size_t limit, Fence fence) override;
  [[nodiscard]] Task<Result<std::vector<PendingMessage>>> pending(TenantId tenant, MessageId from,
                                                                  std::size_t limit) override;
  [[nodiscard]] Task<Result<std::vector<TenantId>>> tenants_with_pending() override;
  [[nodiscard]] Task<Result<std::vector<OutboundMessage>>> queued(std::string phone_number_id, Urgency urgency,
                                                                  MessageId from, std::size_t limit) override;
  [[nodiscard]] Task<Result<std::vector<std::string>>> numbers_with_queued() override;
  [[nodiscard]] Task<Result<std::vector<HistoryEntry>>> history(ConversationId conversation, MessageId first,
                                                                MessageId message, std::size_t limit) override;
  [[nodiscard]] Task<Result<Page<MessageRecord>>> messages(TenantId tenant, MessageFilter filter) override;
  [[nodiscard]] Task<Result<MessageRecord>> message(TenantId tenant, MessageId id) override;
  [[nodiscard]] Task<Result<Page<EventRecord>>> events(TenantId tenant, EventFilter filter) override;
  [[nodiscard]] Task<Result<Page<StatusEntry>>> statuses(TenantId tenant, StatusFilter filter) override;
  [[nodiscard]] Task<Result<Page<UserRecord, std::string>>> users(TenantId tenant, UserFilter filter) override;
  [[nodiscard]] Task<Result<UserRecord>> user(TenantId tenant, std::string id) override;
  [[nodiscard]] Task<Result<Page<ConversationRecord>>> conversations(TenantId tenant,
                                                                     ConversationFilter filter) override;
  [[nodiscard]] Task<Result<ConversationRecord>> conversation(TenantId tenant, ConversationId id) override;
  [[nodiscard]] Task<Result<Waiting>> waiting(TenantId tenant) override;
  [[nodiscard]] Task<Result<std::vector<ActivityPoint>>> activity(TenantId tenant, TimePoint from, std::size_t steps,
                                                                  std::chrono::minutes step) override;
  [[nodiscard]] Task<Result<std::vector<AnswerTimes>>> answer_times(TenantId tenant, TimePoint from, std::size_t steps,
                                                                    std::chrono::minutes step) override;
  [[nodiscard]] Task<Result<std::size_t>> forget_activity(TimePoint before, std::size_t limit, Fence fence) override;
  [[nodiscard]] Task<Result<Expiry>> expire(TenantId tenant, TimePoint before, MessageId from, std::size_t limit,
                                            Fence fence) override;
  [[nodiscard]] Task<Result<Stored>> stored(TenantId tenant) override;
  [[nodiscard]] Task<Result<std::int64_t>> open_windows(TenantId tenant, TimePoint since) override;
  [[nodiscard]] Task<Result<ChangeMarks>> change_marks() override;
  [[nodiscard]] Task<Result<Changes>> changes(ChangeMarks since, std::vector<MessageId> touched,
                                              std::size_t limit) override;
  [[nodiscard]] Task<Result<std::string>> kv_get(TenantId tenant, std::string key) override;
  [[nodiscard]] Task<Result<Page<KvEntry, std::string>>> kv_list(TenantId tenant, KvFilter filter) override;
  [[nodiscard]] Task<Result<void>> kv_put(TenantId tenant, std::string key, std::string value,
                                          Condition condition = {}) override;
  [[nodiscard]] Task<Result<void>> kv_delete(TenantId tenant, std::string key, Condition condition = {}) override;

 private:
  SqliteLedger(Store& store, Clock& clock, Fence fence) : store_(store), clock_(clock), fence_(fence) {}
  /// A write that a process of an older epoch may not do.
  template <class T, class Work>
  Task<Result<T>> fenced(Fence fence, Work work);

  Store& store_;
  Clock& clock_;
  const Fence fence_;
};

/// A message with all its turn needs, whatever its state; id 0 if there is none. REQUIRES: inside a transaction.
[[nodiscard]] PendingMessage pending_message(Database& db, MessageId id);
/// A message with all its sending needs, whatever its state; id 0 if there is none. REQUIRES: inside a transaction.
[[nodiscard]] OutboundMessage outbound_message(Database& db, MessageId id);

template <class T, class Work>
Task<Result<T>> SqliteLedger::fenced(Fence fence, Work work) {
  return store_.write<T>([fence, work = std::move(work)](Database& db) mutable -> Result<T> {
    {
      auto row = db.query("SELECT value FROM marks WHERE name = 'epoch'");
      if (!row.next() || row->integer(0) != fence.epoch)
        return fail(ErrorKind::kConflict, "another process owns this ledger now");
    }
    return work(db);
  });
}

}  // namespace claw::sqlite
