#pragma once

#include <deque>
#include <mutex>
#include <optional>

#include "inbox/inbox.hpp"
#include "whatsapp/webhook.hpp"

namespace claw::testing {

/// An inbox in memory that fails on command. Keeps Inbox's contract, but for the power cut.
class FakeInbox final : public Inbox {
 public:
  /// From now on nothing is taken, and nothing can be read: a waiting next() ends.
  void fail_with(ErrorKind kind, std::string message) {
    std::optional<Completion<int>> waiter;
    {
      std::scoped_lock lock(mutex_);
      failure_ = Error{kind, std::move(message)};
      waiter.swap(waiter_);
    }
    if (waiter) (*waiter)(0);
  }
  void recover() {
    std::scoped_lock lock(mutex_);
    failure_.reset();
  }
  /// What a process does that ends and starts again.
  void restart() {
    std::scoped_lock lock(mutex_);
    given_ = settled_;
    stopped_ = false;
  }
  /// The words of all text messages that were appended, in order.
  [[nodiscard]] std::vector<std::string> texts() const {
    std::scoped_lock lock(mutex_);
    std::vector<std::string> found;
    for (const auto& item : items_) {
      const auto event = whatsapp::parse_item(static_cast<whatsapp::ItemKind>(item.kind), item.raw);
      if (const auto* message = std::get_if<whatsapp::Message>(&event.what)) found.push_back(message->body);
    }
    return found;
  }
  /// The traces that all items that were appended belong to, in order.
  [[nodiscard]] std::vector<std::string> traces() const {
    std::scoped_lock lock(mutex_);
    std::vector<std::string> found;
    for (const auto& item : items_) found.push_back(item.trace);
    return found;
  }
  [[nodiscard]] InboxSeq settled() const {
    std::scoped_lock lock(mutex_);
    return InboxSeq{static_cast<std::int64_t>(settled_)};
  }

  [[nodiscard]] Task<Result<void>> append(std::vector<InboundItem> items) override {
    std::optional<Completion<int>> waiter;
    {
      std::scoped_lock lock(mutex_);
      if (failure_) co_return std::unexpected(*failure_);
      for (auto& item : items) {
        item.seq = InboxSeq{static_cast<std::int64_t>(items_.size()) + 1};
        items_.push_back(std::move(item));
      }
      if (given_ < items_.size()) waiter.swap(waiter_);
    }
    if (waiter) (*waiter)(0);
    co_return Result<void>{};
  }
  [[nodiscard]] Task<Result<std::vector<InboundItem>>> next(std::size_t limit) override {
    for (;;) {
      {
        std::scoped_lock lock(mutex_);
        if (stopped_) co_return fail(ErrorKind::kStopping, "the inbox was stopped");
        if (failure_) co_return std::unexpected(*failure_);
        std::vector<InboundItem> found;
        while (given_ < items_.size() && found.size() < limit) found.push_back(items_[given_++]);
        if (!found.empty()) co_return found;
      }
      co_await complete_with<int>([this](Completion<int> done) {
        {
          std::scoped_lock lock(mutex_);
          if (!stopped_ && !failure_ && given_ == items_.size()) {
            waiter_ = std::move(done);
            return;
          }
        }
        done(0);
      });
    }
  }
  void settle(InboxSeq seq) override {
    std::scoped_lock lock(mutex_);
    settled_ = std::max(settled_, static_cast<std::size_t>(seq.value));
  }
  [[nodiscard]] std::size_t waiting() const override {
    std::scoped_lock lock(mutex_);
    return items_.size() - settled_;
  }
  [[nodiscard]] Task<Result<std::size_t>> forget(std::uint8_t kind, TimePoint before, std::size_t limit) override {
    std::scoped_lock lock(mutex_);
    const auto from = forgotten_;
    while (forgotten_ < settled_ && forgotten_ - from < limit && items_[forgotten_].received_at < before) {
      if (auto& item = items_[forgotten_]; item.kind == kind) item.raw.clear();
      ++forgotten_;
    }
    co_return forgotten_ - from;
  }
  [[nodiscard]] Task<Result<std::size_t>> expire(std::vector<Retention> retention, TimePoint now,
                                                 std::size_t limit) override {
    std::scoped_lock lock(mutex_);
    std::size_t gone = 0;
    for (std::size_t i = 0; i < settled_ && gone < limit; ++i)
      for (const auto& [tenant, keep] : retention)
        if (items_[i].tenant == tenant && items_[i].received_at < now - keep && !items_[i].raw.empty()) {
          items_[i].raw.clear();
          ++gone;
        }
    co_return gone;
  }
  /// How many have their bytes.
  [[nodiscard]] std::size_t kept() const {
    std::scoped_lock lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count_if(items_, [](const auto& item) { return !item.raw.empty(); }));
  }
  void stop() override {
    std::optional<Completion<int>> waiter;
    {
      std::scoped_lock lock(mutex_);
      stopped_ = true;
      waiter.swap(waiter_);
    }
    if (waiter) (*waiter)(0);
  }

 private:
  mutable std::mutex mutex_;
  std::deque<InboundItem> items_;          // guarded by mutex_; seq is the place + 1
  std::size_t given_ = 0;                  // guarded by mutex_
  std::size_t settled_ = 0;                // guarded by mutex_
  std::size_t forgotten_ = 0;              // guarded by mutex_
  bool stopped_ = false;                   // guarded by mutex_
  std::optional<Error> failure_;           // guarded by mutex_
  std::optional<Completion<int>> waiter_;  // guarded by mutex_
};

}  // namespace claw::testing
