#include "simulator/example_webhooks.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "simulator/words.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

struct Example {
  std::string_view field, event;
  bool of_waba;            ///< Belongs to the account: no metadata, but a time.
  std::string_view value;  ///< JSON; "$…" stands for what fill() knows.
};

constexpr bool kOfNumber = false, kOfWaba = true;

// Each as Meta's documents show it; the first of a field is the one that is sent where no event is named.
constexpr auto kExamples = std::to_array<Example>({
    {"messages", "errors", kOfNumber,
     R"({"errors":[{"code":130429,"title":"Rate limit hit","message":"(#130429) Rate limit hit","error_data":{"details":
         "Message failed to send because there were too many messages sent from this phone number in a short period of time"}}]})"},
    {"calls", "connect", kOfNumber,
     R"({"contacts":["$contact"],"calls":[{"id":"$wacid","from":"$wa_id","from_user_id":"$user_id","to":"$display",
         "event":"connect","timestamp":"$time","direction":"USER_INITIATED",
         "session":{"sdp_type":"offer","sdp":"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"}}]})"},
    {"calls", "terminate", kOfNumber,
     R"({"contacts":["$contact"],"calls":[{"id":"$wacid","from":"$wa_id","to":"$display","event":"terminate",
         "timestamp":"$time","direction":"USER_INITIATED","status":"COMPLETED","start_time":"$time","end_time":"$time",
         "duration":42}]})"},
    {"calls", "status", kOfNumber,
     R"({"statuses":[{"id":"$wacid","type":"call","status":"RINGING","timestamp":"$time","recipient_id":"$wa_id",
         "recipient_user_id":"$user_id","biz_opaque_callback_data":"call 1"}]})"},
    {"user_preferences", "stop", kOfNumber,
     R"({"contacts":["$contact"],"user_preferences":[{"wa_id":"$wa_id","user_id":"$user_id",
         "detail":"User requested to stop marketing messages","category":"marketing_messages","value":"stop",
         "timestamp":"$seconds"}]})"},
    {"user_preferences", "resume", kOfNumber,
     R"({"contacts":["$contact"],"user_preferences":[{"wa_id":"$wa_id","user_id":"$user_id",
         "detail":"User requested to resume marketing messages","category":"marketing_messages","value":"resume",
         "timestamp":"$seconds"}]})"},
    {"smb_message_echoes", "text", kOfNumber,
     R"({"contacts":["$contact"],"message_echoes":[{"from":"$display","to":"$wa_id","to_user_id":"$user_id","id":"$wamid",
         "timestamp":"$time","type":"text","text":{"body":"Typed on the shop's own phone."}}]})"},
    {"smb_message_echoes", "edit", kOfNumber,
     R"({"message_echoes":[{"from":"$display","to":"$wa_id","to_user_id":"$user_id","id":"$wamid","timestamp":"$time",
         "type":"edit","edit":{"original_message_id":"$wamid","message":{"type":"text","text":{"body":"Corrected."}}}}]})"},
    {"smb_message_echoes", "revoke", kOfNumber,
     R"({"message_echoes":[{"from":"$display","to":"$wa_id","to_user_id":"$user_id","id":"$wamid","timestamp":"$time",
         "type":"revoke","revoke":{"original_message_id":"$wamid"}}]})"},
    {"message_echoes", "", kOfNumber,
     R"({"message_echoes":[{"from":"$display","to":"$wa_id","to_user_id":"$user_id","id":"$wamid","timestamp":"$time",
         "type":"text","text":{"body":"Sent by another app."}}]})"},
    {"smb_app_state_sync", "", kOfNumber,
     R"({"state_sync":[{"type":"contact","contact":{"full_name":"$name","first_name":"$name","phone_number":"$wa_id"},
         "action":"add","metadata":{"timestamp":"$time"}}]})"},
    {"history", "", kOfNumber,
     R"({"history":[{"metadata":{"phase":0,"chunk_order":1,"progress":100},"threads":[{"id":"$wa_id","messages":[
         {"from":"$wa_id","id":"$wamid","timestamp":"$time","type":"text","text":{"body":"From before."},
          "history_context":{"status":"READ"}}]}]}]})"},
    {"standby", "", kOfNumber,
     R"({"contacts":["$contact"],"messages":[{"from":"$wa_id","from_user_id":"$user_id","id":"$wamid","timestamp":"$time",
         "type":"text","text":{"body":"For the other app."}}]})"},
    {"messaging_handovers", "", kOfNumber,
     R"({"recipient":{"phone_number_id":"$number"},"sender":{"wa_id":"$wa_id"},"timestamp":"$time",
         "control_passed":{"metadata":"to the desk","previous_owner_app_id":"$app","new_owner_app_id":"300000000000009"}})"},
    {"consumer_profile", "", kOfNumber, R"({"contacts":["$contact"]})"},
    {"user_id_update", "", kOfNumber,
     R"({"contacts":["$contact"],"user_id_update":[{"wa_id":"$wa_id","detail":"The user ID changed",
         "user_id":{"previous":"$user_id","current":"$other_user_id"},"timestamp":"$time"}]})"},
    {"automatic_events", "", kOfNumber,
     R"({"automatic_events":[{"id":"$wamid","event_name":"Purchase","timestamp":"$seconds","ctwa_clid":"Aff-n8ZTODiE79d2",
         "custom_data":{"currency":"EUR","value":25.5}}]})"},
    {"account_settings_update", "", kOfNumber,
     R"({"timestamp":"$time","type":"phone_number_settings","phone_number_settings":{"phone_number_id":"$number",
         "calling":{"status":"ENABLED","call_icon_visibility":"DEFAULT"}}})"},
    {"group_lifecycle_update", "", kOfNumber,
     R"({"groups":[{"timestamp":"$time","group_id":"Y2FwaV9ncm91cDox","type":"group_create","request_id":"request-1",
         "subject":"Bike tour","invite_link":"https://chat.whatsapp.com/example","join_approval_mode":"auto_approve"}]})"},
    {"group_participants_update", "", kOfNumber,
     R"({"groups":[{"timestamp":"$time","group_id":"Y2FwaV9ncm91cDox","type":"group_participants_add",
         "reason":"invite_link","added_participants":[{"wa_id":"$wa_id"}]}]})"},
    {"group_settings_update", "", kOfNumber,
     R"({"groups":[{"timestamp":"$time","group_id":"Y2FwaV9ncm91cDox","type":"group_settings_update",
         "request_id":"request-2","group_subject":{"text":"Bike tour in May","update_successful":true}}]})"},
    {"group_status_update", "", kOfNumber,
     R"({"groups":[{"timestamp":"$time","group_id":"Y2FwaV9ncm91cDox","type":"group_suspend"}]})"},

    {"message_template_status_update", "APPROVED", kOfWaba,
     R"({"event":"APPROVED","message_template_id":"$template","message_template_name":"order_update",
         "message_template_language":"en_US","message_template_category":"UTILITY","reason":"NONE"})"},
    {"message_template_status_update", "REJECTED", kOfWaba,
     R"({"event":"REJECTED","message_template_id":"$template","message_template_name":"order_update",
         "message_template_language":"en_US","message_template_category":"MARKETING","reason":"INVALID_FORMAT",
         "rejection_info":{"reason":"A variable has no words around it","recommendation":"Add words before it"}})"},
    {"message_template_status_update", "PAUSED", kOfWaba,
     R"({"event":"PAUSED","message_template_id":"$template","message_template_name":"order_update",
         "message_template_language":"en_US","reason":"NONE",
         "other_info":{"title":"FIRST_PAUSE","description":"Paused for 3 hours because of bad feedback"}})"},
    {"template_category_update", "", kOfWaba,
     R"({"message_template_id":"$template","message_template_name":"order_update","message_template_language":"en_US",
         "previous_category":"UTILITY","new_category":"MARKETING"})"},
    {"message_template_quality_update", "", kOfWaba,
     R"({"message_template_id":"$template","message_template_name":"order_update","message_template_language":"en_US",
         "previous_quality_score":"GREEN","new_quality_score":"YELLOW"})"},
    {"message_template_components_update", "", kOfWaba,
     R"({"message_template_id":"$template","message_template_name":"order_update","message_template_language":"en_US",
         "message_template_title":"Your order","message_template_element":"Hello {{1}}, it is on its way.",
         "message_template_footer":"Reply STOP to end"})"},
    {"template_correct_category_detection", "", kOfWaba,
     R"({"message_template_id":"$template","message_template_name":"order_update","message_template_language":"en_US",
         "category":"UTILITY","correct_category":"MARKETING"})"},
    {"account_update", "PARTNER_ADDED", kOfWaba,
     R"({"event":"PARTNER_ADDED","waba_info":{"waba_id":"$waba","owner_business_id":"$business"}})"},
    {"account_update", "PARTNER_REMOVED", kOfWaba,
     R"({"event":"PARTNER_REMOVED","waba_info":{"waba_id":"$waba","owner_business_id":"$business"},
         "disconnection_info":{"reason":"ACCOUNT_DISCONNECTED","initiated_by":"BUSINESS"}})"},
    {"account_update", "PARTNER_APP_INSTALLED", kOfWaba,
     R"({"event":"PARTNER_APP_INSTALLED","waba_info":{"waba_id":"$waba","owner_business_id":"$business","partner_app_id":"$app"}})"},
    {"account_update", "PARTNER_APP_UNINSTALLED", kOfWaba,
     R"({"event":"PARTNER_APP_UNINSTALLED","waba_info":{"waba_id":"$waba","owner_business_id":"$business","partner_app_id":"$app"}})"},
    {"account_update", "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE", kOfWaba,
     R"({"event":"PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE",
         "partner_client_certification_info":{"client_business_id":"$business","status":"APPROVED"}})"},
    {"account_update", "ACCOUNT_DELETED", kOfWaba, R"({"event":"ACCOUNT_DELETED"})"},
    {"account_update", "ACCOUNT_RESTRICTION", kOfWaba,
     R"({"event":"ACCOUNT_RESTRICTION","restriction_info":[{"restriction_type":"RESTRICTED_BIZ_INITIATED_MESSAGING",
         "expiration":"$later","remediation":"Wait until the restriction ends"}]})"},
    {"account_update", "ACCOUNT_VIOLATION", kOfWaba,
     R"({"event":"ACCOUNT_VIOLATION","violation_info":{"violation_type":"SCAM"}})"},
    {"account_update", "DISABLED_UPDATE", kOfWaba,
     R"({"event":"DISABLED_UPDATE","ban_info":{"waba_ban_state":["SCHEDULE_FOR_DISABLE"],"waba_ban_date":"April 17, 2027"}})"},
    {"account_update", "ACCOUNT_OFFBOARDED", kOfWaba, R"({"event":"ACCOUNT_OFFBOARDED"})"},
    {"account_update", "ACCOUNT_RECONNECTED", kOfWaba, R"({"event":"ACCOUNT_RECONNECTED"})"},
    {"account_update", "AD_ACCOUNT_LINKED", kOfWaba,
     R"({"event":"AD_ACCOUNT_LINKED","waba_info":{"waba_id":"$waba","ad_account_linked":"890000000000001"}})"},
    {"account_update", "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE", kOfWaba,
     R"({"event":"AUTH_INTL_PRICE_ELIGIBILITY_UPDATE","auth_international_rate_eligibility":{"start_time":"$later",
         "exception_countries":[{"country_code":"IN","start_time":"$later"}]}})"},
    {"account_update", "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE", kOfWaba,
     R"({"event":"BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE","country":"DE"})"},
    {"account_update", "MM_LITE_TERMS_SIGNED", kOfWaba,
     R"({"event":"MM_LITE_TERMS_SIGNED","waba_info":{"waba_id":"$waba","owner_business_id":"$business"}})"},
    {"account_update", "VOLUME_BASED_PRICING_TIER_UPDATE", kOfWaba,
     R"({"event":"VOLUME_BASED_PRICING_TIER_UPDATE","volume_tier_info":{"tier_update_time":"$seconds",
         "pricing_category":"UTILITY","tier":"25000:50000","effective_month":"2026-12","region":"Germany"}})"},
    {"account_alerts", "", kOfWaba,
     R"({"entity_type":"BUSINESS","entity_id":"$business","alert_info":{"alert_severity":"CRITICAL","alert_status":"ACTIVE",
         "alert_type":"OBA_APPROVED","alert_description":"The business is verified"}})"},
    {"account_review_update", "", kOfWaba, R"({"decision":"APPROVED"})"},
    {"business_capability_update", "", kOfWaba,
     R"({"max_daily_conversation_per_phone":1000,"max_phone_numbers_per_business":25,
         "max_daily_conversations_per_business":"TIER_1K"})"},
    {"business_status_update", "", kOfWaba, R"({"business_id":"$business","event":"COMPROMISED_NOTIFICATION"})"},
    {"business_username_updates", "", kOfWaba,
     R"({"display_phone_number":"$display","username":"demo.business","status":"approved"})"},
    {"phone_number_name_update", "", kOfWaba,
     R"({"display_phone_number":"$display","decision":"APPROVED","requested_verified_name":"Demo Business"})"},
    {"phone_number_quality_update", "", kOfWaba,
     R"({"display_phone_number":"$display","event":"DOWNGRADE","old_limit":"TIER_10K","current_limit":"TIER_1K"})"},
    {"security", "", kOfWaba,
     R"({"display_phone_number":"$display","event":"PIN_CHANGED","requester":"820000000000001"})"},
    {"flows", "", kOfWaba,
     R"({"event":"FLOW_STATUS_CHANGE","flow_id":"710000000000001","old_status":"DRAFT","new_status":"PUBLISHED",
         "message":"The flow went from DRAFT to PUBLISHED"})"},
    {"partner_solutions", "", kOfWaba,
     R"({"event":"SOLUTION_CREATED","solution_id":"720000000000001","solution_status":"INITIATED"})"},
    {"payment_configuration_update", "", kOfWaba,
     R"({"configuration_name":"shop","provider_name":"examplepay","provider_mid":"merchant-1","status":"Active",
         "created_timestamp":"$seconds","updated_timestamp":"$seconds"})"},
    {"tracking_events", "", kOfWaba,
     R"({"tracking_type":"click","tracking_data":{"template_id":"700000000000001","button":"Track"}})"},
});

