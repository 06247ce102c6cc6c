#include "net/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

#include "base/log.hpp"

namespace claw::net {
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);
/// A client that sent too much is still writing; it gets this long to notice the answer before the connection is reset.
constexpr std::chrono::seconds kLinger{2};
constexpr std::size_t kLingerBytes = 64 * 1024 * 1024;
constexpr std::size_t kLingerChunk = 32 * 1024;
/// What a handler that reads a body itself gets at a time.
constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
/// What is read ahead of the parser. It bounds what has no limit in the parser, a chunk's extension and the trailer,
/// and must stay below 64 KiB: Beast throws for a trailer whose value is longer, and past every coroutine.
constexpr std::size_t kBufferBytes = 48 * 1024;
static_assert(kLingerChunk <= kBufferBytes && kBufferBytes < 64 * 1024);

int refusal_for(const beast::error_code& fault) {
  if (fault == http::error::header_limit) return 431;
  if (fault == http::error::body_limit) return 413;
  if (fault.category() == beast::error_code(http::error::bad_version).category() &&
      fault != http::error::end_of_stream && fault != http::error::partial_message)
    return 400;
  return 0;
}

void read_query(std::string_view text, HttpRequest& request) {
  while (!text.empty()) {
    const auto end = text.find('&');
    const auto pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    request.query.emplace_back(
        percent_decode(pair.substr(0, equals), true),
        equals == std::string_view::npos ? std::string() : percent_decode(pair.substr(equals + 1), true));
  }
}

/// All but the body.
template <class Fields>
void fill(const http::header<true, Fields>& from, HttpRequest& request) {
  request.method = from.method_string();
  request.target = from.target();
  const auto mark = request.target.find('?');
  request.path = request.target.substr(0, mark);
  if (mark != std::string::npos) read_query(std::string_view(request.target).substr(mark + 1), request);
  for (const auto& field : from)
    request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
}

/// 0 for a head that can be served. What we cannot decode must not be taken for a request without a body: its body
/// would be read as the next request, past the proxy in front of us.
int refusal_for(const http::request<http::string_body>& head) {
  const auto coding = head.find(http::field::transfer_encoding);
  if (coding != head.end() && !beast::iequals(coding->value(), "chunked")) return 501;
  return head.target().starts_with('/') ? 0 : 400;
}

/// A header line that carries a line break would be two.
bool is_one_line(std::string_view text) {
  return text.find_first_of("\r\n") == std::string_view::npos;
}

template <class Message>
void set_head(Message& message, const HttpResponse& response) {
  if (!response.content_type.empty()) message.set(http::field::content_type, response.content_type);
  for (const auto& header : response.headers)
    if (is_one_line(header.value)) message.insert(header.name, header.value);
}

}  // namespace

Connection::Connection(Socket socket, std::string peer, Shared& shared)
    : stream_(std::move(socket)), buffer_(kBufferBytes), peer_(std::move(peer)), shared_(shared) {}

void Connection::close_if_idle() {
  if (idle_) stream_.close();
}

class Connection::StreamedBody final : public BodyReader {
 public:
  using Parser = http::request_parser<http::buffer_body>;
  StreamedBody(Stream& stream, beast::flat_buffer& buffer, http::request_parser<http::string_body>&& head,
               const ServerLimits& limits)
      : stream_(stream),
        buffer_(buffer),
        parser_(std::move(head)),
        limits_(limits),
        deadline_(std::chrono::steady_clock::now() + limits.streamed_timeout),
        says_continue_(beast::iequals(parser_.get()[http::field::expect], "100-continue")) {
    if (const auto length = parser_.content_length()) size_ = *length;
  }

