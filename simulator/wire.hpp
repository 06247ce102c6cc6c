#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "base/clock.hpp"
#include "simulator/numbers.hpp"

namespace claw::sim {

/// JSON as Meta puts it on the wire: pure ASCII, what is not ASCII as \uXXXX (lower case, surrogate pairs beyond the
/// BMP), and `/` as `\/`. The signature is over exactly these bytes.
[[nodiscard]] std::string wire_json(const boost::json::value& value);

/// "sha256=" and the lower-case hex HMAC of `body`: the value of X-Hub-Signature-256.
[[nodiscard]] std::string signature_of(std::string_view app_secret, std::string_view body);

/// A person as a business sees them.
struct Sender {
  std::string wa_id;    ///< Empty where the business is not told: it is left out.
  std::string user_id;  ///< BSUID at the number's portfolio.
  std::string name;
  std::string username{};        ///< Empty: none.
  std::string parent_user_id{};  ///< Empty: none.
};

/// The webhook of one message. `message` has what stands in it beside sender, id, time and type. `reply_to` is the
/// wamid it quotes, or empty. A message of type system has no contacts.
[[nodiscard]] std::string message_webhook(const Number& number, const Sender& from, std::string_view id, TimePoint at,
                                          std::string_view type, const boost::json::object& message,
                                          std::string_view reply_to);

/// The webhook of one change of any field. `time` stands in the entry where it is told.
[[nodiscard]] std::string change_webhook(std::string_view waba, std::string_view field, boost::json::object value,
                                         std::optional<TimePoint> time);

/// What a status webhook tells besides its name.
struct StatusFacts {
  std::string id{};      ///< wamid
  std::string status{};  ///< sent | delivered | read | played | failed
  TimePoint at{};
  std::string callback_data{};  ///< biz_opaque_callback_data as it was sent; left out where it is not set.
  bool has_callback_data = false;
  bool priced = false;  ///< Meta prices the `sent` and one of `delivered` and `read`.
  /// Graph version of the send. Up to v23 a conversation stands beside the price; v24 left it out.
  int version = 25;
  std::string category{};  ///< Of a template; empty: a free-form message, which costs nothing.
  TimePoint sent_at{};     ///< Beginning of the conversation that v23 tells.
  int error_code = 0;      ///< For `failed`.
  std::string error_title{}, error_details{};
  std::string group{};  ///< Of a message to a group: its id, and the person is a participant.
};

/// The webhook of one status. `to` has its user_id empty where Meta would not tell it (a failed send by phone number).
[[nodiscard]] std::string status_webhook(const Number& number, const Sender& to, const StatusFacts& facts);

}  // namespace claw::sim
