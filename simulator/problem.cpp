#include "simulator/problem.hpp"

#include <boost/json.hpp>

namespace claw::sim {

net::HttpResponse problem(int status, std::string_view title, std::string_view detail) {
  net::HttpResponse response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = boost::json::serialize(
      boost::json::object{{"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", detail}});
  return response;
}

net::HttpResponse problem(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kInvalid:
      return problem(400, "That cannot be", error.message);
    case ErrorKind::kNotFound:
      return problem(404, "Not there", error.message);
    case ErrorKind::kTransient: {
      auto response = problem(503, "Try again soon", error.message);
      response.headers.push_back({"Retry-After", "1"});
      return response;
    }
    default:
      return problem(500, "The simulator failed", error.message);
  }
}

}  // namespace claw::sim