/// Writes what is true now in place of the "$…" of an example.
class Filler {
 public:
  Filler(Meta& meta, const Number& number, std::string wa_id) : meta_(meta), number_(number), wa_id_(std::move(wa_id)) {
    if (const Person* person = meta.phones.find(wa_id_)) name_ = person->name;
  }

  void fill(json::value& value) {
    if (value.is_object()) {
      for (auto& [name, member] : value.get_object()) fill(member);
    } else if (value.is_array()) {
      for (auto& element : value.get_array()) fill(element);
    } else if (value.is_string() && value.get_string().starts_with('$')) {
      value = meant_by(value.get_string());
    }
  }

 private:
  json::value meant_by(std::string_view word) {
    const std::int64_t seconds = to_ms(meta_.now()) / 1000;
    const std::string user_id = bsuid_of(number_.waba, wa_id_);
    if (word == "$contact")
      return json::object{{"profile", {{"name", name_}}}, {"wa_id", wa_id_}, {"user_id", user_id}};
    if (word == "$wa_id") return json::value(wa_id_);
    if (word == "$user_id") return json::value(user_id);
    if (word == "$other_user_id") return json::value(bsuid_of(number_.waba + "/moved", wa_id_));
    if (word == "$name") return json::value(name_);
    if (word == "$display") return json::value(number_.display_phone);
    if (word == "$number") return json::value(number_.id);
    if (word == "$waba") return json::value(number_.waba);
    if (word == "$app") return json::value(number_.app_id);
    if (word == "$business") return json::value("800000000000001");
    if (word == "$template") return json::value(700'000'000'000'001);
    if (word == "$wamid") return json::value(meta_.ids.wamid(Direction::kInbound, wa_id_));
    if (word == "$wacid") return json::value("wacid" + meta_.ids.wamid(Direction::kInbound, wa_id_).substr(5));
    if (word == "$time") return json::value(std::to_string(seconds));
    if (word == "$later") return json::value(seconds + 7 * 24 * 3600);
    return json::value(seconds);  // $seconds
  }

