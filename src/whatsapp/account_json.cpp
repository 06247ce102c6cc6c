#include "whatsapp/account_json.hpp"

#include <algorithm>

#include "whatsapp/graph_answer.hpp"

namespace claw::whatsapp {
namespace {

void add_new(std::vector<std::string>& list, std::string text) {
  if (!text.empty() && std::ranges::find(list, text) == list.end()) list.push_back(std::move(text));
}

/// The texts of an array's elements.
std::vector<std::string> texts_at(const json::object& in, std::string_view key) {
  std::vector<std::string> texts;
  if (const auto* array = find_array(in, key))
    for (const auto& element : *array) add_new(texts, text_of(&element));
  return texts;
}

TokenFacts read_token(const json::object& data) {
  TokenFacts token;
  token.valid = is_true(data, "is_valid");
  token.app_id = text_at(data, "app_id");
  token.app_name = text_at(data, "application");
  token.type = text_at(data, "type");
  token.expires_s = number_at(data, "expires_at").value_or(0);
  token.permissions = texts_at(data, "scopes");
  if (const auto* granular = find_array(data, "granular_scopes"))
    for (const auto& element : *granular) {
      const auto* scope = element.if_object();
      if (!scope || !text_at(*scope, "scope").starts_with("whatsapp_business_")) continue;
      for (auto& id : texts_at(*scope, "target_ids")) add_new(token.waba_ids, std::move(id));
    }
  if (const auto* error = find_object(data, "error")) {
    token.fault.has_error_object = true;
    token.fault.code = number_at(*error, "code").value_or(0);
    token.fault.subcode = number_at(*error, "subcode").value_or(0);
    token.fault.message = text_at(*error, "message");
  }
  return token;
}

NumberFacts read_number(const json::object& answer) {
  NumberFacts number;
  number.id = text_at(answer, "id");
  number.display_phone_number = text_at(answer, "display_phone_number");
  number.verified_name = text_at(answer, "verified_name");
  number.quality_rating = text_at(answer, "quality_rating");
  number.messaging_limit = text_at(answer, "whatsapp_business_manager_messaging_limit");
  number.name_status = text_at(answer, "name_status");
  number.status = text_at(answer, "status");
  number.platform_type = text_at(answer, "platform_type");
  number.on_business_app = is_true(answer, "is_on_biz_app");
  if (const auto* throughput = find_object(answer, "throughput")) number.throughput = text_at(*throughput, "level");
  if (const auto* webhook = find_object(answer, "webhook_configuration")) {
    number.callback_of_number = text_at(*webhook, "phone_number");
    number.callback_of_waba = text_at(*webhook, "whatsapp_business_account");
    number.callback_of_app = text_at(*webhook, "application");
  }
  return number;
}

/// Reads an answer that must have what makes it one: `read` gives nothing for another shape.
template <class T, class Read>
std::expected<T, GraphError> read_answer(int http_status, std::string_view body, Read read) {
  return parse_answer<T>(http_status, body, [&](const json::object& answer) -> std::expected<T, GraphError> {
    std::optional<T> facts;
    if (is_success(http_status) && !find(answer, "error")) facts = read(answer);
    if (!facts) return std::unexpected(error_of(http_status, &answer, "another shape than was asked for"));
    return *std::move(facts);
  });
}

/// Of a list's answer: `read` on each object of `data`.
template <class T, class Read>
std::expected<std::vector<T>, GraphError> read_list(int http_status, std::string_view body, Read read) {
  using List = std::vector<T>;
  return read_answer<List>(http_status, body, [&](const json::object& answer) -> std::optional<List> {
    const auto* data = find_array(answer, "data");
    if (!data) return std::nullopt;
    List list;
    for (const auto& element : *data)
      if (const auto* object = element.if_object()) list.push_back(read(*object));
    return list;
  });
}

}  // namespace

bool TokenFacts::has(std::string_view permission) const {
  return std::ranges::find(permissions, permission) != permissions.end();
}

std::expected<TokenFacts, GraphError> parse_token_answer(int http_status, std::string_view body) {
  return read_answer<TokenFacts>(http_status, body, [](const json::object& answer) -> std::optional<TokenFacts> {
    const auto* data = find_object(answer, "data");
    return data ? std::optional(read_token(*data)) : std::nullopt;
  });
}

std::expected<NumberFacts, GraphError> parse_number_answer(int http_status, std::string_view body) {
  return read_answer<NumberFacts>(http_status, body, [](const json::object& answer) -> std::optional<NumberFacts> {
    auto number = read_number(answer);
    return number.id.empty() ? std::nullopt : std::optional(std::move(number));
  });
}

std::expected<WabaFacts, GraphError> parse_waba_answer(int http_status, std::string_view body) {
  return read_answer<WabaFacts>(http_status, body, [](const json::object& answer) -> std::optional<WabaFacts> {
    WabaFacts waba{text_at(answer, "id"), text_at(answer, "name"), text_at(answer, "business_verification_status"), {}};
    if (const auto* owner = find_object(answer, "owner_business_info")) waba.owner_name = text_at(*owner, "name");
    return waba.id.empty() ? std::nullopt : std::optional(std::move(waba));
  });
}

std::expected<std::vector<AppFacts>, GraphError> parse_apps_answer(int http_status, std::string_view body) {
  return read_list<AppFacts>(http_status, body, [](const json::object& entry) {
    AppFacts app;
    if (const auto* data = find_object(entry, "whatsapp_business_api_data"))
      app = {text_at(*data, "id"), text_at(*data, "name"), {}};
    app.callback = text_at(entry, "override_callback_uri");
    return app;
  });
}

std::expected<std::vector<std::string>, GraphError> parse_ids_answer(int http_status, std::string_view body) {
  return read_list<std::string>(http_status, body, [](const json::object& entry) { return text_at(entry, "id"); });
}

std::expected<SubscriptionFacts, GraphError> parse_subscriptions_answer(int http_status, std::string_view body) {
  return read_answer<SubscriptionFacts>(http_status, body, [](const json::object& answer) {
    const auto* data = find_array(answer, "data");
    if (!data) return std::optional<SubscriptionFacts>();
    SubscriptionFacts facts;
    for (const auto& element : *data) {
      const auto* entry = element.if_object();
      if (!entry || text_at(*entry, "object") != "whatsapp_business_account") continue;
      facts.active = is_true(*entry, "active");
      facts.callback = text_at(*entry, "callback_url");
      if (const auto* fields = find_array(*entry, "fields"))
        for (const auto& field : *fields)
          // An object since fields have versions; a plain name before that.
          add_new(facts.fields, field.is_object() ? text_at(field.get_object(), "name") : text_of(&field));
    }
    return std::optional(std::move(facts));
  });
}

std::expected<std::vector<TemplateStanding>, GraphError> parse_template_standings(int http_status,
                                                                                  std::string_view body) {
  return read_list<TemplateStanding>(http_status, body, [](const json::object& entry) {
    return TemplateStanding{text_at(entry, "name"), text_at(entry, "language"), text_at(entry, "status")};
  });
}

int messages_per_second(const NumberFacts& number) {
  if (number.on_business_app) return kCoexistencePerSecond;
  return number.throughput == "HIGH" ? kHighPerSecond : kStandardPerSecond;
}

bool is_about_throughput(std::string_view field) {
  return field == "phone_number_quality_update" || field == "account_update";
}

std::int64_t people_of_limit(std::string_view messaging_limit) {
  constexpr std::string_view kPrefix = "TIER_";
  if (!messaging_limit.starts_with(kPrefix)) return 0;
  std::int64_t people = 0;
  std::size_t at = kPrefix.size();
  for (; at < messaging_limit.size() && messaging_limit[at] >= '0' && messaging_limit[at] <= '9' && people < 1'000'000;
       ++at)
    people = people * 10 + (messaging_limit[at] - '0');
  const auto unit = messaging_limit.substr(at);
  if (unit == "K") return people * 1'000;
  return unit.empty() ? people : 0;
}

}  // namespace claw::whatsapp
