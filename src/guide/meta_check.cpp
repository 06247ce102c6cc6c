#include "guide/meta_check.hpp"

#include <algorithm>

#include <boost/json.hpp>

namespace claw {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestList = 100;

std::string text(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value && value->is_int64() ? value->get_int64() : 0;
}

json::array write_list(const std::vector<std::string>& list) {
  json::array out;
  for (std::size_t i = 0; i < std::min(list.size(), kLongestList); ++i) out.emplace_back(list[i]);
  return out;
}

std::vector<std::string> read_list(const json::value* value) {
  std::vector<std::string> list;
  if (value && value->is_array())
    for (const auto& each : value->get_array())
      if (each.is_string()) list.emplace_back(each.get_string());
  return list;
}

json::value write(const whatsapp::TokenFacts& token) {
  return {{"valid", token.valid},
          {"app_id", token.app_id},
          {"app_name", token.app_name},
          {"type", token.type},
          {"expires_s", token.expires_s},
          {"permissions", write_list(token.permissions)},
          {"waba_ids", write_list(token.waba_ids)},
          {"fault_code", token.fault.code},
          {"fault_subcode", token.fault.subcode},
          {"fault", token.fault.message}};
}

void read(const json::value& value, whatsapp::TokenFacts& token) {
  const auto& from = value.as_object();
  const auto* valid = from.if_contains("valid");
  token.valid = valid && valid->is_bool() && valid->get_bool();
  token.app_id = text(from, "app_id");
  token.app_name = text(from, "app_name");
  token.type = text(from, "type");
  token.expires_s = number(from, "expires_s");
  token.permissions = read_list(from.if_contains("permissions"));
  token.waba_ids = read_list(from.if_contains("waba_ids"));
  token.fault.code = number(from, "fault_code");
  token.fault.subcode = number(from, "fault_subcode");
  token.fault.message = text(from, "fault");
  token.fault.has_error_object = token.fault.code != 0;
}

struct TextMember {
  const char* name;
  std::string whatsapp::NumberFacts::* member;
};
constexpr TextMember kNumberMembers[] = {{"id", &whatsapp::NumberFacts::id},
                                         {"display_phone_number", &whatsapp::NumberFacts::display_phone_number},
                                         {"verified_name", &whatsapp::NumberFacts::verified_name},
                                         {"quality_rating", &whatsapp::NumberFacts::quality_rating},
                                         {"messaging_limit", &whatsapp::NumberFacts::messaging_limit},
                                         {"name_status", &whatsapp::NumberFacts::name_status},
                                         {"status", &whatsapp::NumberFacts::status},
                                         {"platform_type", &whatsapp::NumberFacts::platform_type},
                                         {"throughput", &whatsapp::NumberFacts::throughput},
                                         {"callback_of_number", &whatsapp::NumberFacts::callback_of_number},
                                         {"callback_of_waba", &whatsapp::NumberFacts::callback_of_waba},
                                         {"callback_of_app", &whatsapp::NumberFacts::callback_of_app}};

json::value write(const whatsapp::NumberFacts& number) {
  json::object out;
  for (const auto& [name, member] : kNumberMembers) out[name] = number.*member;
  out["on_business_app"] = number.on_business_app;
  return out;
}

void read(const json::value& value, whatsapp::NumberFacts& number) {
  for (const auto& [name, member] : kNumberMembers) number.*member = text(value.as_object(), name);
  const auto* on_app = value.as_object().if_contains("on_business_app");
  number.on_business_app = on_app && on_app->is_bool() && on_app->get_bool();
}

json::value write(const whatsapp::WabaFacts& waba) {
  return {
      {"id", waba.id}, {"name", waba.name}, {"verification", waba.business_verification}, {"owner", waba.owner_name}};
}

void read(const json::value& value, whatsapp::WabaFacts& waba) {
  const auto& from = value.as_object();
  waba = {text(from, "id"), text(from, "name"), text(from, "verification"), text(from, "owner")};
}

json::value write(const std::vector<std::string>& list) {
  return write_list(list);
}

void read(const json::value& value, std::vector<std::string>& list) {
  list = read_list(&value);
}

json::value write(const std::vector<whatsapp::AppFacts>& apps) {
  json::array list;
  for (std::size_t i = 0; i < std::min(apps.size(), kLongestList); ++i)
    list.push_back({{"id", apps[i].id}, {"name", apps[i].name}, {"callback", apps[i].callback}});
  return list;
}

void read(const json::value& value, std::vector<whatsapp::AppFacts>& apps) {
  for (const auto& each : value.as_array())
    apps.push_back({text(each.as_object(), "id"), text(each.as_object(), "name"), text(each.as_object(), "callback")});
}

template <class T>
void put(json::object& into, const char* name, const Answered<T>& answered) {
  if (answered.facts)
    into[name] = {{"facts", write(*answered.facts)}};
  else if (!answered.fault.empty())
    into[name] = {{"fault", answered.fault}};
}

template <class T>
void take(const json::object& from, const char* name, Answered<T>& answered) {
  const auto* value = from.if_contains(name);
  if (!value) return;
  answered.fault = text(value->as_object(), "fault");
  if (const auto* facts = value->as_object().if_contains("facts")) read(*facts, answered.facts.emplace());
}

}  // namespace

std::string write_check(const MetaCheck& check) {
  json::object out{{"at", to_ms(check.at)},
                   {"waba_id", check.waba_id},
                   {"unreachable", check.unreachable},
                   {"waba_of_number", check.waba_of_number}};
  put(out, "token", check.token);
  put(out, "number", check.number);
  put(out, "waba", check.waba);
  put(out, "numbers_of_waba", check.numbers_of_waba);
  put(out, "apps", check.apps);
  return json::serialize(out);
}

std::optional<MetaCheck> read_check(std::string_view kept) {
  boost::system::error_code fault;
  const auto parsed = json::parse(kept, fault);
  if (fault || !parsed.is_object()) return std::nullopt;
  try {
    const auto& from = parsed.get_object();
    MetaCheck check{.at = from_ms(number(from, "at")),
                    .waba_id = text(from, "waba_id"),
                    .unreachable = text(from, "unreachable"),
                    .token = {},
                    .number = {},
                    .waba = {},
                    .numbers_of_waba = {},
                    .apps = {},
                    .waba_of_number = text(from, "waba_of_number")};
    take(from, "token", check.token);
    take(from, "number", check.number);
    take(from, "waba", check.waba);
    take(from, "numbers_of_waba", check.numbers_of_waba);
    take(from, "apps", check.apps);
    return check;
  } catch (const std::exception&) {
    // A member of another kind: written by a version that is not ours. Asking Meta again makes a new one.
    return std::nullopt;
  }
}

}  // namespace claw
