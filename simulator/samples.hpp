#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>

namespace claw::sim {

/// Files that templates are to show as their examples, as far as they are told of: Meta keeps the bytes, this keeps
/// that they came. Not thread-safe.
struct Samples {
  struct Session {
    std::string app;
    std::size_t length = 0;
    std::string mime_type;
  };
  std::map<std::string, Session, std::less<>> open;  ///< By "upload:…".
  std::set<std::string, std::less<>> handles;
};

}  // namespace claw::sim
