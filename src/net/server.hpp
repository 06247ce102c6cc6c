#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/io_pool.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "net/router.hpp"

namespace claw::net {

/// How much of a stranger's time and bytes a server takes. Every bound has its answer.
struct ServerLimits {
  std::size_t max_body_bytes = 4 * 1024 * 1024;  ///< More: 413, and the connection closes. Meta sends up to 3 MB.
  /// Of a body that its route reads itself: the largest document that Meta takes, with room for the form around it.
  std::uint64_t max_streamed_bytes = 101ULL * 1024 * 1024;
  std::size_t max_header_bytes = 16 * 1024;  ///< More: 431.
  std::size_t max_connections = 10'000;      ///< More: closed at once.
  std::chrono::seconds head_timeout{10};     ///< From the first byte of a request to the end of its head; then closed.
  std::chrono::seconds body_timeout{30};  ///< For the body after the head, of a streamed one each 64 KiB; then closed.
  std::chrono::seconds streamed_timeout{900};  ///< For a streamed body as a whole.
  std::chrono::seconds idle_timeout{75};       ///< Between requests of a kept connection.
  std::chrono::seconds write_timeout{30};
};

/// HTTP/1.1 on a TCP port or a Unix socket: keep-alive, pipelining (answers in order), `Expect: 100-continue`.
///
/// A request that is not HTTP is answered 400; none of these faults touches another connection.
class Server {
 public:
  /// `router` and `io` must outlive this object.
  Server(IoPool& io, const Router& router, ServerLimits limits);
  /// stop() with no patience.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds and starts to accept. `address` is "127.0.0.1:8080", "[::1]:0" or "unix:/path/of/the.socket" (mode 0600;
  /// an old socket file is replaced). Fails with kInvalid for an address that cannot be read, kFatal if it cannot be
  /// bound, with the reason in words.
  [[nodiscard]] Result<void> listen(const std::string& address);

  /// The port that was bound; 0 on a Unix socket.
  [[nodiscard]] std::uint16_t port() const;

  /// Accepts no more; closes what is idle; waits until requests under way are answered, `patience` at most; then closes
  /// the rest. Idempotent. Not to be called from an io thread.
  void stop(std::chrono::milliseconds patience);

  [[nodiscard]] std::size_t connections() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the connections' tasks
};

}  // namespace claw::net
