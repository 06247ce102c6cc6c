#include "whatsapp/change_view.hpp"

#include <array>

#include <fmt/format.h>

#include "whatsapp/message_view.hpp"
#include "whatsapp/person.hpp"

namespace claw::whatsapp {
namespace {

/// A change's data grows with what Meta puts into it (a chat history: megabytes). Beyond this only a summary is shown;
/// the whole is in the raw item.
constexpr std::size_t kMaxChangeData = 16U << 10;

using Sentence = std::string (*)(const json::object& value);

/// `Template "order_update" (en_US)`
std::string template_name(const json::object& value) {
  const auto language = text_at(value, "message_template_language");
  return joined({fmt::format("Template \"{}\"", text_at(value, "message_template_name")),
                 language.empty() ? "" : "(" + language + ")"},
                " ");
}

std::string template_status(const json::object& value) {
  const auto reason = text_at(value, "reason");
  std::string why = reason == "NONE" ? "" : reason;
  if (const auto* rejection = find_object(value, "rejection_info")) {
    why = joined({why, text_at(*rejection, "reason"), text_at(*rejection, "recommendation")}, ". ");
  }
  if (const auto* other = find_object(value, "other_info")) {
    why = joined({why, text_at(*other, "title"), text_at(*other, "description")}, ". ");
  }
  std::string until;
  if (const auto* disable = find_object(value, "disable_info")) until = " (" + summary_of(*disable) + ")";
  return joined({fmt::format("{} is {}{}", template_name(value), text_at(value, "event"), until), why}, ": ");
}

std::string template_category(const json::object& value) {
  const auto now = text_at(value, "new_category");
  const auto correct = text_at(value, "correct_category");
  if (!correct.empty() && correct != now) {
    return fmt::format("{} is {} but reads like {}: Meta will change its category and price", template_name(value), now,
                       correct);
  }
  return fmt::format("{} changed its category from {} to {}", template_name(value), text_at(value, "previous_category"),
                     now);
}

std::string template_correct_category(const json::object& value) {
  auto now = text_at(value, "category");
  if (now.empty()) now = text_at(value, "new_category");
  return fmt::format("{} is {} but reads like {}", template_name(value), now, text_at(value, "correct_category"));
}

std::string template_quality(const json::object& value) {
  return fmt::format("{} went from quality {} to {}", template_name(value), text_at(value, "previous_quality_score"),
                     text_at(value, "new_quality_score"));
}

std::string template_components(const json::object& value) {
  return template_name(value) + " has a new content";
}

std::string account_update(const json::object& value) {
  return account_sentence(text_at(value, "event"), value);
}

std::string account_alert(const json::object& value) {
  const auto* info = find_object(value, "alert_info");
  const auto& from = info ? *info : value;
  return joined({joined({"Account alert", text_at(from, "alert_severity"), text_at(from, "alert_type")}, " "),
                 text_at(from, "alert_description")},
                ": ");
}

std::string account_review(const json::object& value) {
  return "Meta's review of the account ended: " + text_at(value, "decision");
}

std::string phone_name(const json::object& value) {
  return joined({fmt::format("The name \"{}\" for {} is {}", text_at(value, "requested_verified_name"),
                             text_at(value, "display_phone_number"), text_at(value, "decision")),
                 text_at(value, "rejection_reason")},
                ": ");
}

std::string phone_quality(const json::object& value) {
  return fmt::format("{}: {}, messaging limit {}", text_at(value, "display_phone_number"), text_at(value, "event"),
                     joined({text_at(value, "old_limit"), text_at(value, "current_limit")}, " → "));
}

std::string security(const json::object& value) {
  return joined({fmt::format("{}: {}", text_at(value, "display_phone_number"), text_at(value, "event")),
                 text_at(value, "requester")},
                ", asked for by ");
}

std::string username(const json::object& value) {
  return fmt::format("The username \"{}\" for {} is {}", text_at(value, "username"),
                     text_at(value, "display_phone_number"), text_at(value, "status"));
}

std::string history(const json::object& value) {
  std::size_t threads = 0;
  std::string progress;
  if (const auto* chunks = find_array(value, "history")) {
    for (const auto& chunk : *chunks) {
      if (!chunk.is_object()) continue;
      if (const auto* list = find_array(chunk.get_object(), "threads")) threads += list->size();
      if (const auto* metadata = find_object(chunk.get_object(), "metadata")) progress = summary_of(*metadata);
      if (const auto* errors = find_array(chunk.get_object(), "errors")) progress = summary_of(*errors);
    }
  }
  return joined({fmt::format("Chat history of the phone app: {} conversations", threads), progress}, "; ");
}

std::string app_contacts(const json::object& value) {
  const auto* contacts = find_array(value, "state_sync");
  return fmt::format("Address book of the phone app: {} entries changed", contacts ? contacts->size() : 0);
}

std::string standby(const json::object& value) {
  // Without the words: this line may be shown where a message's text may not.
  const auto* messages = find_array(value, "messages");
  return fmt::format("Another app is answering a conversation of this number (messages: {})",
                     messages ? messages->size() : 0);
}

struct FieldView {
  std::string_view field;
  std::string_view title;  ///< With a summary of the value, where there is no sentence.
  Sentence sentence = nullptr;
};

constexpr std::array<FieldView, 34> kFields = {{
    {"account_alerts", "Account alert", account_alert},
    {"account_review_update", "Account review", account_review},
    {"account_settings_update", "Settings of the number changed"},
    {"account_update", "Account update", account_update},
    {"automatic_events", "WhatsApp noticed an event in a chat"},
    {"business_capability_update", "The business's limits changed"},
    {"business_status_update", "The business's state changed"},
    {"business_username_updates", "Business username", username},
    {"consumer_profile", "A user's profile changed"},
    {"flows", "A form (flow) changed"},
    {"group_lifecycle_update", "A group was made, changed or deleted"},
    {"group_participants_update", "People joined or left a group"},
    {"group_settings_update", "A group's settings changed"},
    {"group_status_update", "A group's state changed"},
    {"history", "Chat history", history},
    {"message_template_components_update", "Template", template_components},
    {"message_template_quality_update", "Template", template_quality},
    {"message_template_status_update", "Template", template_status},
    {"messaging_handovers", "A conversation changed hands between apps"},
    {"partner_solutions", "A partner solution changed"},
    {"payment_configuration_update", "A payment configuration changed"},
    {"phone_number_name_update", "Display name", phone_name},
    {"phone_number_quality_update", "Quality of a number", phone_quality},
    {"security", "Security", security},
    {"smb_app_state_sync", "Address book", app_contacts},
    {"standby", "Another app is answering", standby},
    {"template_category_update", "Template", template_category},
    {"template_correct_category_detection", "Template", template_correct_category},
    {"tracking_events", "A tracked event"},
    {"messages", "A change without messages"},
    {"calls", "A change without calls"},
    {"smb_message_echoes", "A change without echoes"},
    {"message_echoes", "A change without echoes"},
    {"user_preferences", "A change without preferences"},
}};

/// The value without what the envelope says already.
json::object recognised(const json::object& value) {
  json::object out;
  for (const auto& member : value) {
    if (member.key() == "messaging_product" || member.key() == "metadata" || member.value().is_null()) continue;
    out[member.key()] = member.value();
  }
  return out;
}

void render_preference(const json::object& preference, Change& change) {
  const auto value = text_at(preference, "value");
  const auto said = value == "stop"     ? std::string("wants no more marketing messages")
                    : value == "resume" ? std::string("wants marketing messages again")
                    : value == "signup" ? std::string("signed up for marketing messages")
                                        : fmt::format("set {} to {}", text_at(preference, "category"), value);
  const auto& who = change.about.phone.empty() ? change.about.bsuid : change.about.phone;
  change.event = text_at(preference, "category");
  change.view.text =
      joined({fmt::format("{} {}", who.empty() ? "A user" : who, said), text_at(preference, "detail")}, ": ");
}

/// The user's old and new id stand in user_id.{previous,current}, or beside each other.
void render_user_id(const json::object& update, Change& change) {
  const auto* ids = find_object(update, "user_id");
  const auto& from = ids ? *ids : update;
  if (const auto previous = text_at(from, "previous"); is_bsuid(previous)) change.about.bsuid = previous;
  change.changed_to = person_of({text_at(update, "wa_id"), text_at(from, "current"), ""}, nullptr);
  change.view.text = fmt::format("The user id {} is now {}", change.about.bsuid, change.changed_to.bsuid);
}

/// A new group tells its subject itself; a changed one in group_subject, if the change was a success.
void read_groups(const json::object& value, Change& change) {
  const auto* groups = find_array(value, "groups");
  if (!groups) return;
  for (const auto& group : *groups) {
    const auto* object = group.if_object();
    if (!object) continue;
    GroupName found{text_at(*object, "group_id"), text_at(*object, "subject")};
    const auto* subject = find_object(*object, "group_subject");
    if (subject && is_true(*subject, "update_successful")) found.name = text_at(*subject, "text");
    if (!found.id.empty() && !found.name.empty()) change.groups.push_back(std::move(found));
  }
}

void render_errors(const json::array& errors, Change& change) {
  const auto* first = errors.front().if_object();
  change.event = "errors";
  change.view.text = first ? joined({"Meta reports error " + text_at(*first, "code"), text_at(*first, "title")}, ": ")
                           : "Meta reports an error";
}

void render_field(const json::object& value, Change& change) {
  const auto known = std::ranges::find(kFields, change.field, &FieldView::field);
  if (known == kFields.end()) {
    change.view.text = joined({fmt::format("[{}]", change.field), summary_of(recognised(value))}, " ");
  } else if (known->sentence) {
    change.view.text = known->sentence(value);
  } else {
    change.view.text = joined({std::string(known->title), summary_of(recognised(value))}, ": ");
  }
}

}  // namespace

void render_change(const json::object& value, const json::object* item, Change& change) {
  change.event = text_at(value, "event");
  const auto* errors = find_array(value, "errors");
  auto data = recognised(item ? *item : value);
  if (!item) change.about = person_of({}, contact_of({}, find_array(value, "contacts")));
  if (item) {
    const auto ids = ids_of(ItemKind::kChange, *item);
    change.about = person_of(ids, contact_of(ids, find_array(value, "contacts")));
    if (const auto own = number_at(*item, "timestamp"); own && *own > 0) change.timestamp_s = *own;
    change.field == "user_id_update" ? render_user_id(*item, change) : render_preference(*item, change);
  } else if (change.field == "user_id_update") {
    change.about = person_of(ids_of(ItemKind::kChange, value), nullptr);
    render_user_id(value, change);
  } else if (errors && !errors->empty()) {
    render_errors(*errors, change);
    data["errors"] = errors_view(errors);
  } else {
    if (change.field == "group_lifecycle_update" || change.field == "group_settings_update") read_groups(value, change);
    render_field(value, change);
  }
  change.view.data = write_json(data);
  if (change.view.data.size() > kMaxChangeData) {
    change.view.data = write_json(json::object{{"summary", change.view.text}, {"bytes", change.view.data.size()}});
  }
}

}  // namespace claw::whatsapp
