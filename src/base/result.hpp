#pragma once

#include <expected>
#include <string>
#include <utility>

namespace claw {

/// What a caller may do about a failure. The message beside it is for the log; a client gets another text.
enum class ErrorKind {
  kInvalid,       ///< The input is wrong; the same call can never succeed. Reject it and say why.
  kNotFound,      ///< What was named is not there.
  kConflict,      ///< What was named is there already, or stands against it.
  kStale,         ///< What was to be changed is another by now than the caller saw: read it again.
  kUnauthorized,  ///< The caller is not who it says, or may not do this.
  kTransient,     ///< It did not work now and may work later: the same call may be repeated.
  kAmbiguous,     ///< It may have happened or not: repeating it could make it happen twice.
  kStopping,      ///< The process is going down; whatever was asked must be asked again after the restart.
  kFatal,         ///< Nothing of this kind will work until someone acts (a damaged file, a missing key).
};

struct Error {
  ErrorKind kind;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return std::unexpected(Error{kind, std::move(message)});
}

/// The name of a kind as it stands in logs: "transient".
[[nodiscard]] const char* to_string(ErrorKind kind);

}  // namespace claw
