#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/result.hpp"
#include "base/task.hpp"

namespace claw {

/// How many messages of campaigns are at once in a part of their way that is the machine's own: reads, a commit, the
/// threads. The busier it is the longer that part lasts, and the fewer messages of campaigns go through it in a second:
/// they take what people's answers leave, however fast they come or Meta would let them go. It bounds them where
/// nothing else is to do, too: kPlaces in the time of a commit, 2,000 a second where that takes 2 ms, 400 where the
/// disk needs 10.
///
/// Who waits belongs to somebody, a tenant or a number; they take turns, so that however many wait for one, another's
/// first is next but one. Whoever holds a place waits for nothing outside of this machine.
///
/// Safe from any thread.
class CampaignGate {
 public:
  static constexpr std::size_t kPlaces = 4;

  /// Called with a place that was free: it is the waiter's now. From any thread, and quick.
  using Wake = std::move_only_function<void()>;

  /// True: the caller has a place. False: none is free, and `wake` is called when it is its turn among those of
  /// `whose`.
  [[nodiscard]] bool enter(std::int64_t whose, Wake wake) {
    std::scoped_lock lock(mutex_);
    if (took_free()) return true;
    queue(whose, std::move(wake));
    return false;
  }

  /// Returns when the caller has a place.
  Task<> wait(std::int64_t whose) {
    (void)co_await complete_with<Result<void>>([this, whose](Completion<Result<void>> done) {
      {
        std::scoped_lock lock(mutex_);
        if (!took_free()) return queue(whose, [done = std::move(done)]() mutable { done({}); });
      }
      done({});
    });
  }

  /// Gives a place back, or to the next that waits.
  void leave() {
    Wake next;
    {
      std::scoped_lock lock(mutex_);
      if (turns_.empty()) {
        ++free_;
        return;
      }
      const auto whose = turns_.front();
      turns_.pop_front();
      const auto waiting = waiting_.find(whose);
      next = std::move(waiting->second.front());
      waiting->second.pop_front();
      if (waiting->second.empty())
        waiting_.erase(waiting);
      else
        turns_.push_back(whose);
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
    /// True if there was one.
    bool leave() {
      auto* const gate = std::exchange(gate_, nullptr);
      if (gate) gate->leave();
      return gate;
    }
    /// REQUIRES: none is held, and a place of `gate` was entered.
    void hold(CampaignGate& gate) { gate_ = &gate; }

   private:
    CampaignGate* gate_;
  };

 private:
  bool took_free() {
    if (free_ == 0) return false;
    --free_;
    return true;
  }
  void queue(std::int64_t whose, Wake wake) {
    auto& waiting = waiting_[whose];
    if (waiting.empty()) turns_.push_back(whose);
    waiting.push_back(std::move(wake));
  }

  std::mutex mutex_;
  std::size_t free_ = kPlaces;                                  // guarded by mutex_, as all below
  std::unordered_map<std::int64_t, std::deque<Wake>> waiting_;  // none is empty
  std::deque<std::int64_t> turns_;                              // whose waits, each once
};

}  // namespace claw
