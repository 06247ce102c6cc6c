#include "simulator/control_json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "simulator/problem.hpp"

namespace claw::sim {

namespace json = boost::json;

bool from_elsewhere(const net::HttpRequest& request) {
  const auto origin = request.header("Origin");
  if (origin.empty()) return false;
  const auto host = request.header("Host");
  return origin != fmt::format("http://{}", host) && origin != fmt::format("https://{}", host);
}

void add_route(net::Router& router, std::string method, std::string_view pattern,
               std::function<net::HttpResponse(const net::HttpRequest&)> handler) {
  router.add(std::move(method), pattern,
             [handler = std::move(handler)](net::HttpRequest& request) -> Task<net::HttpResponse> {
               if (from_elsewhere(request))
                 co_return problem(403, "Not from there", "another site's page may not use this API");
               co_return handler(request);
             });
}

net::HttpResponse json_answer(int status, const json::value& value) {
  auto response = net::json_response(status, json::serialize(value));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

Result<json::value> body_json(const net::HttpRequest& request) {
  boost::system::error_code error;
  json::value value = json::parse(request.body, error);
  if (error) return fail(ErrorKind::kInvalid, "the body must be JSON");
  return value;
}

Result<json::object> body_object(const net::HttpRequest& request) {
  auto value = body_json(request);
  if (!value || !value->is_object()) return fail(ErrorKind::kInvalid, "the body must be a JSON object");
  return std::move(value->get_object());
}

Result<std::string> member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (!value || value->is_null()) return std::string();
  if (!value->is_string()) return fail(ErrorKind::kInvalid, fmt::format("\"{}\" must be a string", name));
  return std::string(std::string_view(value->get_string()));
}

}  // namespace claw::sim
