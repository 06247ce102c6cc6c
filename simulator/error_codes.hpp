#pragma once

#include <string_view>

#include "simulator/graph_error.hpp"

namespace claw::sim {

/// One line of Meta's list of error codes.
struct KnownError {
  int code = 0;
  int http = 400;
  std::string_view title;
  std::string_view details;
};

/// The error with that code; nullptr where Meta's list has none. Constant.
[[nodiscard]] const KnownError* find_error(int code);

/// That error as Graph answers it, with its status and details. A code that is not in the list is answered 400.
[[nodiscard]] GraphError known_error(int code);

}  // namespace claw::sim
