#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/io_pool.hpp"
#include "net/client.hpp"

namespace claw::sim {

/// POSTs webhooks over kept plain connections: with hundreds a second, the HTTP client was a third of what a message
/// cost the simulator. A callback that is not http:// goes to the general client.
///
/// Safe from any io thread of the pool; each has its own connections.
class WebhookClient {
 public:
  static constexpr std::size_t kMaxIdle = 64;  ///< Kept for one address on one thread.
  static constexpr std::chrono::seconds kMaxIdleTime{30};
  static constexpr std::chrono::seconds kConnectPatience{3};
  static constexpr std::chrono::seconds kPatience{15};  ///< Meta waits "some seconds" for an answer.
  static constexpr std::uint32_t kMaxAnswerHead = 64 * 1024;
  static constexpr std::uint64_t kMaxAnswer = 1024 * 1024;

  /// Both must outlive this object and its calls.
  WebhookClient(IoPool& io, net::HttpClient& general);
  ~WebhookClient();

  /// The answer, or a failure as net::HttpClient::send tells it. A kept connection that turns out to be closed is
  /// replaced by a new one. `body` and `signature` must live until the task ended. REQUIRES: called on an io thread of
  /// the pool.
  [[nodiscard]] Task<Result<net::ClientResponse>> post(std::string url, std::string_view signature,
                                                       std::string_view body);

 private:
  struct Connection;
  struct Place;
  struct Thread;
  [[nodiscard]] Task<Result<net::ClientResponse>> post_kept(Place& place, const std::string& request);

  IoPool& io_;
  net::HttpClient& general_;
  std::vector<std::unique_ptr<Thread>> threads_;  ///< By io thread; each only on its own.
};

}  // namespace claw::sim
