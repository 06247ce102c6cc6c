#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "net/http.hpp"

namespace claw::net {

/// Tells listeners what changed, as server-sent events.
///
/// A listener that does not keep up loses what waits for it and gets one `resync` instead: it reads everything anew.
/// What one costs is bounded, and who publishes never waits for one.
///
/// Safe from any thread. A completion given to next() is called from whatever calls publish(), give() or close_all().
class EventHub {
 public:
  struct Limits {
    std::size_t listeners = 200;
    std::size_t per_topic = 200;
    std::size_t waiting_bytes = 128 * 1024;  ///< For one listener.
  };
  /// Somebody who listens, until it goes.
  class Listener {
   public:
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Gives `done` the text of all events that wait, at once or with the next one; an empty text when it is over.
    /// REQUIRES: one call at a time.
    void next(Completion<std::string> done);
    /// `hello`, for this listener alone: it reads everything, and hears what changes from then on. Carries an id, by
    /// which a browser that connects again says so (Last-Event-ID).
    void greet();
    /// An event for this listener alone. `data` is JSON on one line.
    void give(std::string_view name, std::string_view data);

   private:
    friend class EventHub;
    Listener(EventHub& hub, std::uint64_t id) : hub_(hub), id_(id) {}
    void give_text(std::string_view text);
    EventHub& hub_;
    const std::uint64_t id_;
  };

  EventHub() = default;
  explicit EventHub(Limits limits) : limits_(limits) {}
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  /// A new listener for the events of one topic, or of all (empty). Nothing where a limit is reached or after
  /// close_all(). Shared, for the answer that holds it can be copied; must not outlive this object.
  [[nodiscard]] std::shared_ptr<Listener> open(std::string topic);

  /// True if somebody listens at all. Costs next to nothing.
  [[nodiscard]] bool heard() const { return count_.load(std::memory_order_relaxed) > 0; }
  /// True if an event of `topic` would be heard: who asks first spares making it.
  [[nodiscard]] bool heard(std::string_view topic) const;
  /// `topic` empty: for everybody. `data` is JSON on one line.
  void publish(std::string_view topic, std::string_view name, std::string_view data);
  /// A comment to every listener, so that a dead connection shows.
  void ping();
  /// Ends every listener, also those to come.
  void close_all();

  [[nodiscard]] std::size_t listeners() const { return count_.load(std::memory_order_relaxed); }

 private:
  struct State {
    std::string topic;
    std::string waiting;
    bool over = false;
    Completion<std::string> done;
  };
  /// Calls that are made when the lock is gone.
  using Ready = std::vector<std::pair<Completion<std::string>, std::string>>;
  void give(State& state, std::string_view text, Ready& ready);
  static void call(Ready ready);
  void close(std::uint64_t id);
  void next(std::uint64_t id, Completion<std::string> done);

  const Limits limits_;
  std::atomic<std::size_t> count_ = 0;  // listeners_.size()
  mutable std::mutex mutex_;
  std::map<std::uint64_t, State> listeners_;  // guarded by mutex_
  std::uint64_t last_ = 0;                    // guarded by mutex_
  bool closed_ = false;                       // guarded by mutex_
};

/// The answer that writes a listener's events until the client goes, the hub closes or `allowed`, asked before each
/// write, says no.
[[nodiscard]] HttpResponse event_stream(std::shared_ptr<EventHub::Listener> listener,
                                        std::function<bool()> allowed = nullptr);

}  // namespace claw::net
