#include "simulator/graph_account.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "simulator/tokens.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

/// Since this version the limit of the portfolio is told in the place of the number's.
constexpr int kPortfolioLimits = 24;

/// The members of `all` that ?fields= names; unknown names are passed over.
json::object chosen(const json::object& all, std::string_view fields) {
  json::object some;
  while (!fields.empty()) {
    const auto comma = fields.find(',');
    const auto name = fields.substr(0, comma);
    if (const json::value* value = all.if_contains(name)) some[name] = *value;
    fields = comma == std::string_view::npos ? std::string_view() : fields.substr(comma + 1);
  }
  some["id"] = all.at("id");
  return some;
}

json::object told_of_number(const Number& number) {
  return {{"verified_name", number.verified_name},
          {"code_verification_status", "VERIFIED"},
          {"display_phone_number", "+" + number.display_phone},
          {"quality_rating", number.quality_rating},
          {"platform_type", number.platform_type},
          {"throughput", {{"level", number.limits.messages_per_second > 80 ? "HIGH" : "STANDARD"}}},
          {"id", number.id}};
}

int major_of(std::string_view version) {
  return version.size() > 1 ? std::atoi(std::string(version.substr(1)).c_str()) : 0;
}

}  // namespace

json::object answer_number(const GraphCall& call, const Number& number) {
  json::object all = told_of_number(number);
  if (call.fields.empty()) return all;
  const bool old = major_of(call.version) < kPortfolioLimits;
  all[old ? "messaging_limit_tier" : "whatsapp_business_manager_messaging_limit"] = number.tier;
  all["status"] = number.status;
  all["name_status"] = number.name_status;
  all["account_mode"] = "LIVE";
  all["is_on_biz_app"] = number.on_business_app;
  json::object webhooks;
  if (!number.callback.empty()) webhooks["application"] = number.callback;
  all["webhook_configuration"] = std::move(webhooks);
  return chosen(all, call.fields);
}

json::object answer_waba(const GraphCall& call, const Number& number) {
  json::object all{{"id", number.waba},
                   {"name", number.waba_name},
                   {"timezone_id", "1"},
                   {"currency", "USD"},
                   {"message_template_namespace", "sim_" + number.waba}};
  if (call.fields.empty()) return all;
  all["business_verification_status"] = number.business_verification;
  all["account_review_status"] = "APPROVED";
  all["country"] = "US";
  all["owner_business_info"] = {{"id", "4" + number.waba}, {"name", number.business_name}};
  return chosen(all, call.fields);
}

json::object answer_phone_numbers(const Meta& meta, const GraphCall& call) {
  json::array data;
  for (const auto& id : meta.numbers.of_waba(call.object)) {
    const auto& number = *meta.numbers.find(id);
    data.push_back(call.fields.empty() ? told_of_number(number) : answer_number(call, number));
  }
  return {{"data", std::move(data)}};
}

json::object answer_subscribed_apps(Meta& meta, const GraphCall& call, const Number& number) {
  if (call.method == "POST") {
    for (const auto& id : meta.numbers.of_waba(call.object)) {
      Number subscribed = *meta.numbers.find(id);
      subscribed.subscribed = true;
      (void)meta.numbers.put(std::move(subscribed));  // it is there already, so it has room
    }
    return {{"success", true}};
  }
  json::array data;
  if (number.subscribed) {
    const json::object app{{"id", number.app_id}, {"name", "Simulated app"}, {"link", "https://example.com/"}};
    data.push_back(json::object{{"whatsapp_business_api_data", app}});
  }
  return {{"data", std::move(data)}};
}

std::expected<json::object, GraphError> answer_subscriptions(const Meta& meta, const GraphCall& call) {
  using Refusal = std::unexpected<GraphError>;
  if (!call.token || call.token->empty()) return Refusal(errors::no_token());
  // Only the app itself may ask: by its id and its secret.
  const auto& all = meta.numbers.all();
  const auto of_app = std::ranges::find_if(all, [&](const auto& entry) {
    return entry.second.app_id == call.object &&
           *call.token == fmt::format("{}|{}", entry.second.app_id, entry.second.app_secret);
  });
  if (of_app == all.end()) return Refusal(errors::bad_token());
  const Number& number = of_app->second;
  if (call.proof && *call.proof != to_hex(hmac_sha256(number.app_secret, *call.token)))
    return Refusal(errors::bad_proof());
  json::array data;
  if (!number.callback.empty()) {
    json::array fields;
    for (const std::string_view field : {"messages", "message_template_status_update", "phone_number_quality_update"})
      if (std::ranges::find(number.unsubscribed_fields, field) == number.unsubscribed_fields.end())
        fields.push_back({{"name", field}, {"version", call.version}});
    data.push_back(json::object{{"object", "whatsapp_business_account"},
                                {"callback_url", number.callback},
                                {"active", true},
                                {"fields", std::move(fields)}});
  }
  return json::object{{"data", std::move(data)}};
}

std::expected<json::object, GraphError> answer_debug_token(const Meta& meta, const GraphCall& call) {
  using Refusal = std::unexpected<GraphError>;
  if (!call.token || call.token->empty()) return Refusal(errors::no_token());
  const bool is_app = std::ranges::any_of(meta.numbers.all(), [&](const auto& entry) {
    return *call.token == fmt::format("{}|{}", entry.second.app_id, entry.second.app_secret);
  });
  if (!is_app) {
    const Number* const asker = meta.numbers.with_token(*call.token);
    if (!asker) return Refusal(errors::bad_token());
    if (call.proof && *call.proof != to_hex(hmac_sha256(asker->app_secret, *call.token)))
      return Refusal(errors::bad_proof());
    if (auto fault = session_fault(*asker, meta.now())) return Refusal(*std::move(fault));
  }
  if (call.param("input_token").empty()) return Refusal(errors::missing("input_token"));
  return debug_token(meta.numbers, call.param("input_token"), meta.now());
}

}  // namespace claw::sim