  Meta& meta_;
  const Number& number_;
  const std::string wa_id_;
  std::string name_ = "Alex";
};

const Example* find_example(std::string_view field, std::string_view event) {
  const auto fits = [&](const Example& e) { return e.field == field && (event.empty() || e.event == event); };
  const auto found = std::ranges::find_if(kExamples, fits);
  return found == kExamples.end() ? nullptr : &*found;
}

/// The number whose callback and app the webhook goes through.
Result<const Number*> number_for(const Meta& meta, const std::string& number, const std::string& waba) {
  if (!number.empty()) {
    if (const Number* found = meta.numbers.find(number)) return found;
    return fail(ErrorKind::kNotFound, fmt::format("there is no number {}", number));
  }
  if (!waba.empty()) {
    if (const auto ids = meta.numbers.of_waba(waba); !ids.empty()) return meta.numbers.find(ids.front());
    return fail(ErrorKind::kNotFound, fmt::format("there is no number of WABA {}", waba));
  }
  if (meta.numbers.all().size() == 1) return &meta.numbers.all().begin()->second;
  return fail(ErrorKind::kInvalid, "say \"number\" or \"waba\": there is not just one");
}

json::object with_metadata(const Number& number, json::object value) {
  json::object out{{"messaging_product", "whatsapp"},
                   {"metadata", {{"display_phone_number", number.display_phone}, {"phone_number_id", number.id}}}};
  for (auto& [name, member] : value) out.insert_or_assign(name, std::move(member));
  return out;
}

}  // namespace

