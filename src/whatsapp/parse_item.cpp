#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "whatsapp/change_view.hpp"
#include "whatsapp/item_arrays.hpp"
#include "whatsapp/message_view.hpp"
#include "whatsapp/person.hpp"

namespace claw::whatsapp {
namespace {

std::string_view name_of(ItemKind kind) {
  switch (kind) {
    case ItemKind::kUnparsed:
      return "unparsed";
    case ItemKind::kMessage:
      return "message";
    case ItemKind::kStatus:
      return "status";
    case ItemKind::kEcho:
      return "echo";
    case ItemKind::kCall:
      return "call";
    case ItemKind::kChange:
      return "change";
  }
  return "unparsed";
}

std::string hash_of(std::string_view bytes) {
  const auto hash = hash128(bytes);
  return to_hex(std::string_view(reinterpret_cast<const char*>(hash.data()), hash.size()));
}

/// 0 for what is no time: missing, negative, or beyond the year 9999, where it would not fit into milliseconds for
/// long.
std::int64_t seconds_at(const json::object& in, std::string_view key) {
  constexpr std::int64_t kEndOfYear9999 = 253'402'300'799;
  const std::int64_t seconds = number_at(in, key).value_or(0);
  return seconds >= 0 && seconds <= kEndOfYear9999 ? seconds : 0;
}

const json::object* first_object(const json::object& in, std::string_view array) {
  const auto* found = find_array(in, array);
  return found && !found->empty() ? found->front().if_object() : nullptr;
}

/// The one item of a body, with the objects around it. All null for what has another shape.
struct Located {
  const json::object* entry = nullptr;
  const json::object* change = nullptr;
  const json::object* value = nullptr;
  const json::object* item = nullptr;  ///< Null where the change is the item.
  std::string field;
};

Located locate(ItemKind kind, const json::value& body) {
  Located at;
  if (const auto* object = body.if_object()) at.entry = first_object(*object, "entry");
  if (at.entry) at.change = first_object(*at.entry, "changes");
  if (!at.change) return at;
  at.field = text_at(*at.change, "field");
  at.value = find_object(*at.change, "value");
  for (const auto& array : item_arrays(at.field)) {
    const auto* elements = at.value ? find_array(*at.value, array.key) : nullptr;
    for (std::size_t k = 0; elements && !at.item && k < elements->size(); ++k) {
      if (kind_of(array, (*elements)[k]) == kind) at.item = (*elements)[k].if_object();
    }
  }
  return at;
}

/// `kind:` and the parts; where one that tells items apart is missing, the hash of the item in its place.
std::string key_of(ItemKind kind, std::initializer_list<std::string_view> parts, std::string_view id,
                   const json::object& item) {
  std::string key(name_of(kind));
  for (const auto part : parts) (key += ':') += part;
  if (id.empty()) (key += ":#") += hash_of(write_json(item));
  return key;
}

void read_message(const Located& at, Event& event) {
  Message message;
  const auto& item = *at.item;
  const auto ids = ids_of(event.kind, item);
  message.id = text_at(item, "id");
  message.type = text_at(item, "type");
  message.timestamp_s = seconds_at(item, "timestamp");
  message.from = person_of(ids, contact_of(ids, find_array(*at.value, "contacts")));
  message.group_id = text_at(item, "group_id");
  render_message(item, *at.value, message);
  event.timestamp_s = message.timestamp_s;
  event.dedupe_key = key_of(event.kind, {event.phone_number_id, message.id}, message.id, item);
  event.what = std::move(message);
}

std::vector<StatusError> status_errors(const json::array* errors) {
  std::vector<StatusError> out;
  for (const auto& view : errors_view(errors)) {
    const auto& error = view.get_object();
    out.push_back({number_at(error, "code").value_or(0), text_at(error, "title"), text_at(error, "message"),
                   text_at(error, "details")});
  }
  return out;
}

void read_status(const Located& at, Event& event) {
  Status status;
  const auto& item = *at.item;
  const auto ids = ids_of(event.kind, item);
  status.id = text_at(item, "id");
  status.status = text_at(item, "status");
  status.timestamp_s = seconds_at(item, "timestamp");
  status.recipient = person_of(ids, contact_of(ids, find_array(*at.value, "contacts")));
  if (text_at(item, "recipient_type") == "group") {
    status.group_id = text_at(item, "recipient_id");
    status.participant = ids.id.empty() ? ids.user_id : ids.id;
  }
  status.callback_data = text_at(item, "biz_opaque_callback_data");
  status.errors = status_errors(find_array(item, "errors"));
  if (const auto* pricing = find_object(item, "pricing")) status.pricing = write_json(*pricing);
  if (const auto* conversation = find_object(item, "conversation")) status.conversation = write_json(*conversation);
  event.timestamp_s = status.timestamp_s;
  event.dedupe_key = key_of(event.kind, {status.id, status.status, status.participant}, status.id, item);
  event.what = std::move(status);
}

void read_call(const Located& at, Event& event) {
  Call call;
  const auto& item = *at.item;
  const auto ids = ids_of(event.kind, item);
  call.id = text_at(item, "id");
  call.event = text_at(item, "event");
  if (call.event.empty()) call.event = text_at(item, "status");
  std::ranges::transform(call.event, call.event.begin(), [](unsigned char c) { return std::tolower(c); });
  call.timestamp_s = seconds_at(item, "timestamp");
  call.from = person_of(ids, contact_of(ids, find_array(*at.value, "contacts")));
  render_call(item, *at.value, call);
  event.timestamp_s = call.timestamp_s;
  event.dedupe_key = key_of(event.kind, {call.id, call.event}, call.id, item);
  event.what = std::move(call);
}

/// Field, entry id, time and the hash of the change, written anew: spaces and escapes do not change it.
std::string change_key(const Located& at, const Event& event) {
  return fmt::format("{}:{}:{}:{}:{}", name_of(event.kind), event.field, event.waba_id, event.timestamp_s,
                     hash_of(write_json(*at.change)));
}

/// entry.time, else the value's own, else that of the first element that has one (groups[], automatic_events[] …).
std::int64_t change_time(const Located& at) {
  auto seconds = seconds_at(*at.entry, "time");
  if (seconds > 0 || !at.value) return seconds;
  seconds = seconds_at(*at.value, "timestamp");
  for (const auto& member : *at.value) {
    if (seconds > 0) break;
    if (const auto* first = first_object(*at.value, member.key())) seconds = seconds_at(*first, "timestamp");
  }
  return seconds;
}

void read_change(const Located& at, Event& event) {
  Change change;
  change.field = at.field;
  change.timestamp_s = change_time(at);
  if (at.value) {
    render_change(*at.value, at.item, change);
  } else {
    change.view = {fmt::format("[{}]", at.field), "{}"};
  }
  event.timestamp_s = change.timestamp_s;
  event.dedupe_key = change_key(at, event);
  event.what = std::move(change);
}

void read_unparsed(std::string_view raw, std::string_view reason, Event& event) {
  Change change;
  change.timestamp_s = event.timestamp_s;
  change.view.text = fmt::format("A webhook item of {} bytes could not be read: {}.", raw.size(), reason);
  change.view.data = write_json(json::object{{"reason", reason}, {"bytes", raw.size()}});
  event.kind = ItemKind::kUnparsed;
  event.field.clear();
  event.dedupe_key = fmt::format("unparsed::{}:{}:{}", event.waba_id, event.timestamp_s, hash_of(raw));
  event.what = std::move(change);
}

/// The ids around an item, as far as they can be read; of an entry or change that stands alone (a kUnparsed item's
/// bytes) too.
void read_envelope(const Located& at, const json::value& body, Event& event) {
  const auto* entry = at.entry ? at.entry : body.if_object();
  if (entry) {
    event.waba_id = text_at(*entry, "id");
    event.timestamp_s = seconds_at(*entry, "time");
  }
  const auto* metadata = at.value ? find_object(*at.value, "metadata") : nullptr;
  if (metadata) event.phone_number_id = text_at(*metadata, "phone_number_id");
  event.field = at.field;
}

}  // namespace

Event parse_item(ItemKind kind, std::string_view raw) {
  Event event;
  event.kind = kind;
  unsigned char buffer[8192];
  json::monotonic_resource memory(buffer, sizeof buffer);
  const auto body = parse_json(raw, &memory);
  if (!body) {
    read_unparsed(raw, to_string(body.error()), event);
    return event;
  }
  const auto at = locate(kind, *body);
  read_envelope(at, *body, event);
  const bool is_readable = kind == ItemKind::kChange ? at.change && !at.field.empty() : at.item != nullptr;
  if (kind == ItemKind::kUnparsed || !is_readable) {
    read_unparsed(raw, "not a webhook as we know it", event);
  } else if (kind == ItemKind::kMessage || kind == ItemKind::kEcho) {
    read_message(at, event);
  } else if (kind == ItemKind::kStatus) {
    read_status(at, event);
  } else if (kind == ItemKind::kCall) {
    read_call(at, event);
  } else {
    read_change(at, event);
  }
  return event;
}

}  // namespace claw::whatsapp
