#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include <boost/json/fwd.hpp>

#include "base/clock.hpp"

namespace claw::sim {

/// One thing that went over the wire: a Graph request, or one attempt at a webhook.
struct Exchange {
  std::uint64_t seq = 0;  ///< Given by the journal, from 1, without gaps.
  TimePoint at{};         ///< When it ended.
  std::string kind{};     ///< graph | webhook | verify
  std::string what{};     ///< text, read, typing, sent, delivered, failed, …
  std::string number{};   ///< Phone number id, or empty.
  std::string phone{};    ///< The person's wa_id, or empty.
  std::string message{};  ///< wamid it is about, or empty.
  std::string method{};
  std::string url{};      ///< Path of a Graph request without its query, callback URL of a webhook.
  int status = 0;         ///< HTTP status; 0: no answer.
  int code = 0;           ///< Meta's error code that a Graph request was answered with; 0: none.
  std::string outcome{};  ///< ok | refused | unreachable
  std::string reason{};   ///< In words, where it is not ok.
  int attempt = 1;
  std::optional<TimePoint> next_try{};
  std::int64_t took_ms = 0;
  std::shared_ptr<const std::string> request{};  ///< Body; shared with the delivery that may repeat it.
  std::string answer{};
};

/// The last things that went over the wire. Bodies are cut at kMaxBody. Never holds a token. Not thread-safe.
class Journal {
 public:
  static constexpr std::size_t kMax = 10'000;  ///< About 20 MB of ordinary traffic.
  static constexpr std::size_t kMaxBody = 64 * 1024;

  const Exchange& add(Exchange exchange);

  /// Those after `after`, oldest first, `limit` at most; only those about `message` where it is not empty.
  [[nodiscard]] boost::json::object read(std::uint64_t after, std::size_t limit, std::string_view message) const;

 private:
  std::deque<Exchange> exchanges_;
  std::uint64_t last_ = 0;
};

}  // namespace claw::sim
