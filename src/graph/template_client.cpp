#include "graph/template_client.hpp"

#include <fmt/format.h>

namespace claw {
namespace {

constexpr std::string_view kUnseen =
    "This access token cannot see the WhatsApp account or the template. Check WHATSAPP_WABA_ID, or give the token's "
    "system user that account with whatsapp_business_management, and make a new token.";

}  // namespace

GraphTemplateClient::GraphTemplateClient(net::HttpClient& http, Metrics& metrics, GraphClient::Options options)
    : calls_(http, metrics, std::move(options), kPatience) {}

Task<GraphRead<whatsapp::TemplatePage>> GraphTemplateClient::page(TenantRef tenant, std::string phone_number_id,
                                                                  std::string waba_id, std::string after) {
  auto query = fmt::format("fields={}&limit={}", whatsapp::kTemplateFields, kPage);
  if (!after.empty()) query += "&after=" + net::percent_encode(after);
  return calls_.make<whatsapp::TemplatePage>(
      std::move(tenant),
      {"GET", std::move(phone_number_id), std::move(waba_id), kUnseen, "/message_templates", std::move(query)},
      whatsapp::parse_templates_answer);
}

Task<GraphRead<whatsapp::MessageTemplate>> GraphTemplateClient::find(TenantRef tenant, std::string phone_number_id,
                                                                     std::string id) {
  return calls_.make<whatsapp::MessageTemplate>(std::move(tenant),
                                                {"GET", std::move(phone_number_id), std::move(id), kUnseen, "",
                                                 fmt::format("fields={}", whatsapp::kTemplateFields)},
                                                whatsapp::parse_template_answer);
}

Task<GraphRead<whatsapp::MessageTemplate>> GraphTemplateClient::create(TenantRef tenant, std::string phone_number_id,
                                                                       std::string waba_id, std::string request) {
  return calls_.make<whatsapp::MessageTemplate>(
      std::move(tenant),
      {"POST", std::move(phone_number_id), std::move(waba_id), kUnseen, "/message_templates", "", std::move(request)},
      whatsapp::parse_created_answer);
}

Task<GraphRead<void>> GraphTemplateClient::remove(TenantRef tenant, std::string phone_number_id, std::string waba_id,
                                                  std::string name, std::string id) {
  return calls_.make<void>(std::move(tenant),
                           {"DELETE", std::move(phone_number_id), std::move(waba_id), kUnseen, "/message_templates",
                            fmt::format("name={}&hsm_id={}", net::percent_encode(name), net::percent_encode(id))},
                           whatsapp::parse_success_answer);
}

Task<GraphRead<std::string>> GraphTemplateClient::sample(TenantRef tenant, std::string phone_number_id,
                                                         std::string app_id, Sample file) {
  auto query = fmt::format("file_name={}&file_length={}&file_type={}", net::percent_encode(file.filename),
                           file.bytes.size(), net::percent_encode(file.mime_type));
  auto session = co_await calls_.make<std::string>(
      tenant, {"POST", phone_number_id, std::move(app_id), kUnseen, "/uploads", query}, whatsapp::parse_upload_session);
  if (!session) co_return session;
  GraphCalls::Call upload{"POST", std::move(phone_number_id), std::move(*session), kUnseen};
  upload.body = std::move(file.bytes);
  upload.content_type = std::move(file.mime_type);
  upload.is_upload = true;
  co_return co_await calls_.make<std::string>(std::move(tenant), std::move(upload), whatsapp::parse_upload_handle);
}

}  // namespace claw
