#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <variant>

#include <boost/json/value.hpp>

#include "simulator/graph_error.hpp"
#include "simulator/send_content.hpp"

namespace claw::sim {

/// What POST /{phone number id}/messages can ask for.
struct SendMessage {
  std::string input{};  ///< As it stood in the request, for the answer.
  std::string to{};     ///< Digits, or empty.
  std::string user_id{};
  std::string group{};  ///< A group's id; then both are empty.
  std::string type = "text";
  std::string text{};             ///< Of a text.
  boost::json::value content{};   ///< Of any other type.
  bool voice = false;             ///< It is a recording.
  std::vector<MediaUse> media{};  ///< Files that must be there.
  std::string reply_to{};
  std::string callback_data{};
  bool has_callback_data = false;
};
struct MarkRead {
  std::string message_id{};
  bool typing = false;
};
using SendRequest = std::variant<SendMessage, MarkRead>;

/// Reads and checks the body of a messages call as Meta's documents describe it. Pure.
///
/// Limits are Meta's: text 4096 characters, biz_opaque_callback_data 512.
[[nodiscard]] std::expected<SendRequest, GraphError> read_send(std::string_view body);

/// The number of Unicode characters in valid UTF-8.
[[nodiscard]] std::size_t characters(std::string_view text);

}  // namespace claw::sim
