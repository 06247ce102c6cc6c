#include "simulator/send_request.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "simulator/ids.hpp"
#include "simulator/words.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxBody = 1024 * 1024;  ///< Ours: Meta names none, and the thread keeps what is sent.
constexpr std::size_t kMaxText = 4096;
constexpr std::size_t kMaxCallbackData = 512;
constexpr auto kContentTypes = std::to_array<std::string_view>(
    {"audio", "contacts", "document", "image", "interactive", "location", "reaction", "sticker", "video"});

using Refusal = std::unexpected<GraphError>;

/// The string member of that name; nullptr if it is missing or null. Other kinds are `wrong`.
const json::string* text_of(const json::object& object, std::string_view name, bool& wrong) {
  const json::value* value = object.if_contains(name);
  if (!value || value->is_null()) return nullptr;
  if (!value->is_string()) wrong = true;
  return value->if_string();
}

std::expected<std::string, GraphError> optional_text(const json::object& object, std::string_view name) {
  bool wrong = false;
  const json::string* text = text_of(object, name, wrong);
  if (wrong) return Refusal(errors::invalid(fmt::format("Param {} must be a string.", name)));
  return text ? std::string(std::string_view(*text)) : std::string();
}

std::expected<SendRequest, GraphError> read_mark(const json::object& object) {
  const auto status = optional_text(object, "status");
  if (!status) return Refusal(status.error());
  if (*status != "read")
    return Refusal(errors::invalid(fmt::format("Param status must be one of {{read}} - got \"{}\".", *status)));
  const auto id = optional_text(object, "message_id");
  if (!id) return Refusal(id.error());
  if (id->empty()) return Refusal(errors::missing("message_id"));
  MarkRead mark{.message_id = *id};
  if (const json::value* typing = object.if_contains("typing_indicator")) {
    const json::value* type = typing->is_object() ? typing->get_object().if_contains("type") : nullptr;
    if (!type) return Refusal(errors::missing_inside("typing_indicator['type']"));
    if (*type != "text") return Refusal(errors::invalid("Param typing_indicator['type'] must be one of {text}."));
    mark.typing = true;
  }
  return mark;
}

std::expected<void, GraphError> read_recipient(const json::object& object, SendMessage& send) {
  // A phone number is sometimes sent as a number; Graph takes that too.
  const json::value* number = object.if_contains("to");
  auto to = number && number->is_int64() ? std::expected<std::string, GraphError>(std::to_string(number->get_int64()))
                                         : optional_text(object, "to");
  if (!to) return Refusal(to.error());
  const auto recipient = optional_text(object, "recipient");
  if (!recipient) return Refusal(recipient.error());
  const json::value* recipient_type = object.if_contains("recipient_type");
  if (recipient_type && *recipient_type == "group") {
    if (to->empty()) return Refusal(errors::missing("to"));
    send.input = send.group = *to;
    return {};
  }
  if (!to->empty()) {
    // If both are there, the phone number wins.
    send.input = *to;
    send.to = phone_digits(*to);
    if (send.to.empty()) return Refusal(errors::bad_value(fmt::format("\"{}\" is not a phone number.", *to)));
  } else if (!recipient->empty()) {
    send.input = send.user_id = *recipient;
    if (!is_bsuid(*recipient))
      return Refusal(errors::bad_value(fmt::format("\"{}\" is not a business-scoped user ID.", *recipient)));
  } else {
    return Refusal(errors::missing("to"));
  }
  return {};
}

std::expected<void, GraphError> read_text(const json::object& object, SendMessage& send) {
  const json::value* text = object.if_contains("text");
  if (!text || !text->is_object()) return Refusal(errors::missing_inside("text"));
  const auto body = optional_text(text->get_object(), "body");
  if (!body) return Refusal(body.error());
  if (body->empty()) return Refusal(errors::missing("text['body']"));
  if (characters(*body) > kMaxText)
    return Refusal(errors::invalid(fmt::format("Param text['body'] must be at most {} characters long.", kMaxText)));
  send.text = *body;
  return {};
}

/// The type in lower case.
std::expected<std::string, GraphError> read_type(const json::object& object) {
  const auto recipient_type = optional_text(object, "recipient_type");
  if (!recipient_type) return Refusal(recipient_type.error());
  if (!recipient_type->empty() && *recipient_type != "individual" && *recipient_type != "INDIVIDUAL" &&
      *recipient_type != "group")
    return Refusal(errors::invalid("Param recipient_type must be one of {individual, group}."));
  auto type = optional_text(object, "type");
  if (!type) return Refusal(type.error());
  *type = lower_case(*std::move(type));
  if (type->empty()) return "text";
  if (*type == "text" || std::ranges::find(kContentTypes, *type) != kContentTypes.end()) return type;
  if (*type == "pin") return Refusal(errors::unsupported_type(*type));
  return Refusal(errors::invalid(fmt::format(
      "Param type must be one of {{AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, REACTION, STICKER, "
      "TEMPLATE, TEXT, VIDEO}} - got \"{}\".",
      *type)));
}

std::expected<void, GraphError> read_extras(const json::object& object, SendMessage& send) {
  const auto data = optional_text(object, "biz_opaque_callback_data");
  if (!data) return Refusal(data.error());
  if (characters(*data) > kMaxCallbackData)
    return Refusal(errors::invalid(
        fmt::format("Param biz_opaque_callback_data must be at most {} characters long.", kMaxCallbackData)));
  send.callback_data = *data;
  send.has_callback_data = !data->empty();
  if (const json::value* context = object.if_contains("context"); context && !context->is_null()) {
    if (!context->is_object()) return Refusal(errors::invalid("Param context must be an object."));
    const auto id = optional_text(context->get_object(), "message_id");
    if (!id) return Refusal(id.error());
    if (id->empty()) return Refusal(errors::missing_inside("context['message_id']"));
    send.reply_to = *id;
  }
  return {};
}

}  // namespace

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

std::expected<SendRequest, GraphError> read_send(std::string_view body) {
  if (body.size() > kMaxBody) return Refusal(errors::invalid("The request body is too large."));
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  if (error || !value.is_object()) return Refusal(errors::invalid("The request body is not a JSON object."));
  const json::object& object = value.get_object();

  const auto product = optional_text(object, "messaging_product");
  if (!product) return Refusal(product.error());
  if (product->empty()) return Refusal(errors::missing("messaging_product"));
  if (*product != "whatsapp")
    return Refusal(
        errors::invalid(fmt::format("Param messaging_product must be one of {{WHATSAPP}} - got \"{}\".", *product)));
  if (object.contains("status")) return read_mark(object);

  SendMessage send;
  if (auto ok = read_recipient(object, send); !ok) return Refusal(ok.error());
  auto type = read_type(object);
  if (!type) return Refusal(type.error());
  send.type = std::move(*type);
  if (send.type == "text") {
    if (auto ok = read_text(object, send); !ok) return Refusal(ok.error());
  } else {
    auto content = read_content(object, send.type);
    if (!content) return Refusal(content.error());
    send.content = std::move(content->content);
    send.voice = content->voice;
    send.media = std::move(content->media);
  }
  if (auto ok = read_extras(object, send); !ok) return Refusal(ok.error());
  return send;
}

}  // namespace claw::sim
