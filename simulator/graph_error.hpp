#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace claw::sim {

/// A refusal in Graph's words. The codes are those of Meta's list; `details` goes to error_data where not empty.
struct GraphError {
  int http = 400;
  int code = 100;
  std::string message{};  ///< With the "(#code) Title" that Graph puts in front.
  std::string details{};
  std::string type = "OAuthException";
  int subcode = 0;  ///< 0: left out, as it is since v16 for all but unknown objects.
};

/// {"error":{message,type,code,error_subcode?,error_data?,fbtrace_id}}
[[nodiscard]] std::string error_body(const GraphError& error, std::string_view trace);

namespace errors {

[[nodiscard]] GraphError no_token();
[[nodiscard]] GraphError bad_token();
[[nodiscard]] GraphError bad_proof();
[[nodiscard]] GraphError missing_proof();
/// `verb` is "get" or "post".
[[nodiscard]] GraphError unknown_object(std::string_view verb, std::string_view id);
[[nodiscard]] GraphError unknown_path(std::string_view path);
/// A required member is not there (100).
[[nodiscard]] GraphError missing(std::string_view parameter);
/// A required member inside of an object is not there (131008).
[[nodiscard]] GraphError missing_inside(std::string_view parameter);
/// A member has a value that it cannot have (100).
[[nodiscard]] GraphError invalid(std::string details);
/// A member names something that is not there (131009).
[[nodiscard]] GraphError bad_value(std::string details);
[[nodiscard]] GraphError own_number();
/// An upload of a type that Meta does not take (100).
[[nodiscard]] GraphError wrong_file_type(std::string_view mime_type);
/// A file that is too large, empty, or of another kind than the message (131053).
[[nodiscard]] GraphError wrong_file(std::string details);
[[nodiscard]] GraphError unsupported_type(std::string_view type);
[[nodiscard]] GraphError callback_not_verified(std::string_view reason);

}  // namespace errors
}  // namespace claw::sim
