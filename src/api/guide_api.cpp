#include "api/guide_api.hpp"

#include <fmt/format.h>

#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "tenancy/secret_names.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

json::value text_json(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value count_json(std::optional<std::int64_t> count) {
  return count ? json::value(*count) : json::value(nullptr);
}

json::object step_json(const GuideStep& step) {
  json::object shown{{"id", step.id}, {"state", to_string(step.state)}, {"title", step.title}, {"detail", step.detail}};
  if (step.at) shown["at"] = time_json(*step.at);
  return shown;
}

void put_token(json::object& into, const whatsapp::TokenFacts* token) {
  into["token_expires_at"] = token && token->expires_s != 0 ? time_json(from_ms(token->expires_s * 1'000)) : nullptr;
  into["token_permissions"] = nullptr;
  into["token_temporary"] = nullptr;
  if (!token) return;
  into["token_permissions"] = json::array(token->permissions.begin(), token->permissions.end());
  into["token_temporary"] = token->expires_s != 0;
}

json::object facts_json(const GuideView& view) {
  const MetaCheck nothing;
  const MetaCheck& meta = view.facts.meta ? *view.facts.meta : nothing;
  const whatsapp::NumberFacts unknown;
  const auto& number = meta.number.facts ? *meta.number.facts : unknown;
  json::object facts{
      {"checked_at", time_json(meta.at)},
      {"display_phone_number", text_json(number.display_phone_number)},
      {"verified_name", text_json(number.verified_name)},
      {"quality_rating", text_json(number.quality_rating)},
      {"messaging_tier", text_json(number.messaging_limit)},
      {"business_verification", text_json(meta.waba.facts ? meta.waba.facts->business_verification : std::string())},
      {"unique_users_this_month", count_json(view.people_this_month)},
      {"unique_users_limit", count_json(view.people_limit)},
      {"waba_id", text_json(view.facts.waba_id)},
      {"app_id", text_json(view.facts.app_id)}};
  put_token(facts, meta.token.facts ? &*meta.token.facts : nullptr);
  json::object learned;
  if (!view.learned_waba_id.empty()) learned["waba_id"] = view.learned_waba_id;
  if (!view.learned_app_id.empty()) learned["app_id"] = view.learned_app_id;
  facts["learned"] = std::move(learned);
  return facts;
}

HttpResponse guide_json(const GuideView& view) {
  json::array steps;
  for (const auto& step : view.steps) steps.push_back(step_json(step));
  return net::json_response(
      200, json::serialize(json::object{{"number", text_json(view.facts.number)},
                                        {"callback_url", view.facts.callback_url},
                                        {"platform_callback_url", text_json(view.facts.platform_callback_url)},
                                        {"fields", json::array{"messages"}},
                                        {"steps", std::move(steps)},
                                        {"facts", facts_json(view)}}));
}

/// The ids that the body of a confirmation names, as (secret, value).
Result<std::vector<std::pair<const char*, std::string>>> confirmed(const std::string& body) {
  boost::system::error_code fault;
  const auto parsed = json::parse(body, fault);
  std::vector<std::pair<const char*, std::string>> ids;
  if (!fault && parsed.is_object())
    for (const auto& [member, value] : parsed.get_object()) {
      const char* const name = member == "waba_id" ? kWabaId : member == "app_id" ? kAppId : nullptr;
      if (!name || !value.is_string())
        return fail(ErrorKind::kInvalid, R"(The body is {"waba_id": "…", "app_id": "…"}, or one of them.)");
      ids.emplace_back(name, std::string(value.get_string()));
    }
  if (ids.empty()) return fail(ErrorKind::kInvalid, R"(The body must name a "waba_id", an "app_id", or both.)");
  return ids;
}

}  // namespace

void GuideApi::add_routes(net::Router& router) {
  const auto add = [&](const char* method, const char* path, Permission permission, auto route) {
    guard_.add(router, method, path, permission,
               [this, route](HttpRequest& request, const Caller& caller) { return (this->*route)(request, caller); });
  };
  add("GET", "/api/v1/guide", Permission::kSettingsRead, &GuideApi::show);
  add("POST", "/api/v1/guide/check", Permission::kSettingsRead, &GuideApi::check);
  add("POST", "/api/v1/guide/subscribe", Permission::kSettingsWrite, &GuideApi::subscribe);
  add("POST", "/api/v1/guide/confirm", Permission::kSettingsWrite, &GuideApi::confirm);
}

GuideApi::Answer GuideApi::guide_of(TenantId tenant, std::string number) {
  const auto now = directory_.by_id(tenant);
  if (!now) co_return problem(404, "Not found", "There is no such tenant any more.");
  const auto view = co_await guide_.read(now, std::move(number));
  co_return view ? guide_json(*view) : problem_of(view.error());
}

GuideApi::Answer GuideApi::show(HttpRequest& request, const Caller& caller) {
  co_return co_await guide_of(caller.tenant->id, words_of(request, "number"));
}

GuideApi::Answer GuideApi::check(HttpRequest& request, const Caller& caller) {
  const std::string number = words_of(request, "number");
  if (const auto asked = co_await guide_.check(caller.tenant, number); !asked) co_return problem_of(asked.error());
  co_return co_await guide_of(caller.tenant->id, number);
}

GuideApi::Answer GuideApi::subscribe(HttpRequest& request, const Caller& caller) {
  const std::string number = words_of(request, "number");
  const auto account = co_await guide_.subscribe(caller.tenant, number);
  if (!account) co_return problem_of(account.error());
  if (!account->empty()) {
    auto row = audit_row(caller.actor, caller.tenant->id, clock_.now(), "guide.subscribe", *account,
                         fmt::format("subscribed the app to the WhatsApp account {}", *account));
    if (const auto kept = co_await audit_.add(std::move(row)); !kept) co_return problem_of(kept.error());
  }
  co_return co_await guide_of(caller.tenant->id, number);
}

GuideApi::Answer GuideApi::confirm(HttpRequest& request, const Caller& caller) {
  const std::string number = words_of(request, "number");
  if (!number.empty() && !caller.tenant->owns_number(number))
    co_return problem(404, "Not found", "This tenant has no such phone number id.");
  const auto ids = confirmed(request.body);
  if (!ids) co_return problem_of(ids.error());
  // What is confirmed of a further number is that number's own.
  const bool further = !number.empty() && number != caller.tenant->phone_number_ids.front();
  TenantRef tenant = caller.tenant;
  for (const auto& [base, value] : *ids) {
    SecretChange change;
    change.name = further ? name_for_number(base, number) : base;
    change.value.emplace(std::string(value));
    const auto set = co_await admin_.set_secret({caller.actor}, tenant, std::move(change));
    if (!set) co_return problem_of(set.error());
    tenant = *set;
  }
  co_return co_await guide_of(caller.tenant->id, number);
}

}  // namespace claw
