#include "api/body.hpp"
#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/settings_api.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

/// The number as people know it, from a webhook about it; null where it does not say.
json::value display_number(const std::string& raw) {
  boost::system::error_code fault;
  const auto body = json::parse(raw, fault);
  if (fault) return nullptr;
  const auto* shown = body.find_pointer("/entry/0/changes/0/value/metadata/display_phone_number", fault);
  return shown && shown->is_string() ? *shown : json::value(nullptr);
}

json::object claim_json(const Claim& claim, const std::string& tenant) {
  return {{"waba_id", claim.waba_id}, {"phone_number_id", claim.phone_number_id}, {"tenant", tenant}};
}

json::object unclaimed_json(const UnclaimedNumber& number) {
  return {{"waba_id", number.waba_id},
          {"phone_number_id", text_or_null(number.phone_number_id)},
          {"display_phone_number", display_number(number.newest_raw)},
          {"first_seen_at", time_json(number.first_seen_at)},
          {"last_seen_at", time_json(number.last_seen_at)},
          {"items", number.items}};
}

HttpResponse secret_response(const Tenant& platform, const std::string& name) {
  const auto view = secret_view(platform, name);
  return versioned(200, secret_json(view), view.set ? view.set->version : std::string());
}

}  // namespace

SettingsApi::Answer SettingsApi::show_platform(HttpRequest&, const Caller&) {
  const auto unclaimed = co_await platform_.unclaimed.list();
  if (!unclaimed) co_return problem_of(unclaimed.error());
  const auto platform = directory_.platform();
  json::array secrets, claims, nobodys;
  for (const auto& view : secret_views(*platform)) secrets.push_back(secret_json(view));
  for (const auto& claim : directory_.claims())
    if (const auto tenant = directory_.by_id(claim.tenant)) claims.push_back(claim_json(claim, tenant->name));
  for (const auto& number : *unclaimed) nobodys.push_back(unclaimed_json(number));
  co_return versioned(200,
                      {{"webhook", options_.public_url + "/webhooks/whatsapp"},
                       {"app_id", text_or_null(id_for(*platform, kPlatformAppId, ""))},
                       {"secrets", std::move(secrets)},
                       {"claims", std::move(claims)},
                       {"unclaimed", std::move(nobodys)}},
                      "");
}

SettingsApi::Answer SettingsApi::show_platform_secret(HttpRequest& request, const Caller&) {
  const std::string name(request.param("name"));
  if (!is_platform_name(name) || !known_secret(name)) co_return problem(404, "Not found", "There is no such secret.");
  co_return secret_response(*directory_.platform(), name);
}

SettingsApi::Answer SettingsApi::set_platform_secret(HttpRequest& request, const Caller& caller) {
  auto by = by_of(request, caller);
  if (!by) co_return problem_of(by.error());
  auto body = body_of(request, {"value"});
  if (!body) co_return problem_of(body.error());
  auto value = secret_in(*body, "value");
  if (!value) co_return problem_of(value.error());
  const std::string name(request.param("name"));
  const auto changed =
      co_await admin_.set_secret(std::move(*by), directory_.platform(), SecretChange{name, std::move(*value)});
  co_return changed ? secret_response(**changed, name) : problem_of(changed.error());
}

SettingsApi::Answer SettingsApi::delete_platform_secret(HttpRequest& request, const Caller& caller) {
  auto by = by_of(request, caller);
  if (!by) co_return problem_of(by.error());
  const auto gone =
      co_await admin_.delete_secret(std::move(*by), directory_.platform(), std::string(request.param("name")));
  co_return gone ? no_content() : problem_of(gone.error());
}

SettingsApi::Answer SettingsApi::set_claim(HttpRequest& request, const Caller& caller) {
  const auto body = body_of(request, {"tenant"});
  if (!body) co_return problem_of(body.error());
  const auto name = text_of(*body, "tenant");
  if (!name) co_return problem_of(name.error());
  const auto tenant = directory_.by_name(*name);
  if (!tenant) co_return problem(404, "Not found", "There is no such tenant.");
  const Claim claim{std::string(request.param("waba_id")), std::string(request.param("phone_number_id")), tenant->id};
  const auto made = co_await admin_.claim({caller.actor}, tenant, claim.waba_id, claim.phone_number_id);
  if (!made) co_return problem_of(made.error());
  const auto delivered = co_await platform_.delivery.deliver(tenant->id, claim.waba_id, claim.phone_number_id);
  if (!delivered) co_return problem_of(delivered.error());
  auto shown = claim_json(claim, tenant->name);
  shown["delivered"] = *delivered;
  co_return net::json_response(200, json::serialize(shown));
}

SettingsApi::Answer SettingsApi::delete_claim(HttpRequest& request, const Caller& caller) {
  const auto gone = co_await admin_.release({caller.actor}, std::string(request.param("waba_id")),
                                            std::string(request.param("phone_number_id")));
  co_return gone ? no_content() : problem_of(gone.error());
}

}  // namespace claw
