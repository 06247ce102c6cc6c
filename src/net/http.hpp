#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"

namespace claw::net {

struct HttpHeader {
  std::string name;
  std::string value;
};

/// The value of the first header of that name (case does not matter), or an empty view.
[[nodiscard]] std::string_view find_header(const std::vector<HttpHeader>& headers, std::string_view name);

/// The values of all headers of that name as one list, "a, b"; nothing where there is none.
[[nodiscard]] std::optional<std::string> header_list(const std::vector<HttpHeader>& headers, std::string_view name);

/// The wait that `Retry-After` asks for in seconds; nothing where it is missing, a date, or no number.
[[nodiscard]] std::optional<std::chrono::seconds> retry_after(const std::vector<HttpHeader>& headers);

/// The body of a request that its handler reads itself, piece by piece: what is not asked for is not taken from the
/// network.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  /// The next piece, which lives until the next call; empty at the end, and from then on. Fails with kInvalid where the
  /// body is larger than its reader allows, kTransient where the client left or was too slow; then nothing more comes.
  [[nodiscard]] virtual Task<Result<std::string_view>> next() = 0;
  /// How many bytes there are in all, where that is known before.
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;
};

/// A request as it came in, whole but for a body that its route reads itself. Bytes of the body are untouched.
struct HttpRequest {
  std::string method;
  std::string target;  ///< As on the request line: path and query, still percent-encoded.
  std::string path;    ///< The target's path, still percent-encoded.
  std::vector<std::pair<std::string, std::string>> query;   ///< Decoded, in order; `+` is a space.
  std::vector<std::pair<std::string, std::string>> params;  ///< What the route's {names} matched, decoded.
  std::vector<HttpHeader> headers;
  std::string body;
  BodyReader* body_reader = nullptr;  ///< Of a route with BodyMode::kStreamed; lives until the handler's task ends.
  std::string peer;                   ///< The peer's address without port; empty on a Unix socket.

  [[nodiscard]] std::string_view header(std::string_view name) const { return find_header(headers, name); }
  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
  /// The part of the path that matched `{name}`; empty if the route has none.
  [[nodiscard]] std::string_view param(std::string_view name) const;
};

/// Writes the body of an answer that has no end yet (server-sent events).
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  /// Sends the bytes; false once the client is gone or the server stops, and from then on.
  /// `bytes` need only live until the task is awaited to its end.
  [[nodiscard]] virtual Task<bool> write(std::string_view bytes) = 0;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";  ///< Left out where there is no body and it is empty.
  std::vector<HttpHeader> headers;
  std::string body;
  /// Where set, `body` is ignored: the head is sent, then this runs until it returns, and the connection closes.
  std::function<Task<>(BodyWriter&)> stream;
  /// How many bytes `stream` writes, where that is known: the head says so, and the connection is kept. A stream that
  /// returns with less ends it, so that the client sees the answer cut off.
  std::optional<std::uint64_t> stream_size;
  /// Close the connection after this answer.
  bool close = false;
  /// Close the connection without this answer, as a server does that dies after its work: for the simulator's faults.
  bool drop = false;
};

[[nodiscard]] HttpResponse text_response(int status, std::string body);
/// `json` must be JSON text already.
[[nodiscard]] HttpResponse json_response(int status, std::string json);

/// Decodes %XX (and `+` where asked). Anything that is no valid escape stays as it is.
[[nodiscard]] std::string percent_decode(std::string_view text, bool plus_is_space = false);
/// Encodes all but unreserved characters.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace claw::net
