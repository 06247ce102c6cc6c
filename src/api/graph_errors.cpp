#include "api/graph_errors.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/crypto.hpp"

namespace claw {

net::HttpResponse graph_problem(const GraphProblem& problem) {
  boost::json::object error{{"message", fmt::format("(#{}) {}", problem.code, problem.message)},
                            {"type", "OAuthException"},
                            {"code", problem.code}};
  if (problem.subcode != 0) error["error_subcode"] = problem.subcode;
  if (!problem.details.empty()) error["error_data"] = {{"messaging_product", "whatsapp"}, {"details", problem.details}};
  error["fbtrace_id"] = "CC" + to_hex(random_bytes(8));
  return net::json_response(problem.status, boost::json::serialize(boost::json::object{{"error", std::move(error)}}));
}

}  // namespace claw
