#include "simulator/wire.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/crypto.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

void append_unit(std::string& out, std::uint32_t unit) {
  fmt::format_to(std::back_inserter(out), "\\u{:04x}", unit);
}

/// Reads one code point of valid UTF-8 at `i` and moves behind it.
std::uint32_t code_point(std::string_view text, std::size_t& i) {
  const auto byte = [&] { return static_cast<unsigned char>(text[i++]); };
  const std::uint32_t first = byte();
  const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  std::uint32_t point = first & (0x3fU >> more);
  for (int n = 0; n < more && i < text.size(); ++n) point = (point << 6) | (byte() & 0x3fU);
  return point;
}

std::string seconds(TimePoint at) {
  return std::to_string(to_ms(at) / 1000);
}

std::string envelope(const Number& number, json::object value) {
  json::object all{{"messaging_product", "whatsapp"},
                   {"metadata", {{"display_phone_number", number.display_phone}, {"phone_number_id", number.id}}}};
  for (auto& [name, member] : value) all.insert_or_assign(name, std::move(member));
  return change_webhook(number.waba, "messages", std::move(all), std::nullopt);
}

json::object contact(const Sender& person) {
  json::object profile{{"name", person.name}};
  if (!person.username.empty()) profile["username"] = person.username;
  json::object object{{"profile", std::move(profile)}};
  if (!person.wa_id.empty()) object["wa_id"] = person.wa_id;
  if (!person.user_id.empty()) object["user_id"] = person.user_id;
  if (!person.parent_user_id.empty()) object["parent_user_id"] = person.parent_user_id;
  return object;
}

json::object error_of(const StatusFacts& facts) {
  return {{"code", facts.error_code},
          {"title", facts.error_title},
          {"message", facts.error_title},
          {"error_data", {{"details", facts.error_details}}},
          {"href", "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes"}};
}

json::object conversation_of(const Sender& to, const StatusFacts& facts) {
  json::object conversation{{"id", to_hex(hmac_sha256(to.wa_id, facts.id)).substr(0, 32)},
                            {"origin", {{"type", facts.category.empty() ? "service" : facts.category}}}};
  if (facts.status == "sent") conversation["expiration_timestamp"] = seconds(facts.sent_at + std::chrono::hours(24));
  return conversation;
}

}  // namespace

std::string wire_json(const json::value& value) {
  const std::string plain = json::serialize(value);
  std::string out;
  out.reserve(plain.size() + plain.size() / 4);
  // Outside of strings JSON has neither slashes nor anything beyond ASCII.
  const auto is_plain = [](char c) { return c != '/' && static_cast<unsigned char>(c) < 0x80; };
  for (std::size_t i = 0; i < plain.size();) {
    const auto begin = plain.begin() + static_cast<std::ptrdiff_t>(i);
    const auto end = std::find_if_not(begin, plain.end(), is_plain);
    out.append(begin, end);
    i += static_cast<std::size_t>(end - begin);
    if (i == plain.size()) break;
    if (plain[i] == '/') {
      out += "\\/";
      ++i;
    } else if (const std::uint32_t point = code_point(plain, i); point >= 0x10000) {
      append_unit(out, 0xd800 + ((point - 0x10000) >> 10));
      append_unit(out, 0xdc00 + ((point - 0x10000) & 0x3ff));
    } else {
      append_unit(out, point);
    }
  }
  return out;
}

std::string signature_of(std::string_view app_secret, std::string_view body) {
  return "sha256=" + to_hex(hmac_sha256(app_secret, body));
}

std::string change_webhook(std::string_view waba, std::string_view field, json::object value,
                           std::optional<TimePoint> time) {
  json::object entry{{"id", waba}};
  if (time) entry["time"] = to_ms(*time) / 1000;
  json::object change;
  change["value"] = std::move(value);
  change["field"] = field;
  entry["changes"] = json::array{std::move(change)};
  return wire_json(json::object{{"object", "whatsapp_business_account"}, {"entry", json::array{std::move(entry)}}});
}

std::string message_webhook(const Number& number, const Sender& from, std::string_view id, TimePoint at,
                            std::string_view type, const json::object& message, std::string_view reply_to) {
  json::object out;
  if (!reply_to.empty()) out["context"] = {{"from", number.display_phone}, {"id", reply_to}};
  if (!from.wa_id.empty()) out["from"] = from.wa_id;
  out["from_user_id"] = from.user_id;
  if (!from.parent_user_id.empty()) out["from_parent_user_id"] = from.parent_user_id;
  out["id"] = id;
  out["timestamp"] = seconds(at);
  for (const auto& [name, member] : message) {
    if (name == "context" && out.contains("context")) {
      for (const auto& [inner, value] : member.get_object()) out["context"].get_object().insert_or_assign(inner, value);
    } else {
      out[name] = member;
    }
  }
  out["type"] = type;
  json::object value;
  if (type != "system") value["contacts"] = json::array{contact(from)};
  value["messages"] = json::array{std::move(out)};
  return envelope(number, std::move(value));
}

std::string status_webhook(const Number& number, const Sender& to, const StatusFacts& facts) {
  json::object status{{"id", facts.id}, {"status", facts.status}, {"timestamp", seconds(facts.at)}};
  const bool in_group = !facts.group.empty();
  if (in_group) {
    status["recipient_type"] = "group";
    status["recipient_id"] = facts.group;
  }
  const auto name = [&](const std::string& id, const char* alone, const char* as_participant) {
    if (!id.empty()) status[in_group ? as_participant : alone] = id;
  };
  name(to.wa_id, "recipient_id", "recipient_participant_id");
  name(to.user_id, "recipient_user_id", "recipient_participant_user_id");
  name(to.parent_user_id, "parent_recipient_user_id", "recipient_participant_parent_user_id");
  if (facts.has_callback_data) status["biz_opaque_callback_data"] = facts.callback_data;
  if (facts.priced) {
    const bool per_message = number.pricing_model == "PMP";
    if (facts.version < 24 || !per_message) status["conversation"] = conversation_of(to, facts);
    const bool free = facts.category.empty();
    json::object pricing{
        {"billable", !free}, {"pricing_model", number.pricing_model}, {"category", free ? "service" : facts.category}};
    if (per_message) pricing["type"] = free ? "free_customer_service" : "regular";
    status["pricing"] = std::move(pricing);
  }
  json::object value;
  if (facts.error_code != 0) {
    status["errors"] = json::array{error_of(facts)};
  } else {
    value["contacts"] = json::array{contact(to)};
  }
  value["statuses"] = json::array{std::move(status)};
  return envelope(number, std::move(value));
}

}  // namespace claw::sim
