#pragma once

#include <functional>

#include "ledger/forwarding_ledger.hpp"

namespace claw {

/// A ledger that tells somebody of each write, once it has returned: which message's state may have changed, or no
/// message where items were accepted. Writes that failed are told too, for they may be there.
///
/// Safe to call from any coroutine, as far as `wrote` is safe from any thread.
class WatchedLedger final : public ForwardingLedger {
 public:
  using Wrote = std::function<void(MessageId touched)>;
  /// `real` must outlive this object.
  WatchedLedger(Ledger& real, Wrote wrote) : ForwardingLedger(real), wrote_(std::move(wrote)) {}

  [[nodiscard]] Task<Result<Accepted>> accept(std::vector<AcceptItem> items, Fence fence) override {
    auto result = co_await real_.accept(std::move(items), fence);
    wrote_({});
    if (result)
      for (const auto& message : result->released) wrote_(message.id);
    co_return result;
  }
  [[nodiscard]] Task<Result<std::vector<OutboundMessage>>> complete_turn(MessageId message, TurnOutcome outcome,
                                                                         Fence fence) override {
    return told(message, real_.complete_turn(message, std::move(outcome), fence));
  }
  [[nodiscard]] Task<Result<Said>> say(TenantId tenant, ConversationId conversation, Saying saying,
                                       Fence fence) override {
    return told({}, real_.say(tenant, conversation, std::move(saying), fence));
  }
  [[nodiscard]] Task<Result<void>> begin_send(MessageId message, Fence fence,
                                              std::optional<whatsapp::Outgoing> instead = {}) override {
    return told(message, real_.begin_send(message, fence, std::move(instead)));
  }
  [[nodiscard]] Task<Result<void>> park(MessageId message, std::string reason, TimePoint seen, Fence fence) override {
    return told(message, real_.park(message, std::move(reason), seen, fence));
  }
  [[nodiscard]] Task<Result<RunAgain>> rerun(TenantId tenant, MessageId message, Fence fence) override {
    return told(message, real_.rerun(tenant, message, fence));
  }
  [[nodiscard]] Task<Result<OutboundMessage>> resend(TenantId tenant, MessageId message, Fence fence) override {
    return told(message, real_.resend(tenant, message, fence));
  }
  [[nodiscard]] Task<Result<void>> end_send(MessageId message, SendOutcome outcome, Fence fence) override {
    return told(message, real_.end_send(message, std::move(outcome), fence));
  }
  [[nodiscard]] Task<Result<void>> explain(std::vector<MessageId> messages, SendOutcome outcome, Fence fence) override {
    auto result = co_await real_.explain(messages, std::move(outcome), fence);
    for (const auto message : messages) wrote_(message);
    co_return result;
  }

 private:
  template <class T>
  Task<Result<T>> told(MessageId touched, Task<Result<T>> write) {
    auto result = co_await std::move(write);
    wrote_(touched);
    co_return result;
  }

  const Wrote wrote_;
};

}  // namespace claw
