#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace claw::whatsapp {

/// What one item of a webhook is. The numbers are stored: never reuse one.
enum class ItemKind : std::uint8_t {
  kUnparsed = 0,  ///< Signed bytes that are not a webhook as we know it.
  kMessage = 1,   ///< value.messages[k]
  kStatus = 2,    ///< value.statuses[k] of a message
  kEcho = 3,      ///< value.message_echoes[k]: the business wrote from its phone app
  kCall = 4,      ///< value.calls[k], or a status of type `call`
  kChange = 5,    ///< Any other change: templates, account, preferences, value.errors[] alone, unknown fields
};

/// One item of a webhook body: the unit that is stored, ordered and deduplicated.
struct WebhookItem {
  ItemKind kind = ItemKind::kUnparsed;
  std::string waba_id;          ///< entry.id; the portfolio's id in some account updates.
  std::string phone_number_id;  ///< value.metadata.phone_number_id; empty where there is no metadata.
  /// Of a message, echo, call or preference its person: a valid BSUID, else the phone's digits, else the id as it came.
  /// Of a status its callback data. Else empty.
  std::string slot_key;
  std::string raw;  ///< A webhook body that holds exactly this item, its contacts and metadata.
};

/// Cuts a signed webhook body into its items: every entry, every change, every item, in array order.
///
/// A body with one item is kept byte for byte in `raw`; one with several is cut into bodies of one item each, in the
/// same envelope. What is no JSON, no valid UTF-8, nested deeper than 64, or of another shape gives one kUnparsed item
/// with all the bytes; an entry or change that alone has another shape gives a kUnparsed item with its bytes, and its
/// neighbours go on. A change whose arrays are empty is a kChange. Never fails, never throws.
///
/// What items have in common (metadata, errors, unknown members) goes along with each; of the contacts the one that
/// matches, or all if none does and they are few. A change that would grow beyond 64 MiB by that is kept whole, as
/// kUnparsed.
[[nodiscard]] std::vector<WebhookItem> split_webhook(std::string_view body);

/// Who an item is about, as far as Meta tells. Any field may be empty.
struct Person {
  std::string phone;  ///< Digits. From `from`/`wa_id` unless that holds a BSUID.
  std::string bsuid;  ///< "US.1349…": `^[A-Z]{2}\.[A-Za-z0-9]{1,128}$`; an invalid one is left empty.
  std::string parent_bsuid;
  std::string name;  ///< profile.name: a label, never identity.
  std::string username;
};

/// What an agent sees of a message: text that reads well, and the same as data.
struct AgentView {
  std::string text;  ///< "Where is my order?", "[image] invoice", "[location] Office, 52.52, 13.40"
  std::string data;  ///< A JSON object: the parts by name (reply_to, button, media, location, order, flow, referral …).

  bool operator==(const AgentView&) const = default;
};

/// A file in a message. It is fetched by its id: the URL lives 5 minutes.
struct Media {
  std::string id;  ///< Empty: the message carries none.
  std::string mime_type;
  std::string sha256;  ///< Base64, as Meta sends it.
  std::string filename;
  std::string url;
  bool voice = false;  ///< Recorded in the chat: what a transcriber is for.
};

/// value.messages[k] and value.message_echoes[k].
struct Message {
  std::string id;  ///< wamid
  std::string type;
  std::int64_t timestamp_s = 0;  ///< 0 where missing or not a number.
  Person from;                   ///< The person: sender of a message, receiver of an echo.
  std::string group_id;
  std::string reply_to;  ///< context.id
  AgentView view;
  /// The words of a text message alone; what a command or an echo agent works on. Empty for all other types.
  std::string body;
  std::string target;  ///< The message that a reaction, an edit or a revocation is about.
  Media media;         ///< Of an edited message: the new one.
  Person changed_to;   ///< Of a system message about a new number or user id: the new ones. `from` has the old.
};

struct StatusError {
  std::int64_t code = 0;
  std::string title, message, details;
};

/// value.statuses[k] of a message.
struct Status {
  std::string id;      ///< wamid of the message that was sent
  std::string status;  ///< sent, delivered, read, played, failed, or a word we do not know yet
  std::int64_t timestamp_s = 0;
  Person recipient;
  std::string participant;  ///< Of a group status: recipient_participant_id or _user_id.
  std::string group_id;     ///< Of a group status; `recipient` is then the participant.
  std::string callback_data;
  std::vector<StatusError> errors;
  std::string pricing;       ///< JSON object or empty.
  std::string conversation;  ///< JSON object or empty.
};

/// value.calls[k], or a status of type `call`.
struct Call {
  std::string id;
  std::string event;  ///< connect, terminate, or the status in lower case
  std::int64_t timestamp_s = 0;
  Person from;
  AgentView view;
};

/// A group, as a change about it names it.
struct GroupName {
  std::string id;
  std::string name;  ///< Its subject.
};

/// Everything else.
struct Change {
  std::string field;  ///< Empty for kUnparsed.
  std::string event;  ///< value.event where there is one, else the item's own category ("marketing_messages", …)
  std::int64_t timestamp_s = 0;
  AgentView view;                      ///< view.text: one line for an operator; view.data: what was recognised.
  Person about;                        ///< Of user_preferences and user_id_update: the user (by the old id).
  Person changed_to;                   ///< Of user_id_update: the new id.
  std::vector<GroupName> groups = {};  ///< Of a group's lifecycle and settings, where they tell its subject.
};

/// An item with what accepting it needs.
struct Event {
  ItemKind kind = ItemKind::kUnparsed;
  std::string waba_id;
  std::string phone_number_id;
  std::string field;
  /// What a redelivery has in common with the first one, without tenant:
  /// message: number + id; status: id + status + participant; call: id + event; else field, entry id, time, hash of the
  /// change. Begins with the kind.
  std::string dedupe_key;
  /// Meta's own time of the item, which redelivery does not change; 0 if it has none.
  std::int64_t timestamp_s = 0;
  std::variant<Change, Message, Status, Call> what;
};

/// Reads one item's `raw` (WebhookItem::raw); of several items in it the first of its kind. Missing or odd fields are
/// left empty, never an error: one bad field costs that field. What cannot be read at all is a Change with kind
/// kUnparsed.
[[nodiscard]] Event parse_item(ItemKind kind, std::string_view raw);

/// True for `^[A-Z]{2}\.[A-Za-z0-9]{1,128}$` (cloud-api: business-scoped user ids).
[[nodiscard]] bool is_bsuid(std::string_view text);

}  // namespace claw::whatsapp
