#include "api/problem.hpp"

#include <boost/json.hpp>

namespace claw {

net::HttpResponse problem(int status, std::string_view title, std::string_view detail) {
  return problem(status, title, detail, {});
}

net::HttpResponse problem(int status, std::string_view title, std::string_view detail,
                          const boost::json::object& more) {
  boost::json::object body{{"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", detail}};
  for (const auto& [name, value] : more) body[name] = value;
  auto response = net::json_response(status, boost::json::serialize(body) + "\n");
  response.content_type = "application/problem+json";
  if (status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
  if (status == 503) response.headers.push_back({"Retry-After", "2"});
  return response;
}

net::HttpResponse problem_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kInvalid:
      return problem(400, "Bad request", error.message);
    case ErrorKind::kNotFound:
      return problem(404, "Not found", error.message);
    case ErrorKind::kConflict:
      return problem(409, "Conflict", error.message);
    case ErrorKind::kStale:
      return problem(412, "Precondition failed", error.message);
    case ErrorKind::kUnauthorized:
      return problem(401, "Not signed in", error.message);
    default:
      break;
  }
  return problem(503, "Try again later", "The gateway cannot do this now. Nothing is wrong with the request.");
}

}  // namespace claw
