#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "base/task.hpp"

namespace claw::sim {

/// Tells listening pages what changed, as server-sent events.
///
/// A listener that does not keep up loses what waits for it and gets one `resync` instead: it reads everything anew.
/// Not thread-safe; a completion given to listen() is called from whatever calls publish() or close().
class Events {
 public:
  static constexpr std::size_t kMaxListeners = 200;
  static constexpr std::size_t kMaxWaiting = 1'000;  ///< Events for one listener.

  /// A new listener for one person's events (`phone` not empty) or for all. 0 where kMaxListeners are there.
  [[nodiscard]] std::uint64_t open(std::string phone);
  void close(std::uint64_t listener);

  /// Gives `done` the text of all events that wait, at once or with the next one; an empty text when it is over.
  /// REQUIRES: one call at a time for each listener.
  void next(std::uint64_t listener, Completion<std::string> done);

  /// True if an event about `phone` would be heard: who asks first spares making it.
  [[nodiscard]] bool heard(std::string_view phone) const;
  /// `phone` empty: for everybody.
  void publish(std::string_view phone, std::string_view name, const boost::json::object& data);
  /// A comment to every listener, so that a dead connection shows.
  void ping();
  /// Ends every listener, also those to come.
  void close_all();

  [[nodiscard]] std::size_t listeners() const { return listeners_.size(); }

 private:
  struct Listener {
    std::string phone;
    std::string waiting;
    std::size_t count = 0;
    Completion<std::string> done;
  };
  static void give(Listener& listener, std::string_view text);

  std::map<std::uint64_t, Listener> listeners_;
  std::uint64_t last_ = 0;
  bool closed_ = false;
};

}  // namespace claw::sim
