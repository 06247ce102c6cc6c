#pragma once

#include <atomic>
#include <functional>
#include <mutex>

#include "ledger/forwarding_ledger.hpp"

namespace claw::testing {

/// A ledger over a real one that fails on command: before it writes, or after (the write was kept, its writer is told
/// that it failed). Safe from any thread.
class FlakyLedger final : public ForwardingLedger {
 public:
  explicit FlakyLedger(Ledger& real) : ForwardingLedger(real) {}

  /// The next `count` writes fail with kTransient and write nothing.
  void fail_next(int count) { failing_ = count; }
  /// The next `count` writes fail with kTransient and are kept.
  void fail_after_next(int count) { doubtful_ = count; }
  /// Batches with an item that this says true to are refused for good.
  void refuse_items(std::function<bool(const AcceptItem&)> bad) {
    std::scoped_lock lock(mutex_);
    bad_ = std::move(bad);
  }
  [[nodiscard]] int failed() const { return failed_; }

  [[nodiscard]] Task<Result<Accepted>> accept(std::vector<AcceptItem> items, Fence fence) override {
    bool refused = false;
    {
      std::scoped_lock lock(mutex_);
      for (const auto& item : items) refused = refused || (bad_ && bad_(item));
    }
    if (refused) co_return fail(ErrorKind::kFatal, "a row that does not fit");
    co_return co_await write(real_.accept(std::move(items), fence));
  }
  [[nodiscard]] Task<Result<std::vector<OutboundMessage>>> complete_turn(MessageId message, TurnOutcome outcome,
                                                                         Fence fence) override {
    return write(real_.complete_turn(message, std::move(outcome), fence));
  }
  [[nodiscard]] Task<Result<void>> begin_send(MessageId message, Fence fence,
                                              std::optional<whatsapp::Outgoing> instead = {}) override {
    return write(real_.begin_send(message, fence, std::move(instead)));
  }
  [[nodiscard]] Task<Result<void>> park(MessageId message, std::string reason, TimePoint seen, Fence fence) override {
    return write(real_.park(message, std::move(reason), seen, fence));
  }
  [[nodiscard]] Task<Result<RunAgain>> rerun(TenantId tenant, MessageId message, Fence fence) override {
    return write(real_.rerun(tenant, message, fence));
  }
  [[nodiscard]] Task<Result<OutboundMessage>> resend(TenantId tenant, MessageId message, Fence fence) override {
    return write(real_.resend(tenant, message, fence));
  }
  [[nodiscard]] Task<Result<void>> end_send(MessageId message, SendOutcome outcome, Fence fence) override {
    return write(real_.end_send(message, std::move(outcome), fence));
  }
  [[nodiscard]] Task<Result<void>> explain(std::vector<MessageId> messages, SendOutcome outcome, Fence fence) override {
    return write(real_.explain(std::move(messages), std::move(outcome), fence));
  }
  [[nodiscard]] Task<Result<std::size_t>> recover(Fence fence) override { return write(real_.recover(fence)); }
  [[nodiscard]] Task<Result<std::size_t>> forget(TimePoint before, std::size_t limit, Fence fence) override {
    return write(real_.forget(before, limit, fence));
  }

 private:
  static bool take_one(std::atomic<int>& left) {
    int now = left;
    while (now > 0 && !left.compare_exchange_weak(now, now - 1)) {
    }
    return now > 0;
  }
  template <class T>
  Task<Result<T>> write(Task<Result<T>> real) {
    if (take_one(failing_)) {
      ++failed_;
      co_return fail(ErrorKind::kTransient, "the disk is away");
    }
    auto result = co_await std::move(real);
    if (!result || !take_one(doubtful_)) co_return result;
    ++failed_;
    co_return fail(ErrorKind::kTransient, "nobody knows whether it was kept");
  }

  std::atomic<int> failing_ = 0;
  std::atomic<int> doubtful_ = 0;
  std::atomic<int> failed_ = 0;
  std::mutex mutex_;
  std::function<bool(const AcceptItem&)> bad_;  // guarded by mutex_
};

}  // namespace claw::testing
