#pragma once

#include <utility>

#include "ledger/ledger.hpp"

namespace claw {

/// A ledger that is another one, call by call: for whoever changes only some of them. `real` must outlive it.
class ForwardingLedger : public Ledger {
 public:
  explicit ForwardingLedger(Ledger& real) : real_(real) {}

  [[nodiscard]] Fence fence() const override { return real_.fence(); }
  [[nodiscard]] Task<Result<Accepted>> accept(std::vector<AcceptItem> items, Fence fence) override {
    return real_.accept(std::move(items), fence);
  }
  [[nodiscard]] Task<Result<std::vector<OutboundMessage>>> complete_turn(MessageId message, TurnOutcome outcome,
                                                                         Fence fence) override {
    return real_.complete_turn(message, std::move(outcome), fence);
  }
  [[nodiscard]] Task<Result<void>> begin_turn(std::vector<MessageId> messages, Fence fence) override {
    return real_.begin_turn(std::move(messages), fence);
  }
  [[nodiscard]] Task<Result<SessionRecord>> session(ConversationId conversation) override {
    return real_.session(conversation);
  }
  [[nodiscard]] Task<Result<void>> pause(TenantId tenant, ConversationId conversation, TimePoint until, std::string by,
                                         Fence fence) override {
    return real_.pause(tenant, conversation, until, std::move(by), fence);
  }
  [[nodiscard]] Task<Result<Said>> say(TenantId tenant, ConversationId conversation, Saying saying,
                                       Fence fence) override {
    return real_.say(tenant, conversation, std::move(saying), fence);
  }
  [[nodiscard]] Task<Result<ConversationId>> open_conversation(TenantId tenant, std::string phone_number_id,
                                                               whatsapp::Recipient who, Fence fence) override {
    return real_.open_conversation(tenant, std::move(phone_number_id), std::move(who), fence);
  }
  [[nodiscard]] Task<Result<std::optional<OutboundMessage>>> said(TenantId tenant, ConversationId conversation,
                                                                  std::string key) override {
    return real_.said(tenant, conversation, std::move(key));
  }
  [[nodiscard]] Task<Result<void>> begin_send(MessageId message, Fence fence,
                                              std::optional<whatsapp::Outgoing> instead = {}) override {
    return real_.begin_send(message, fence, std::move(instead));
  }
  [[nodiscard]] Task<Result<void>> park(MessageId message, std::string reason, TimePoint seen, Fence fence) override {
    return real_.park(message, std::move(reason), seen, fence);
  }
  [[nodiscard]] Task<Result<RunAgain>> rerun(TenantId tenant, MessageId message, Fence fence) override {
    return real_.rerun(tenant, message, fence);
  }
  [[nodiscard]] Task<Result<OutboundMessage>> resend(TenantId tenant, MessageId message, Fence fence) override {
    return real_.resend(tenant, message, fence);
  }
  [[nodiscard]] Task<Result<void>> end_send(MessageId message, SendOutcome outcome, Fence fence) override {
    return real_.end_send(message, std::move(outcome), fence);
  }
  [[nodiscard]] Task<Result<void>> explain(std::vector<MessageId> messages, SendOutcome outcome, Fence fence) override {
    return real_.explain(std::move(messages), std::move(outcome), fence);
  }
  [[nodiscard]] Task<Result<std::size_t>> recover(Fence fence) override { return real_.recover(fence); }
  [[nodiscard]] Task<Result<std::vector<PendingMessage>>> pending(TenantId tenant, MessageId from,
                                                                  std::size_t limit) override {
    return real_.pending(tenant, from, limit);
  }
  [[nodiscard]] Task<Result<std::vector<TenantId>>> tenants_with_pending() override {
    return real_.tenants_with_pending();
  }
  [[nodiscard]] Task<Result<std::vector<OutboundMessage>>> queued(std::string phone_number_id, Urgency urgency,
                                                                  MessageId from, std::size_t limit) override {
    return real_.queued(std::move(phone_number_id), urgency, from, limit);
  }
  [[nodiscard]] Task<Result<std::vector<std::string>>> numbers_with_queued() override {
    return real_.numbers_with_queued();
  }
  [[nodiscard]] Task<Result<std::size_t>> forget(TimePoint before, std::size_t limit, Fence fence) override {
    return real_.forget(before, limit, fence);
  }
  [[nodiscard]] Task<Result<std::vector<HistoryEntry>>> history(ConversationId conversation, MessageId first,
                                                                MessageId message, std::size_t limit) override {
    return real_.history(conversation, first, message, limit);
  }
  [[nodiscard]] Task<Result<Page<MessageRecord>>> messages(TenantId tenant, MessageFilter filter) override {
    return real_.messages(tenant, std::move(filter));
  }
  [[nodiscard]] Task<Result<MessageRecord>> message(TenantId tenant, MessageId id) override {
    return real_.message(tenant, id);
  }
  [[nodiscard]] Task<Result<Page<EventRecord>>> events(TenantId tenant, EventFilter filter) override {
    return real_.events(tenant, std::move(filter));
  }
  [[nodiscard]] Task<Result<Page<StatusEntry>>> statuses(TenantId tenant, StatusFilter filter) override {
    return real_.statuses(tenant, std::move(filter));
  }
  [[nodiscard]] Task<Result<Page<UserRecord, std::string>>> users(TenantId tenant, UserFilter filter) override {
    return real_.users(tenant, std::move(filter));
  }
  [[nodiscard]] Task<Result<UserRecord>> user(TenantId tenant, std::string id) override {
    return real_.user(tenant, std::move(id));
  }
  [[nodiscard]] Task<Result<Page<ConversationRecord>>> conversations(TenantId tenant,
                                                                     ConversationFilter filter) override {
    return real_.conversations(tenant, std::move(filter));
  }
  [[nodiscard]] Task<Result<ConversationRecord>> conversation(TenantId tenant, ConversationId id) override {
    return real_.conversation(tenant, id);
  }
  [[nodiscard]] Task<Result<Waiting>> waiting(TenantId tenant) override { return real_.waiting(tenant); }
  [[nodiscard]] Task<Result<std::vector<ActivityPoint>>> activity(TenantId tenant, TimePoint from, std::size_t steps,
                                                                  std::chrono::minutes step) override {
    return real_.activity(tenant, from, steps, step);
  }
  [[nodiscard]] Task<Result<std::vector<AnswerTimes>>> answer_times(TenantId tenant, TimePoint from, std::size_t steps,
                                                                    std::chrono::minutes step) override {
    return real_.answer_times(tenant, from, steps, step);
  }
  [[nodiscard]] Task<Result<std::size_t>> forget_activity(TimePoint before, std::size_t limit, Fence fence) override {
    return real_.forget_activity(before, limit, fence);
  }
  [[nodiscard]] Task<Result<Expiry>> expire(TenantId tenant, TimePoint before, MessageId from, std::size_t limit,
                                            Fence fence) override {
    return real_.expire(tenant, before, from, limit, fence);
  }
  [[nodiscard]] Task<Result<Stored>> stored(TenantId tenant) override { return real_.stored(tenant); }
  [[nodiscard]] Task<Result<std::int64_t>> open_windows(TenantId tenant, TimePoint since) override {
    return real_.open_windows(tenant, since);
  }
  [[nodiscard]] Task<Result<ChangeMarks>> change_marks() override { return real_.change_marks(); }
  [[nodiscard]] Task<Result<Changes>> changes(ChangeMarks since, std::vector<MessageId> touched,
                                              std::size_t limit) override {
    return real_.changes(since, std::move(touched), limit);
  }
  [[nodiscard]] Task<Result<std::string>> kv_get(TenantId tenant, std::string key) override {
    return real_.kv_get(tenant, std::move(key));
  }
  [[nodiscard]] Task<Result<Page<KvEntry, std::string>>> kv_list(TenantId tenant, KvFilter filter) override {
    return real_.kv_list(tenant, std::move(filter));
  }
  [[nodiscard]] Task<Result<void>> kv_put(TenantId tenant, std::string key, std::string value,
                                          Condition condition = {}) override {
    return real_.kv_put(tenant, std::move(key), std::move(value), std::move(condition));
  }
  [[nodiscard]] Task<Result<void>> kv_delete(TenantId tenant, std::string key, Condition condition = {}) override {
    return real_.kv_delete(tenant, std::move(key), std::move(condition));
  }

 protected:
  Ledger& real_;
};

}  // namespace claw
