#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "net/server.hpp"

namespace claw::net {

/// One client's connection: reads requests one after the other and answers each before it reads the next.
///
/// Lives on one executor; only serve() and close_if_idle() touch it, both there.
class Connection {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  /// What connections of one server have in common. Outlives them.
  struct Shared {
    const Router* router = nullptr;  // constant after construction
    ServerLimits limits;             // constant after construction
    std::atomic<bool> stopping = false;
    std::atomic<std::size_t> answering = 0;  ///< Requests read and not answered; streams are not counted.
  };

  Connection(Socket socket, std::string peer, Shared& shared);

  /// Serves until the client leaves, a limit ends it, or the server stops.
  [[nodiscard]] Task<> serve();
  /// Ends the wait for a next request.
  void close_if_idle();
  [[nodiscard]] Executor executor() { return stream_.get_executor(); }

 private:
  using Stream = boost::beast::basic_stream<boost::asio::generic::stream_protocol>;
  enum class Next { kAnswer, kRefused, kGone };
  /// The body of a request whose route reads it itself.
  class StreamedBody;
  /// What is read before the handler runs.
  struct Incoming {
    HttpRequest request;
    std::unique_ptr<StreamedBody> body;  ///< Null: the body is in the request.
    bool keep_alive = true;
    int refusal = 0;
    Incoming();
    ~Incoming();
  };
  Task<Next> read(Incoming& incoming);
  Task<bool> answer(const HttpRequest& request, HttpResponse response, bool keep_alive);
  Task<> refuse(int status);
  Task<> linger();
  Task<bool> stream_body(const HttpRequest& request, HttpResponse response, bool keep_alive);

  Stream stream_;
  boost::beast::flat_buffer buffer_;
  std::string peer_;
  Shared& shared_;
  bool idle_ = true;
};

}  // namespace claw::net
