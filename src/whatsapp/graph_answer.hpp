#pragma once
// Private to this folder: what every reader of an answer of the Graph API begins with.

#include "whatsapp/graph_json.hpp"
#include "whatsapp/json.hpp"

namespace claw::whatsapp {

[[nodiscard]] inline bool is_success(int http_status) {
  return http_status >= 200 && http_status < 300;
}

/// The error in `answer`, which may be null; where it has none, `without_error_object` stands for Meta's words.
[[nodiscard]] GraphError error_of(int http_status, const json::object* answer, std::string_view without_error_object);

/// Runs `read` on the answer's object; an answer that is none is an error.
template <class T, class Read>
std::expected<T, GraphError> parse_answer(int http_status, std::string_view body, Read read) {
  const auto parsed = parse_json(body);
  const auto* answer = parsed ? parsed->if_object() : nullptr;
  if (!answer) return std::unexpected(error_of(http_status, nullptr, body.empty() ? "empty body" : "no JSON object"));
  return read(*answer);
}

}  // namespace claw::whatsapp
