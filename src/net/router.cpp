#include "net/router.hpp"

#include <boost/system/system_error.hpp>

#include "base/log.hpp"

namespace claw::net {
namespace {

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto end = path.find('/');
    parts.push_back(path.substr(0, end));
    path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
  }
  return parts;
}

bool is_param(std::string_view segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}

}  // namespace

void Router::add(std::string method, std::string_view pattern, Handler handler, BodyMode mode) {
  Route route{
      .method = std::move(method), .segments = {}, .takes_rest = false, .handler = std::move(handler), .mode = mode};
  any_streams_ = any_streams_ || mode == BodyMode::kStreamed;
  for (const auto part : split_path(pattern)) route.segments.emplace_back(part);
  if (!route.segments.empty() && route.segments.back().ends_with("...}")) {
    auto& last = route.segments.back();
    last = last.substr(0, last.size() - 4) + "}";
    route.takes_rest = true;
  }
  routes_.push_back(std::move(route));
}

std::vector<std::pair<std::string, std::string>> Router::routes() const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& route : routes_) {
    std::string pattern;
    for (const auto& segment : route.segments) pattern += "/" + segment;
    all.emplace_back(route.method, std::move(pattern));
  }
  return all;
}

bool Router::matches(const Route& route, const std::vector<std::string_view>& parts, HttpRequest& request) {
  const std::size_t count = route.segments.size();
  if (route.takes_rest ? parts.size() < count : parts.size() != count) return false;
  request.params.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& segment = route.segments[i];
    if (!is_param(segment)) {
      if (segment != parts[i]) return false;
      continue;
    }
    std::string_view value = parts[i];
    if (route.takes_rest && i + 1 == count) {
      const char* const end = request.path.data() + request.path.size();
      value = std::string_view(parts[i].data(), static_cast<std::size_t>(end - parts[i].data()));
    } else if (value.empty()) {
      return false;
    }
    request.params.emplace_back(segment.substr(1, segment.size() - 2), percent_decode(value));
  }
  return true;
}

bool Router::streams_body(std::string_view method, std::string_view path) const {
  if (!any_streams_) return false;
  HttpRequest request;
  request.path = path;
  const auto parts = split_path(request.path);
  for (const auto& route : routes_)
    if (route.method == method && matches(route, parts, request)) return route.mode == BodyMode::kStreamed;
  return false;
}

Task<HttpResponse> Router::dispatch(HttpRequest& request) const {
  const auto parts = split_path(request.path);
  const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  const Handler* handler = nullptr;
  std::string allowed;
  for (const auto& route : routes_) {
    if (!matches(route, parts, request)) continue;
    if (route.method == method) {
      handler = &route.handler;
      break;
    }
    allowed += (allowed.empty() ? "" : ", ") + route.method;
  }
  if (!handler && !allowed.empty()) {
    auto response = text_response(405, "This address does not take " + request.method + ".\n");
    response.headers.push_back({"Allow", allowed});
    co_return response;
  }
  if (!handler && fallback_) handler = &fallback_;
  if (!handler) co_return text_response(404, "There is nothing at this address.\n");
  try {
    co_return co_await (*handler)(request);
  } catch (const boost::system::system_error&) {
    throw;  // cancellation: the connection is being closed
  } catch (const std::exception& error) {
    log::error("http.handler_failed method={} path={} reason=\"{}\"", request.method, request.path, error.what());
  }
  co_return text_response(500, "Something went wrong on our side; it was written to the log.\n");
}

}  // namespace claw::net
