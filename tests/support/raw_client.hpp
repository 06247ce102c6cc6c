#pragma once

#include <string>
#include <string_view>

namespace claw::testing {

/// A TCP client that knows nothing of HTTP: it sends the bytes it is given and returns those that come, so that half,
/// slow and glued requests can be made. Blocks; every wait ends after 5 s.
class RawClient {
 public:
  explicit RawClient(unsigned short port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False if the peer is gone.
  bool send(std::string_view bytes);
  /// Reads one HTTP answer: head and as much body as its Content-Length says. Empty if the peer closed first.
  [[nodiscard]] std::string read_answer();
  /// All bytes until the peer closes.
  [[nodiscard]] std::string read_all();
  /// Ends the sending side only.
  void finish_sending();

 private:
  bool receive_more();
  int fd_ = -1;
  std::string received_;
};

}  // namespace claw::testing
