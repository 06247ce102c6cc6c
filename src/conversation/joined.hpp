#pragma once

#include <deque>
#include <mutex>
#include <unordered_map>

#include "base/ids.hpp"

namespace claw {

/// Which conversations were joined to which since this process began: for messages and calls that still carry an old
/// id. The ledger knows it for good; this saves asking it. Safe from any thread.
class JoinedConversations {
 public:
  /// The oldest go first: only what was in memory or on its way when they were joined asks.
  static constexpr std::size_t kMaxRemembered = 10'000;

  void add(ConversationId from, ConversationId into) {
    std::scoped_lock lock(mutex_);
    if (!into_.insert_or_assign(from, into).second) return;
    order_.push_back(from);
    if (order_.size() <= kMaxRemembered) return;
    into_.erase(order_.front());
    order_.pop_front();
  }

  /// Where the messages of a conversation are now.
  [[nodiscard]] ConversationId live(ConversationId conversation) const {
    std::scoped_lock lock(mutex_);
    for (auto found = into_.find(conversation); found != into_.end(); found = into_.find(conversation))
      conversation = found->second;
    return conversation;
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<ConversationId, ConversationId> into_;  // guarded by mutex_
  std::deque<ConversationId> order_;                         // guarded by mutex_
};

}  // namespace claw
