#pragma once

#include <string>
#include <utility>

#include "ledger/ledger.hpp"

namespace claw::testing {

/// Items as they come out of whatsapp::parse_item, for tests that begin behind it. All are of tenant 1 and number "111"
/// unless the test says otherwise on the item it gets.
inline AcceptItem item_of(whatsapp::ItemKind kind, std::string dedupe_key) {
  AcceptItem item;
  item.item.tenant = TenantId{1};
  item.item.kind = static_cast<std::uint8_t>(kind);
  item.item.received_at = from_ms(1'790'000'001'000);
  item.event.kind = kind;
  item.event.waba_id = "WABA";
  item.event.phone_number_id = "111";
  item.event.field = "messages";
  item.event.dedupe_key = std::move(dedupe_key);
  item.event.timestamp_s = 1'790'000'000;
  return item;
}

inline AcceptItem message_of(whatsapp::Person from, std::string text, std::string wamid = "") {
  if (wamid.empty()) wamid = "wamid." + text;
  auto item = item_of(whatsapp::ItemKind::kMessage, "message/111/" + wamid);
  whatsapp::Message message;
  message.id = std::move(wamid);
  message.type = "text";
  message.timestamp_s = item.event.timestamp_s;
  message.from = std::move(from);
  message.view = {text, "{}"};
  message.body = std::move(text);
  item.event.what = std::move(message);
  return item;
}

inline whatsapp::Person phone(std::string digits, std::string name = "") {
  whatsapp::Person person;
  person.phone = std::move(digits);
  person.name = std::move(name);
  return person;
}

inline AcceptItem text_from(std::string digits, std::string text, std::string wamid = "") {
  return message_of(phone(std::move(digits)), std::move(text), std::move(wamid));
}

inline AcceptItem on_number(AcceptItem item, std::string phone_number_id) {
  item.event.dedupe_key += "/" + phone_number_id;
  item.event.phone_number_id = std::move(phone_number_id);
  return item;
}

inline AcceptItem of_tenant(AcceptItem item, std::int64_t tenant) {
  item.item.tenant = TenantId{tenant};
  return item;
}

inline AcceptItem status_of(std::string wamid, std::string status, std::string callback_data = "") {
  auto item = item_of(whatsapp::ItemKind::kStatus, "status/" + wamid + "/" + status);
  whatsapp::Status what;
  what.id = std::move(wamid);
  what.status = std::move(status);
  what.timestamp_s = item.event.timestamp_s;
  what.callback_data = std::move(callback_data);
  item.event.what = std::move(what);
  return item;
}

}  // namespace claw::testing
