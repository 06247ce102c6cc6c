#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace claw {

/// Keeps the work in memory bounded: new items are passed on while there is room; from the first that finds none, all
/// wait in the ledger, and are read from it in order once there is room again. A start is the same: everything waits in
/// the ledger.
///
/// Order: items reach `deliver` in the order of their ids as far as one caller offers them in that order; callers
/// beside each other may offer in any order. No item reaches it twice, and none is left out.
/// `deliver` is called from several threads, one call at a time: where it passes items on, base/mailbox.hpp keeps the
/// order. `Item` has an `id`
/// (MessageId) that grows in the order of commits: a read that shows an item shows all with lower ids.
///
/// offer() and done() are safe from any thread; run() is to be spawned once.
template <class Item>
class Backlog {
 public:
  using Read = std::function<Task<Result<std::vector<Item>>>(MessageId from, std::size_t limit)>;
  using Deliver = std::function<void(Item)>;

  Backlog(std::size_t max_in_memory, Clock& clock, Read read, Deliver deliver)
      : max_(max_in_memory), clock_(clock), read_(std::move(read)), deliver_(std::move(deliver)) {}

  /// `items` are in the ledger already.
  void offer(std::vector<Item> items) {
    std::scoped_lock order(deliver_mutex_);
    for (auto& item : items) {
      {
        std::scoped_lock lock(mutex_);
        const bool newest = item.id > newest_known();
        last_offered_ = std::max(last_offered_, item.id);
        if (was_fed(item.id)) continue;
        // Reading begins at the newest only: from an older one on it would show again what was passed on already. An
        // older one of another caller is passed on although there is no room, for no reading will come to it.
        if (!waiting_from_ && newest && in_memory_ >= max_) wait_from(item.id);
        if (waiting_from_ && item.id >= *waiting_from_) continue;
        ++in_memory_;
      }
      deliver_(std::move(item));
    }
  }

  /// `items` were passed over when they were read or offered, and wait now: they are passed on at once, however old
  /// they are, and even if there is no room.
  void reopen(std::vector<Item> items) {
    std::scoped_lock order(deliver_mutex_);
    for (auto& item : items) {
      {
        std::scoped_lock lock(mutex_);
        ++in_memory_;
        if (waiting_from_ && item.id >= *waiting_from_) reopened_.insert(item.id);
      }
      deliver_(std::move(item));
    }
  }

  /// Something may be in the ledger that nobody will offer, newer than all that was offered: it is read from there.
  void look_again() {
    std::optional<Completion<int>> wake;
    {
      std::scoped_lock lock(mutex_);
      if (!waiting_from_) wait_from(MessageId{newest_known().value + 1});
      if (in_memory_ <= max_ / 2) wake.swap(waiter_);
    }
    if (wake) (*wake)(0);
  }

  /// An item that was delivered is finished with.
  void done() {
    std::optional<Completion<int>> wake;
    {
      std::scoped_lock lock(mutex_);
      --in_memory_;
      if (waiting_from_ && in_memory_ <= max_ / 2) wake.swap(waiter_);
    }
    if (wake) (*wake)(0);
  }

  /// Feeds what waits in the ledger until stop().
  Task<> run() {
    while (co_await room()) {
      MessageId from;
      MessageId offered;
      std::size_t limit = 0;
      {
        std::scoped_lock lock(mutex_);
        from = *waiting_from_;
        offered = last_offered_;
        limit = in_memory_ < max_ ? std::min(max_ - in_memory_, kMaxRead) : 1;
      }
      auto items = co_await read_(from, limit);
      if (!items) {
        log::warn("backlog.read_failed reason=\"{}\"", items.error().message);
        co_await clock_.sleep(std::chrono::milliseconds(500));
        continue;
      }
      feed(std::move(*items), from, limit, offered);
    }
  }

  void stop() {
    std::optional<Completion<int>> wake;
    {
      std::scoped_lock lock(mutex_);
      stopped_ = true;
      wake.swap(waiter_);
    }
    if (wake) (*wake)(0);
  }

  [[nodiscard]] std::size_t in_memory() const {
    std::scoped_lock lock(mutex_);
    return in_memory_;
  }

 private:
  /// Waits until something waits in the ledger and there is room for it; false after stop().
  Task<bool> room() {
    co_await complete_with<int>([this](Completion<int> done) {
      {
        std::scoped_lock lock(mutex_);
        if (!stopped_ && !(waiting_from_ && in_memory_ <= max_ / 2)) {
          waiter_ = std::move(done);
          return;
        }
      }
      done(0);
    });
    std::scoped_lock lock(mutex_);
    co_return !stopped_;
  }

  void feed(std::vector<Item> items, MessageId from, std::size_t limit, MessageId offered_before) {
    // Held throughout, so that what is offered meanwhile cannot overtake what is fed.
    std::scoped_lock order(deliver_mutex_);
    const std::size_t count = items.size();
    const MessageId last = items.empty() ? MessageId{from.value - 1} : items.back().id;
    {
      std::scoped_lock lock(mutex_);
      std::erase_if(items, [this](const Item& item) { return reopened_.contains(item.id); });
      in_memory_ += items.size();
      fed_.back().last = last;
      waiting_from_ = MessageId{last.value + 1};
      // A short read saw all there was; unless something was offered since, offers go straight through from here on.
      if (count < limit && (last_offered_ == offered_before || last_offered_ <= last)) waiting_from_.reset();
      std::erase_if(reopened_, [this](MessageId id) { return !waiting_from_ || id < *waiting_from_; });
    }
    for (auto& item : items) deliver_(std::move(item));
  }

  /// REQUIRES for these: mutex_ is held.
  [[nodiscard]] MessageId newest_known() const { return std::max(last_offered_, fed_.back().last); }
  [[nodiscard]] bool was_fed(MessageId id) const {
    const auto span = std::ranges::find_if(fed_.rbegin(), fed_.rend(), [id](const Span& s) { return s.first <= id; });
    return span != fed_.rend() && id <= span->last;
  }
  void wait_from(MessageId id) {
    waiting_from_ = id;
    if (fed_.back().last.value + 1 == id.value) return;
    fed_.push_back({id, MessageId{id.value - 1}});
    if (fed_.size() > kMaxSpans) fed_.pop_front();
  }

  /// Ids that were read from the ledger, `last` included.
  struct Span {
    MessageId first, last;
  };
  static constexpr std::size_t kMaxRead = 1000;
  /// What is older was offered by whoever wrote it long ago.
  static constexpr std::size_t kMaxSpans = 1000;
  const std::size_t max_;
  Clock& clock_;
  const Read read_;
  const Deliver deliver_;
  std::mutex deliver_mutex_;  // taken before mutex_
  mutable std::mutex mutex_;
  std::size_t in_memory_ = 0;                             // guarded by mutex_
  std::optional<MessageId> waiting_from_ = MessageId{1};  // guarded by mutex_: at the start all waits in the ledger
  MessageId last_offered_;                                // guarded by mutex_
  std::deque<Span> fed_{{MessageId{1}, MessageId{0}}};    // guarded by mutex_, ascending, never empty
  /// guarded by mutex_: was passed on by reopen(), and the reading is still to come to it
  std::set<MessageId> reopened_;
  bool stopped_ = false;                   // guarded by mutex_
  std::optional<Completion<int>> waiter_;  // guarded by mutex_
};

}  // namespace claw
