#include "support/webhook_bodies.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/crypto.hpp"

namespace claw::testing {
namespace {

namespace json = boost::json;

json::object value_for(const std::string& number) {
  return {{"messaging_product", "whatsapp"},
          {"metadata", {{"display_phone_number", "15550001001"}, {"phone_number_id", number}}}};
}

std::string change(json::object value) {
  return json::serialize(json::object{{"field", "messages"}, {"value", std::move(value)}});
}

}  // namespace

std::string messages_change(const std::string& number, const std::vector<Said>& messages) {
  json::array contacts;
  json::array items;
  for (const auto& said : messages) {
    contacts.push_back({{"profile", {{"name", "Person " + said.phone}}}, {"wa_id", said.phone}});
    items.push_back({{"from", said.phone},
                     {"id", said.wamid},
                     {"timestamp", std::to_string(said.timestamp)},
                     {"type", "text"},
                     {"text", {{"body", said.text}}}});
  }
  auto value = value_for(number);
  value["contacts"] = std::move(contacts);
  value["messages"] = std::move(items);
  return change(std::move(value));
}

std::string statuses_change(const std::string& number, const std::vector<StatusUpdate>& updates) {
  json::array items;
  for (const auto& update : updates) {
    json::object item{{"id", update.wamid},
                      {"status", update.status},
                      {"timestamp", std::to_string(update.timestamp)},
                      {"recipient_id", "491555000001"}};
    if (!update.callback_data.empty()) item["biz_opaque_callback_data"] = update.callback_data;
    if (update.error_code != 0)
      item["errors"] = json::array{{{"code", update.error_code}, {"title", "Failed"}, {"message", "Failed"}}};
    items.push_back(std::move(item));
  }
  auto value = value_for(number);
  value["statuses"] = std::move(items);
  return change(std::move(value));
}

std::string webhook(const std::vector<std::vector<std::string>>& entries) {
  std::string list;
  for (const auto& changes : entries)
    list +=
        fmt::format(R"({}{{"id":"200000000000001","changes":[{}]}})", list.empty() ? "" : ",", fmt::join(changes, ","));
  return fmt::format(R"({{"object":"whatsapp_business_account","entry":[{}]}})", list);
}

std::string texts(const std::string& number, const std::vector<Said>& messages) {
  return webhook({{messages_change(number, messages)}});
}

std::string statuses(const std::string& number, const std::vector<StatusUpdate>& updates) {
  return webhook({{statuses_change(number, updates)}});
}

std::string signature(const std::string& app_secret, const std::string& body) {
  return "sha256=" + to_hex(hmac_sha256(app_secret, body));
}

}  // namespace claw::testing
