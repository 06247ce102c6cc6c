#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace claw {

/// How many messages of campaigns are between their turn and their call to Meta at once, over all phone numbers.
///
/// What stands between the two is the machine's own: reads, a commit, the threads. The busier it is the longer that
/// lasts, and the fewer messages of campaigns go in a second: they take what people's answers leave, however fast Meta
/// would let them go. A machine with time to spare lets thousands through in a second. A slow Meta does not count.
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
