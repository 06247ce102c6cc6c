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
  json::object change;
  change["value"] = std::move(all);
  change["field"] = "messages";
  return wire_json(json::object{
      {"object", "whatsapp_business_account"},
      {"entry", json::array{json::object{{"id", number.waba}, {"changes", json::array{std::move(change)}}}}}});
}

json::object contact(const Sender& person) {
  json::object object{{"profile", {{"name", person.name}}}, {"wa_id", person.wa_id}};
  if (!person.user_id.empty()) object["user_id"] = person.user_id;
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

std::string text_webhook(const Number& number, const Sender& from, std::string_view id, TimePoint at,
                         std::string_view text, std::string_view reply_to) {
  json::object message;
  if (!reply_to.empty()) message["context"] = {{"from", number.display_phone}, {"id", reply_to}};
  message["from"] = from.wa_id;
  message["from_user_id"] = from.user_id;
  message["id"] = id;
  message["timestamp"] = seconds(at);
  message["text"] = {{"body", text}};
  message["type"] = "text";
  return envelope(number, {{"contacts", json::array{contact(from)}}, {"messages", json::array{std::move(message)}}});
}

std::string status_webhook(const Number& number, const Sender& to, const StatusFacts& facts) {
  json::object status{{"id", facts.id}, {"status", facts.status}, {"timestamp", seconds(facts.at)}};
  if (!to.wa_id.empty()) status["recipient_id"] = to.wa_id;
  if (!to.user_id.empty()) status["recipient_user_id"] = to.user_id;
  if (facts.has_callback_data) status["biz_opaque_callback_data"] = facts.callback_data;
  if (facts.priced) {
    if (facts.version < 24) status["conversation"] = conversation_of(to, facts);
    const bool free = facts.category.empty();
    status["pricing"] = {{"billable", !free},
                         {"pricing_model", "PMP"},
                         {"category", free ? "service" : facts.category},
                         {"type", free ? "free_customer_service" : "regular"}};
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
