#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http.hpp"

namespace claw::net {

/// Answers one request. Called on the connection's io thread; the request lives until the task ends.
using Handler = std::function<Task<HttpResponse>(HttpRequest&)>;

/// How a route takes the body of its requests.
enum class BodyMode {
  kWhole,     ///< In memory, before the handler runs (ServerLimits::max_body_bytes).
  kStreamed,  ///< By request.body_reader, as the handler asks for it (ServerLimits::max_streamed_bytes).
};

/// Which handler answers which method and path.
///
/// Built at start, then only read: from then on safe from any thread.
class Router {
 public:
  /// `pattern` is a path whose segments may be `{name}` (one segment) or, as the last one, `{name...}` (all the rest).
  /// Routes are tried in the order they were added.
  void add(std::string method, std::string_view pattern, Handler handler, BodyMode mode = BodyMode::kWhole);

  /// Runs the handler that fits. 404 where no path fits, 405 with `Allow` where only the method does not. HEAD is
  /// answered by GET's handler. An exception that leaves a handler is logged and answered with 500.
  [[nodiscard]] Task<HttpResponse> dispatch(HttpRequest& request) const;

  /// True if what dispatch() would call reads the body itself.
  [[nodiscard]] bool streams_body(std::string_view method, std::string_view path) const;

  /// Method and pattern of every route, in the order they were added; `{name...}` stands there as `{name}`.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> routes() const;

  /// What answers where no path fits; without it a plain 404.
  void set_fallback(Handler handler) { fallback_ = std::move(handler); }

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;
    bool takes_rest = false;
    Handler handler;
    BodyMode mode = BodyMode::kWhole;
  };
  [[nodiscard]] static bool matches(const Route& route, const std::vector<std::string_view>& parts,
                                    HttpRequest& request);

  std::vector<Route> routes_;
  bool any_streams_ = false;
  Handler fallback_;
};

}  // namespace claw::net
