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

void fill(http::request<http::string_body>&& from, HttpRequest& request) {
  request.method = from.method_string();
  request.target = from.target();
  const auto mark = request.target.find('?');
  request.path = request.target.substr(0, mark);
  if (mark != std::string::npos) read_query(std::string_view(request.target).substr(mark + 1), request);
  for (const auto& field : from)
    request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  request.body = std::move(from.body());
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

Task<Connection::Next> Connection::read(HttpRequest& request, bool& keep_alive, int& refusal) {
  const ServerLimits& limits = shared_.limits;
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
  parser.body_limit(limits.max_body_bytes);
  stream_.expires_after(limits.head_timeout);
  auto [head_fault, head_count] = co_await http::async_read_header(stream_, buffer_, parser, kTuple);
  if (head_fault) {
    refusal = refusal_for(head_fault);
    co_return refusal ? Next::kRefused : Next::kGone;
  }
  refusal = refusal_for(parser.get());
  if (refusal) co_return Next::kRefused;
  stream_.expires_after(limits.body_timeout);
  if (beast::iequals(parser.get()[http::field::expect], "100-continue") && !parser.is_done()) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await boost::asio::async_write(stream_, boost::asio::buffer(kContinue), kTuple);
  }
  auto [body_fault, body_count] = co_await http::async_read(stream_, buffer_, parser, kTuple);
  if (body_fault) {
    refusal = refusal_for(body_fault);
    co_return refusal ? Next::kRefused : Next::kGone;
  }
  keep_alive = parser.get().keep_alive();
  fill(parser.release(), request);
  request.peer = peer_;
  co_return Next::kAnswer;
}

Task<bool> Connection::answer(const HttpRequest& request, HttpResponse response, bool keep_alive) {
  if (response.stream) co_return co_await stream_body(request, std::move(response));
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

Task<bool> Connection::stream_body(const HttpRequest& request, HttpResponse response) {
  http::response<http::empty_body> head(http::int_to_status(static_cast<unsigned>(response.status)), 11);
  set_head(head, response);
  head.keep_alive(false);
  http::serializer<false, http::empty_body> serializer(head);
  stream_.expires_after(shared_.limits.write_timeout);
  const auto [fault, count] = co_await http::async_write_header(stream_, serializer, kTuple);
  if (fault || request.method == "HEAD") co_return false;

  class Writer final : public BodyWriter {
   public:
    Writer(Stream& stream, Shared& shared) : stream_(stream), shared_(shared) {}
    Task<bool> write(std::string_view bytes) override {
      if (gone_ || shared_.stopping.load(std::memory_order_relaxed)) co_return false;
      stream_.expires_after(shared_.limits.write_timeout);
      const auto [failed, sent] =
          co_await boost::asio::async_write(stream_, boost::asio::buffer(bytes.data(), bytes.size()), kTuple);
      gone_ = static_cast<bool>(failed);
      stream_.expires_never();
      co_return !gone_;
    }

   private:
    Stream& stream_;
    Shared& shared_;
    bool gone_ = false;
  };
  Writer writer(stream_, shared_);
  // A stream may last for days: it does not hold up a stop.
  shared_.answering.fetch_sub(1);
  try {
    co_await response.stream(writer);
  } catch (...) {
    shared_.answering.fetch_add(1);
    throw;
  }
  shared_.answering.fetch_add(1);
  co_return false;
}

Task<> Connection::serve() {
  for (bool keep_alive = true; keep_alive && !shared_.stopping.load(std::memory_order_relaxed);) {
    HttpRequest request;
    int refusal = 0;
    const Next next = co_await read(request, keep_alive, refusal);
    if (next == Next::kGone) break;
    if (next == Next::kRefused) {
      co_await refuse(refusal);
      break;
    }
    shared_.answering.fetch_add(1);
    struct Answered {
      Shared& shared;
      ~Answered() { shared.answering.fetch_sub(1); }
    } const answered{shared_};
    auto response = co_await shared_.router->dispatch(request);
    if (response.drop) break;
    keep_alive = co_await answer(request, std::move(response), keep_alive);
  }
  beast::error_code ignored;
  stream_.socket().shutdown(boost::asio::socket_base::shutdown_both, ignored);
  stream_.close();
}

}  // namespace claw::net
