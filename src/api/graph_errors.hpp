#pragma once

#include <string_view>

#include "net/http.hpp"

namespace claw {

/// An error in the shape of Meta's Graph API. Only for .cpp files of api/.
struct GraphProblem {
  int status = 400;
  std::int64_t code = 100;
  std::int64_t subcode = 0;
  std::string_view message;
  std::string_view details = {};
};
[[nodiscard]] net::HttpResponse graph_problem(const GraphProblem& problem);

}  // namespace claw
