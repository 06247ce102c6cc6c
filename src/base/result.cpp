#include "base/result.hpp"

namespace claw {

const char* to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalid:
      return "invalid";
    case ErrorKind::kNotFound:
      return "not_found";
    case ErrorKind::kConflict:
      return "conflict";
    case ErrorKind::kStale:
      return "stale";
    case ErrorKind::kUnauthorized:
      return "unauthorized";
    case ErrorKind::kTransient:
      return "transient";
    case ErrorKind::kAmbiguous:
      return "ambiguous";
    case ErrorKind::kStopping:
      return "stopping";
    case ErrorKind::kFatal:
      return "fatal";
  }
  return "unknown";
}

}  // namespace claw
