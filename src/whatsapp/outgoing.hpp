#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "whatsapp/graph_json.hpp"
#include "whatsapp/webhook.hpp"

namespace claw::whatsapp {

/// A message to somebody, without its receiver.
struct Outgoing {
  std::string type = "text";  ///< As Meta calls it: text, image, interactive, template, …
  /// view.text: of a text its words, of all else how it reads for people and models ("[image] The menu"). view.data:
  /// `{}` for a plain text; else what was recognised, as in AgentView, with the Cloud API's own members under
  /// `message`, without type and receiver: `{"message": {"image": {"link": …}, "context": {"message_id": …}}}`.
  AgentView view;

  Outgoing() : Outgoing(std::string()) {}
  Outgoing(std::string of_type, AgentView shown) : type(std::move(of_type)), view(std::move(shown)) {}
  /// A text, as it is.
  Outgoing(std::string words) : view{std::move(words), "{}"} {}  // NOLINT(google-explicit-constructor)
  Outgoing(const char* words) : Outgoing(std::string(words)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool is_text() const { return type == "text"; }
  bool operator==(const Outgoing&) const = default;
};

/// What Meta would not take, found before anything was sent.
struct OutgoingFault {
  std::string field;  ///< "interactive.action.buttons[0].reply.title"
  std::string limit;  ///< "at most 20 characters"
  std::string given;  ///< "27"; empty where nothing was given.
  /// All of it in a sentence: "interactive.action.buttons[0].reply.title: at most 20 characters, given 27".
  [[nodiscard]] std::string words() const;
};

/// Reads a Cloud API message object, `{"type": "image", "image": {…}, "context"?: …}`, and holds it to Meta's limits
/// (cloud-api 2.3). Members about the receiver are passed over; `type` may be missing where one member names it.
/// A file of ours is named by its id where Meta's would stand, or by a link.
[[nodiscard]] std::expected<Outgoing, OutgoingFault> read_outgoing(std::string_view message);

/// The body of POST /{phone number id}/messages. `callback_data` takes the place of the message's own.
/// REQUIRES: phone, bsuid or group is set.
[[nodiscard]] std::string message_json(const Recipient& to, const Outgoing& message, std::string_view callback_data);

/// What the client gave as biz_opaque_callback_data, else empty.
[[nodiscard]] std::string own_callback_data(const Outgoing& message);

/// Calls `each` with the id of every file in the message (image, header, cards, parameters of a template) and puts its
/// answer in the id's place, wherever it is another.
void replace_file_ids(Outgoing& message, const std::function<std::string(const std::string& id)>& each);

}  // namespace claw::whatsapp
