#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "whatsapp/graph_json.hpp"
#include "whatsapp/outgoing.hpp"

namespace claw::whatsapp {

/// A message template in one language, as Meta tells of it (cloud-api 2.1, 2.7).
struct MessageTemplate {
  std::string id;
  std::string name;
  std::string language;           ///< "en_US"
  std::string category;           ///< AUTHENTICATION, MARKETING, UTILITY
  std::string status;             ///< APPROVED, PENDING, REJECTED, PAUSED, DISABLED, …
  std::string quality;            ///< GREEN, YELLOW, RED, UNKNOWN; empty: not told.
  std::string reason;             ///< Why it is rejected, paused or disabled, in Meta's words; else empty.
  bool named = false;             ///< Its variables have names, {{first_name}}, in place of numbers, {{1}}.
  std::string components = "[]";  ///< A JSON array, as Meta has it.
  bool operator==(const MessageTemplate&) const = default;
};

/// What to ask for, as ?fields= has it.
inline constexpr std::string_view kTemplateFields =
    "id,name,language,category,status,parameter_format,components,quality_score,rejected_reason";

struct TemplatePage {
  std::vector<MessageTemplate> templates;
  std::string after;  ///< The cursor of the next page; empty: there is none.
};

/// The answers to GET /{WABA id}/message_templates, GET /{template id} and POST /{WABA id}/message_templates; of the
/// last one with what Meta tells alone: id, status, category. Each fails with Meta's error, or with one that has no
/// error object where the answer is not what was asked for.
[[nodiscard]] std::expected<TemplatePage, GraphError> parse_templates_answer(int http_status, std::string_view body);
[[nodiscard]] std::expected<MessageTemplate, GraphError> parse_template_answer(int http_status, std::string_view body);
[[nodiscard]] std::expected<MessageTemplate, GraphError> parse_created_answer(int http_status, std::string_view body);

/// The answers to POST /{app id}/uploads (the session) and POST /{session} (the handle of what was uploaded).
[[nodiscard]] std::expected<std::string, GraphError> parse_upload_session(int http_status, std::string_view body);
[[nodiscard]] std::expected<std::string, GraphError> parse_upload_handle(int http_status, std::string_view body);

/// What a webhook tells of a template. What is empty was not told.
struct TemplateNews {
  std::string id;
  std::string name;
  std::string language;
  std::string status;
  std::string quality;
  std::string category;
  std::string reason;  ///< Of the status.
  bool gone = false;   ///< It was deleted.
  bool operator==(const TemplateNews&) const = default;
};

/// The value of a change (Change::view.data). Nothing for a field that does not tell of templates, and for what names
/// no template.
[[nodiscard]] std::optional<TemplateNews> read_template_news(std::string_view field, std::string_view value);

/// Why Meta would not send a template of this status, and with which of its codes; nothing where it would, or where we
/// cannot know. `reason` is Meta's, and may be empty.
struct TemplateRefusal {
  std::int64_t code = 0;  ///< 132015 paused, 132016 disabled, 132001 else.
  std::string words;      ///< For a tenant's admin: what is wrong, and whose move it is.
};
[[nodiscard]] std::optional<TemplateRefusal> refusal_of(const MessageTemplate& of);

/// Which template a message sends; nothing for a message of another type.
struct TemplateName {
  std::string name;
  std::string language;
};
[[nodiscard]] std::optional<TemplateName> template_named_in(const Outgoing& message);

/// A place in a template that a send fills.
struct TemplateVariable {
  enum class Kind : std::uint8_t {
    kText,     ///< Words.
    kFile,     ///< A file by one of our ids or Meta's, or an https link.
    kNumber,   ///< Latitude or longitude.
    kUrlEnd,   ///< What comes behind the address of a button.
    kCode,     ///< A coupon that a button copies.
    kPayload,  ///< What a webhook gives back when somebody presses the button; people do not see it.
    kTime,     ///< When an offer ends, in milliseconds since 1970.
  };
  std::string key;    ///< "header.1", "body.first_name", "header.image", "button.0", "card.1.body.2"
  std::string label;  ///< "{{1}}", "Picture of the header", for people.
  Kind kind = Kind::kText;
  bool is_needed = true;
  std::string example = {};  ///< What stood there when Meta looked at it; may be empty.
};
[[nodiscard]] std::string_view to_string(TemplateVariable::Kind kind);

/// What is wrong with the values for a template.
struct TemplateProblem {
  std::string variable;  ///< The key; empty: it is about the whole.
  std::string words;
};

/// A template with values in it.
struct TemplatePreview {
  std::vector<TemplateVariable> variables;  ///< In the order people read them.
  std::vector<TemplateProblem> problems;    ///< Empty: it can be sent.
  /// How it reads, a JSON object: `{"header": {"format": "TEXT", "text"?, "file"?}, "body", "footer", "buttons":
  /// [{"type", "text", "url"?, "phone_number"?}], "offer"?, "cards": [{header, body, buttons}]}`. What has no value
  /// keeps its variable: "Hello {{1}}".
  std::string shown;
  /// The Cloud API message object without a receiver: `{"type": "template", "template": {…}}`; what has no value is
  /// left out.
  std::string message;
};
/// `values` by the keys of the variables; other keys are a problem. Never fails: a template that Meta made in a way
/// that we do not know is shown as far as it goes, and the problem says so.
[[nodiscard]] TemplatePreview preview_template(const MessageTemplate& of,
                                               const std::map<std::string, std::string>& values);

/// What Meta would not take of a template that is to be made, `{"name", "language", "category", "parameter_format"?,
/// "components": […]}` (limits of cloud-api 2.3); nothing where all is as it must be.
[[nodiscard]] std::optional<OutgoingFault> fault_in_new_template(std::string_view request);

}  // namespace claw::whatsapp
