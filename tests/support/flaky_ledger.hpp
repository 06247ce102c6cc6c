#pragma once

#include <atomic>
#include <functional>
#include <mutex>

#include "ledger/ledger.hpp"

namespace claw::testing {

/// A ledger over a real one that fails on command: before it writes, or after (the write was kept, its writer is told
/// that it failed). Safe from any thread.
class FlakyLedger final : public Ledger {
 public:
  explicit FlakyLedger(Ledger& real) : real_(real) {}

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

  [[nodiscard]] Fence fence() const override { return real_.fence(); }
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
  [[nodiscard]] Task<Result<void>> begin_send(MessageId message, Fence fence) override {
    return write(real_.begin_send(message, fence));
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
  [[nodiscard]] Task<Result<std::vector<PendingMessage>>> pending(MessageId from, std::size_t limit) override {
    return real_.pending(from, limit);
  }
  [[nodiscard]] Task<Result<std::vector<OutboundMessage>>> queued(std::string phone_number_id, MessageId from,
                                                                  std::size_t limit) override {
    return real_.queued(std::move(phone_number_id), from, limit);
  }
  [[nodiscard]] Task<Result<std::vector<std::string>>> numbers_with_queued() override {
    return real_.numbers_with_queued();
  }
  [[nodiscard]] Task<Result<std::vector<HistoryEntry>>> history(ConversationId conversation, MessageId message,
                                                                std::size_t limit) override {
    return real_.history(conversation, message, limit);
  }
  [[nodiscard]] Task<Result<std::vector<MessageRecord>>> messages(TenantId tenant, MessageFilter filter) override {
    return real_.messages(tenant, std::move(filter));
  }
  [[nodiscard]] Task<Result<MessageRecord>> message(TenantId tenant, MessageId id) override {
    return real_.message(tenant, id);
  }
  [[nodiscard]] Task<Result<std::vector<EventRecord>>> events(TenantId tenant, EventFilter filter) override {
    return real_.events(tenant, std::move(filter));
  }
  [[nodiscard]] Task<Result<std::string>> kv_get(TenantId tenant, std::string key) override {
    return real_.kv_get(tenant, std::move(key));
  }
  [[nodiscard]] Task<Result<void>> kv_put(TenantId tenant, std::string key, std::string value) override {
    return real_.kv_put(tenant, std::move(key), std::move(value));
  }
  [[nodiscard]] Task<Result<void>> kv_delete(TenantId tenant, std::string key) override {
    return real_.kv_delete(tenant, std::move(key));
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

  Ledger& real_;
  std::atomic<int> failing_ = 0;
  std::atomic<int> doubtful_ = 0;
  std::atomic<int> failed_ = 0;
  std::mutex mutex_;
  std::function<bool(const AcceptItem&)> bad_;  // guarded by mutex_
};

}  // namespace claw::testing
