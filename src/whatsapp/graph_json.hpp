#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace claw::whatsapp {

/// To whom a message goes. Phone and BSUID may both be set; then the phone number wins, as it does at Meta. A message
/// to a group goes to nobody else.
struct Recipient {
  std::string phone;
  std::string bsuid;
  std::string group = {};
};

/// The body that marks an inbound message read, with the typing indicator where asked (it lasts 25 s).
[[nodiscard]] std::string read_json(std::string_view wamid, bool typing);

/// What Meta said to a send.
struct SendAnswer {
  std::string wamid;
  std::string wa_id;
  std::string user_id;
  std::string message_status;
};

/// An error of the Graph API.
struct GraphError {
  int http_status = 0;
  std::int64_t code = 0;
  std::int64_t subcode = 0;
  std::string message;
  std::string details;
  std::string fbtrace_id;
  bool is_transient = false;
  bool has_error_object = false;  ///< False for HTML, an empty body, or JSON of another shape.

  bool operator==(const GraphError&) const = default;
};

/// Reads the answer to a send. A 2xx with messages[0].id is a SendAnswer; all else is an error: also a 2xx without id,
/// HTML from a proxy, an empty body.
[[nodiscard]] std::expected<SendAnswer, GraphError> parse_send_answer(int http_status, std::string_view body);

/// Reads the answer to read/typing: {"success":true}.
[[nodiscard]] std::expected<void, GraphError> parse_success_answer(int http_status, std::string_view body);

}  // namespace claw::whatsapp