  Task<Result<std::string_view>> next() override {
    if (fault_) co_return std::unexpected(*fault_);
    if (piece_.empty()) piece_.resize(kPieceBytes);
    if (says_continue_ && !parser_.is_done()) {
      // Only now: a client that asks first has not sent the body of a request that was refused.
      says_continue_ = false;
      co_await boost::asio::async_write(stream_, boost::asio::buffer(kContinue), kTuple);
    }
    while (!parser_.is_done()) {
      auto& body = parser_.get().body();
      body.data = piece_.data();
      body.size = piece_.size();
      stream_.expires_at(std::min(deadline_, std::chrono::steady_clock::now() + limits_.body_timeout));
      auto [fault, count] = co_await http::async_read(stream_, buffer_, parser_, kTuple);
      const std::size_t filled = piece_.size() - body.size;
      if (fault && fault != http::error::need_buffer) {
        fault_ = error_of(fault);
        co_return std::unexpected(*fault_);
      }
      if (filled > 0) co_return std::string_view(piece_.data(), filled);
    }
    co_return std::string_view{};
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
  [[nodiscard]] bool is_done() const { return parser_.is_done() && !fault_; }

 private:
  [[nodiscard]] Error error_of(const beast::error_code& fault) const {
    if (fault == http::error::body_limit)
      return {ErrorKind::kInvalid, "the body is larger than " + std::to_string(limits_.max_streamed_bytes) + " bytes"};
    if (refusal_for(fault) != 0) return {ErrorKind::kInvalid, "the body is not what its head promised"};
    return {ErrorKind::kTransient, fault == beast::error::timeout ? "the body came too slowly" : "the client left"};
  }

  Stream& stream_;
  beast::flat_buffer& buffer_;
  Parser parser_;
  const ServerLimits& limits_;
  const std::chrono::steady_clock::time_point deadline_;
  bool says_continue_;
  std::optional<std::uint64_t> size_;
  std::string piece_;
  std::optional<Error> fault_;
};

Connection::Incoming::Incoming() = default;
Connection::Incoming::~Incoming() = default;

Task<Connection::Next> Connection::read(Incoming& incoming) {
  const ServerLimits& limits = shared_.limits;
  int& refusal = incoming.refusal;
  if (buffer_.size() == 0) {
    idle_ = true;
    stream_.expires_after(limits.idle_timeout);
    const auto [fault, count] = co_await stream_.async_read_some(buffer_.prepare(4096), kTuple);
    if (fault) co_return Next::kGone;
    buffer_.commit(count);
  }
  idle_ = false;
  http::request_parser<http::string_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(limits.max_header_bytes));
  parser.body_limit(boost::none);  // set below, when it is known whose body it is
  stream_.expires_after(limits.head_timeout);
  auto [head_fault, head_count] = co_await http::async_read_header(stream_, buffer_, parser, kTuple);
  if (head_fault) {
    refusal = refusal_for(head_fault);
    co_return refusal ? Next::kRefused : Next::kGone;
  }
  refusal = refusal_for(parser.get());
  if (refusal) co_return Next::kRefused;
  incoming.keep_alive = parser.get().keep_alive();
  fill(parser.get().base(), incoming.request);
  incoming.request.peer = peer_;
  const bool streams = shared_.router->streams_body(incoming.request.method, incoming.request.path);
  const std::uint64_t limit = streams ? limits.max_streamed_bytes : limits.max_body_bytes;
  if (const auto length = parser.content_length(); length && *length > limit) refusal = 413;
  if (refusal) co_return Next::kRefused;
  parser.body_limit(limit);  // of a body in chunks
  if (streams) {
    incoming.body = std::make_unique<StreamedBody>(stream_, buffer_, std::move(parser), limits);
    incoming.request.body_reader = incoming.body.get();
    co_return Next::kAnswer;
  }
  stream_.expires_after(limits.body_timeout);
  if (beast::iequals(parser.get()[http::field::expect], "100-continue") && !parser.is_done())
    co_await boost::asio::async_write(stream_, boost::asio::buffer(kContinue), kTuple);
  auto [body_fault, body_count] = co_await http::async_read(stream_, buffer_, parser, kTuple);
  if (body_fault) {
    refusal = refusal_for(body_fault);
    co_return refusal ? Next::kRefused : Next::kGone;
  }
  incoming.request.body = std::move(parser.get().body());
  co_return Next::kAnswer;
}

Task<bool> Connection::answer(const HttpRequest& request, HttpResponse response, bool keep_alive) {
  if (response.stream) co_return co_await stream_body(request, std::move(response), keep_alive);
  http::response<http::string_body> message(http::int_to_status(static_cast<unsigned>(response.status)), 11);
  message.result(static_cast<unsigned>(response.status));
  set_head(message, response);
  message.body() = std::move(response.body);
  message.keep_alive(keep_alive && !response.close && !shared_.stopping.load(std::memory_order_relaxed));
  message.prepare_payload();
  http::serializer<false, http::string_body> serializer(message);
  stream_.expires_after(shared_.limits.write_timeout);
  if (request.method == "HEAD") {
    const auto [fault, count] = co_await http::async_write_header(stream_, serializer, kTuple);
    co_return !fault && message.keep_alive();
  }
  const auto [fault, count] = co_await http::async_write(stream_, serializer, kTuple);
  co_return !fault && message.keep_alive();
}

