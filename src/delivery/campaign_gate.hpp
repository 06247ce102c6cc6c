#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <utility>

#include "base/result.hpp"
#include "base/task.hpp"

namespace claw {

/// How many messages of campaigns are at once in a part of their way that is the machine's own: reads, commits, the
/// threads. The busier it is the longer that part lasts, and the fewer messages of campaigns go through it in a second:
/// they take what people's answers leave, however fast they come or Meta would let them go. A machine with time to
/// spare lets thousands through in a second.
///
/// Safe from any thread.
class CampaignGate {
 public:
  static constexpr std::size_t kPlaces = 4;

  /// Called with a place that was free: it is the waiter's now. From any thread, and quick.
  using Wake = std::move_only_function<void()>;

  /// True: the caller has a place. False: none is free, and `wake` is called when it is the caller's turn.
  [[nodiscard]] bool enter(Wake wake) {
    std::scoped_lock lock(mutex_);
    if (free_ > 0) {
      --free_;
      return true;
    }
    waiting_.push_back(std::move(wake));
    return false;
  }

  /// Returns when the caller has a place.
  Task<> wait() {
    (void)co_await complete_with<Result<void>>([this](Completion<Result<void>> done) {
      {
        std::scoped_lock lock(mutex_);
        if (free_ == 0) return waiting_.push_back([done = std::move(done)]() mutable { done({}); });
        --free_;
      }
      done({});
    });
  }

  /// Gives a place back, or to the one that waits for longest.
  void leave() {
    Wake next;
    {
      std::scoped_lock lock(mutex_);
      if (waiting_.empty()) {
        ++free_;
        return;
      }
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    next();
  }

  /// A place that is held until this goes, or leave().
  class Place {
   public:
    /// `gate` null: none is held. REQUIRES: else the place was entered.
    explicit Place(CampaignGate* gate) : gate_(gate) {}
    ~Place() { leave(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    void leave() {
      if (auto* const gate = std::exchange(gate_, nullptr)) gate->leave();
    }

   private:
    CampaignGate* gate_;
  };

 private:
  std::mutex mutex_;
  std::size_t free_ = kPlaces;
  std::deque<Wake> waiting_;
};

}  // namespace claw
