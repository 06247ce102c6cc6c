#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <variant>

#include <boost/json/fwd.hpp>

#include "simulator/graph_error.hpp"

namespace claw::sim {

/// What POST /{phone number id}/messages can ask for.
struct SendText {
  std::string input{};  ///< As it stood in the request, for the answer.
  std::string to{};     ///< Digits, or empty.
  std::string user_id{};
  std::string text{};
  std::string reply_to{};
  std::string callback_data{};
  bool has_callback_data = false;
};
struct MarkRead {
  std::string message_id{};
  bool typing = false;
};
using SendRequest = std::variant<SendText, MarkRead>;

/// Reads and checks the body of a messages call as Meta's documents describe it. Pure.
///
/// Limits are Meta's: text 4096 characters, biz_opaque_callback_data 512.
[[nodiscard]] std::expected<SendRequest, GraphError> read_send(std::string_view body);

/// The number of Unicode characters in valid UTF-8.
[[nodiscard]] std::size_t characters(std::string_view text);

}  // namespace claw::sim
