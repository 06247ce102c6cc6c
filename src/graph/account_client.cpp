#include "graph/account_client.hpp"

#include <cctype>

#include <fmt/format.h>

namespace claw {
namespace {

constexpr std::string_view kUnseenNumber =
    "This access token cannot see the phone number. Check WHATSAPP_PHONE_NUMBER_ID, or give the token's system user "
    "the WhatsApp account that has the number, and make a new token.";
constexpr std::string_view kUnseenAccount =
    "This access token cannot see the WhatsApp account. Check WHATSAPP_WABA_ID, or give the token's system user that "
    "account, and make a new token.";
constexpr std::string_view kUnseenToken = "Meta does not know this access token. Copy it again, whole.";

std::string escaped(std::string_view text) {
  std::string out;
  for (const unsigned char c : text)
    if (std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~')
      out += static_cast<char>(c);
    else
      out += fmt::format("%{:02X}", c);
  return out;
}

}  // namespace

GraphAccountClient::GraphAccountClient(net::HttpClient& http, Metrics& metrics, GraphClient::Options options)
    : calls_(http, metrics, std::move(options), kPatience) {}

Task<GraphRead<whatsapp::TokenFacts>> GraphAccountClient::token(TenantRef tenant, std::string phone_number_id) {
  std::string query = "input_token=" + escaped(tenant->access_token_for(phone_number_id).expose());
  return calls_.make<whatsapp::TokenFacts>(std::move(tenant),
                                           {.method = "GET",
                                            .number = std::move(phone_number_id),
                                            .object = std::string(GraphCalls::kAboutToken),
                                            .unseen = kUnseenToken,
                                            .query = std::move(query)},
                                           whatsapp::parse_token_answer);
}

Task<GraphRead<whatsapp::NumberFacts>> GraphAccountClient::number(TenantRef tenant, std::string phone_number_id) {
  return calls_.make<whatsapp::NumberFacts>(std::move(tenant),
                                            {.method = "GET",
                                             .number = phone_number_id,
                                             .object = phone_number_id,
                                             .unseen = kUnseenNumber,
                                             .query = fmt::format("fields={}", whatsapp::kNumberFields)},
                                            whatsapp::parse_number_answer);
}

Task<GraphRead<whatsapp::WabaFacts>> GraphAccountClient::waba(TenantRef tenant, std::string phone_number_id,
                                                              std::string waba_id) {
  return calls_.make<whatsapp::WabaFacts>(std::move(tenant),
                                          {.method = "GET",
                                           .number = std::move(phone_number_id),
                                           .object = std::move(waba_id),
                                           .unseen = kUnseenAccount,
                                           .query = fmt::format("fields={}", whatsapp::kWabaFields)},
                                          whatsapp::parse_waba_answer);
}

Task<GraphRead<std::vector<std::string>>> GraphAccountClient::numbers_of(TenantRef tenant, std::string phone_number_id,
                                                                         std::string waba_id) {
  return calls_.make<std::vector<std::string>>(std::move(tenant),
                                               {.method = "GET",
                                                .number = std::move(phone_number_id),
                                                .object = std::move(waba_id),
                                                .unseen = kUnseenAccount,
                                                .edge = "/phone_numbers",
                                                .query = fmt::format("fields=id&limit={}", kMaxNumbers)},
                                               whatsapp::parse_ids_answer);
}

Task<GraphRead<std::vector<whatsapp::AppFacts>>> GraphAccountClient::subscribed_apps(TenantRef tenant,
                                                                                     std::string phone_number_id,
                                                                                     std::string waba_id) {
  return calls_.make<std::vector<whatsapp::AppFacts>>(std::move(tenant),
                                                      {.method = "GET",
                                                       .number = std::move(phone_number_id),
                                                       .object = std::move(waba_id),
                                                       .unseen = kUnseenAccount,
                                                       .edge = "/subscribed_apps"},
                                                      whatsapp::parse_apps_answer);
}

Task<GraphRead<void>> GraphAccountClient::subscribe(TenantRef tenant, std::string phone_number_id,
                                                    std::string waba_id) {
  return calls_.make<void>(std::move(tenant),
                           {.method = "POST",
                            .number = std::move(phone_number_id),
                            .object = std::move(waba_id),
                            .unseen = kUnseenAccount,
                            .edge = "/subscribed_apps"},
                           whatsapp::parse_success_answer);
}

}  // namespace claw