Result<json::object> tell_webhook(Meta& meta, const json::object& body) {
  const std::string field = text_in(body, {"field"});
  const std::string event = text_in(body, {"event"});
  const std::string waba = text_in(body, {"waba"});
  const json::value* value = body.if_contains("value");
  if (field.empty()) return fail(ErrorKind::kInvalid, "\"field\" is missing");
  if (value && !value->is_object()) return fail(ErrorKind::kInvalid, "\"value\" must be an object");
  const Example* example = find_example(field, event);
  if (!example && !value)
    return fail(ErrorKind::kInvalid, fmt::format("there is no example of {}{}{}: give a \"value\"", field,
                                                 event.empty() ? "" : " with event ", event));
  const std::string phone = body.contains("phone") ? phone_digits(text_in(body, {"phone"})) : "4915550100001";
  if (phone.empty()) return fail(ErrorKind::kInvalid, "\"phone\" is 5 to 15 digits");
  const auto number = number_for(meta, text_in(body, {"number"}), waba);
  if (!number) return std::unexpected(number.error());

  json::value sent = value ? *value : json::parse(example->value);
  if (!value) Filler(meta, **number, phone).fill(sent);
  const bool known_of_waba = example ? example->of_waba : !body.contains("number");
  const bool of_waba = known_of_waba || !waba.empty();
  json::object out = of_waba ? std::move(sent.get_object()) : with_metadata(**number, std::move(sent.get_object()));
  if (!meta.tell(**number, field, out, of_waba)) return fail(ErrorKind::kTransient, "too many webhooks wait");
  return out;
}

json::array example_webhooks_json() {
  json::array list;
  for (const auto& example : kExamples)
    list.push_back(
        json::object{{"field", example.field}, {"event", example.event}, {"of", example.of_waba ? "waba" : "number"}});
  return list;
}

}  // namespace claw::sim