Task<> Connection::refuse(int status) {
  HttpRequest none;
  HttpResponse response = text_response(status, "");
  response.content_type.clear();
  response.close = true;
  co_await answer(none, std::move(response), false);
  co_await linger();
}

Task<> Connection::linger() {
  // Closing with unread bytes resets the connection, and a reset can overtake the answer.
  beast::error_code ignored;
  stream_.socket().shutdown(boost::asio::socket_base::shutdown_send, ignored);
  stream_.expires_after(kLinger);
  for (std::size_t drained = 0; drained < kLingerBytes;) {
    buffer_.clear();
    const auto [fault, count] = co_await stream_.async_read_some(buffer_.prepare(kLingerChunk), kTuple);
    if (fault) break;
    drained += count;
  }
}

Task<bool> Connection::stream_body(const HttpRequest& request, HttpResponse response, bool keep_alive) {
  http::response<http::empty_body> head(http::int_to_status(static_cast<unsigned>(response.status)), 11);
  set_head(head, response);
  const auto size = response.stream_size;
  keep_alive = keep_alive && size && !response.close && !shared_.stopping.load(std::memory_order_relaxed);
  head.keep_alive(keep_alive);
  if (size) head.content_length(*size);
  http::serializer<false, http::empty_body> serializer(head);
  stream_.expires_after(shared_.limits.write_timeout);
  const auto [fault, count] = co_await http::async_write_header(stream_, serializer, kTuple);
  if (fault || request.method == "HEAD") co_return !fault && keep_alive;

  class Writer final : public BodyWriter {
   public:
    Writer(Stream& stream, Shared& shared, std::optional<std::uint64_t> size)
        : stream_(stream), shared_(shared), left_(size) {}
    Task<bool> write(std::string_view bytes) override {
      // More than the head promised would be read as the next answer.
      gone_ = gone_ || (left_ && bytes.size() > *left_);
      if (gone_ || shared_.stopping.load(std::memory_order_relaxed)) co_return false;
      stream_.expires_after(shared_.limits.write_timeout);
      const auto [failed, sent] =
          co_await boost::asio::async_write(stream_, boost::asio::buffer(bytes.data(), bytes.size()), kTuple);
      gone_ = static_cast<bool>(failed);
      stream_.expires_never();
      if (left_) *left_ -= sent;
      co_return !gone_;
    }
    [[nodiscard]] bool is_whole() const { return !gone_ && left_ == 0; }

   private:
    Stream& stream_;
    Shared& shared_;
    std::optional<std::uint64_t> left_;
    bool gone_ = false;
  };
  Writer writer(stream_, shared_, size);
  // A stream may last for days: it does not hold up a stop.
  shared_.answering.fetch_sub(1);
  try {
    co_await response.stream(writer);
  } catch (...) {
    shared_.answering.fetch_add(1);
    throw;
  }
  shared_.answering.fetch_add(1);
  co_return keep_alive&& writer.is_whole();
}

Task<> Connection::serve() {
  for (bool keep_alive = true; keep_alive && !shared_.stopping.load(std::memory_order_relaxed);) {
    Incoming incoming;
    const Next next = co_await read(incoming);
    if (next == Next::kGone) break;
    if (next == Next::kRefused) {
      co_await refuse(incoming.refusal);
      break;
    }
    shared_.answering.fetch_add(1);
    struct Answered {
      Shared& shared;
      ~Answered() { shared.answering.fetch_sub(1); }
    } const answered{shared_};
    auto response = co_await shared_.router->dispatch(incoming.request);
    if (response.drop) break;
    // What nobody read of a body would be taken for the next request.
    const bool is_read = !incoming.body || incoming.body->is_done();
    keep_alive = co_await answer(incoming.request, std::move(response), incoming.keep_alive && is_read);
    if (!is_read) co_await linger();
  }
  beast::error_code ignored;
  stream_.socket().shutdown(boost::asio::socket_base::shutdown_both, ignored);
  stream_.close();
}

}  // namespace claw::net
