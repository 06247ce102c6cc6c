#include <array>

#include <fmt/format.h>

#include "whatsapp/change_view.hpp"
#include "whatsapp/message_view.hpp"

namespace claw::whatsapp {
namespace {

struct AccountEvent {
  std::string_view event;
  std::string_view sentence;
  std::string_view details;  ///< The member of the value that says more.
};

constexpr std::array<AccountEvent, 18> kAccountEvents = {{
    {"ACCOUNT_DELETED", "The WhatsApp Business Account was deleted: nothing can be sent or received any more", ""},
    {"ACCOUNT_OFFBOARDED", "The number left the Cloud API: sending stops until it is connected again", ""},
    {"ACCOUNT_RECONNECTED", "The number is connected to the Cloud API again", ""},
    {"ACCOUNT_RESTRICTION", "Meta restricted the account: what is named here cannot be sent until it ends",
     "restriction_info"},
    {"ACCOUNT_VIOLATION", "Meta found a violation of its policies: look at it in Business Support Home",
     "violation_info"},
    {"AD_ACCOUNT_LINKED", "An ad account was linked", "waba_info"},
    {"AUTH_INTL_PRICE_ELIGIBILITY_UPDATE", "International prices for authentication messages apply from now on or soon",
     "auth_international_rate_eligibility"},
    {"BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE", "The business's main country changed", "country"},
    {"DISABLED_UPDATE", "Meta changed whether the account may be used", "ban_info"},
    {"MM_LITE_TERMS_SIGNED", "The terms of the Marketing Messages API were accepted", "waba_info"},
    {"PARTNER_ADDED", "The account was shared with this app's business: a tenant came", "waba_info"},
    {"PARTNER_APP_INSTALLED", "The app was given access to the account: a tenant came", "waba_info"},
    {"PARTNER_APP_UNINSTALLED", "The app lost its access to the account: the tenant's token no longer works",
     "waba_info"},
    {"PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE", "The review of the client's business went on",
     "partner_client_certification_info"},
    {"PARTNER_REMOVED", "The account is no longer shared with this app's business: the tenant left",
     "disconnection_info"},
    {"VERIFIED_ACCOUNT", "The account was verified", ""},
    {"VOLUME_BASED_PRICING_TIER_UPDATE", "The volume reached another price tier", "volume_tier_info"},
    {"WABA_BAN", "Meta banned the account", "ban_info"},
}};

std::string details_of(const json::object& value, std::string_view member) {
  const auto* found = member.empty() ? nullptr : find(value, member);
  if (!found) return {};
  return summary_of(*found);
}

}  // namespace

std::string account_sentence(std::string_view event, const json::object& value) {
  const auto known = std::ranges::find(kAccountEvents, event, &AccountEvent::event);
  if (known == kAccountEvents.end()) return "Account update: " + summary_of(value);
  const auto details = details_of(value, known->details);
  return details.empty() ? fmt::format("{}.", known->sentence) : fmt::format("{} ({}).", known->sentence, details);
}

}  // namespace claw::whatsapp
