#include "graph/template_client.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "graph/graph_call.hpp"

namespace claw {
namespace {

/// A page of templates with carousels; Meta's examples of files are long addresses.
constexpr std::size_t kMaxAnswerBytes = 4 * 1024 * 1024;

/// For the bytes of a sample, 16 MB at most.
constexpr std::chrono::milliseconds kUploadPatience{60'000};

constexpr std::string_view kUnseen =
    "This access token cannot see the WhatsApp account or the template. Check WHATSAPP_WABA_ID, or give the token's "
    "system user that account with whatsapp_business_management, and make a new token.";

/// A session of an upload is an object too, with a query of its own; Meta's word for it stays within the path.
bool is_session(std::string_view text) {
  constexpr std::size_t kLongest = 2'000;
  return text.starts_with("upload:") && text.size() <= kLongest && std::ranges::all_of(text, [](unsigned char c) {
           return std::isalnum(c) != 0 || std::string_view(":_-=?&%+~").contains(static_cast<char>(c));
         });
}

}  // namespace

struct GraphTemplateClient::Call {
  std::string method;
  std::string number;
  std::string object;  ///< An id of Meta's.
  std::string edge = {};
  std::string query = {};
  std::string body = {};
  std::string content_type = "application/json";
  bool is_upload = false;  ///< The bytes of a file, to a session.
};

GraphTemplateClient::GraphTemplateClient(net::HttpClient& http, Metrics& metrics, GraphClient::Options options)
    : http_(http),
      options_(std::move(options)),
      ok_(graph_calls(metrics, "ok")),
      refused_(graph_calls(metrics, "refused")),
      not_sent_(graph_calls(metrics, "not_sent")),
      ambiguous_(graph_calls(metrics, "ambiguous")) {
  options_.total_timeout = std::min(options_.total_timeout, kPatience);
}

template <class T>
Task<GraphRead<T>> GraphTemplateClient::make(TenantRef tenant, Call call,
                                             std::expected<T, whatsapp::GraphError> (*parse)(int http_status,
                                                                                             std::string_view body)) {
  if (tenant->access_token_for(call.number).empty()) {
    GraphFailure failure = no_token();
    failure.reason = "WHATSAPP_ACCESS_TOKEN is not set: set it under Secrets.";
    co_return std::unexpected(std::move(failure));
  }
  if (!(call.is_upload ? is_session(call.object) : is_id(call.object))) {
    GraphFailure failure;
    failure.reason = fmt::format("\"{}\" is no id of Meta's: digits only.", call.object);
    co_return std::unexpected(std::move(failure));
  }
  auto request = graph_request(options_, *tenant, call.number, call.method, call.object + call.edge);
  if (!call.query.empty()) request.url.append(request.url.contains('?') ? "&" : "?").append(call.query);
  if (!call.body.empty()) {
    request.headers.push_back({"Content-Type", std::move(call.content_type)});
    request.body = std::move(call.body);
  }
  if (call.is_upload) {
    request.headers.push_back({"file_offset", "0"});
    request.scheme = "OAuth";
    request.total_timeout = kUploadPatience;
  }
  request.max_response_bytes = kMaxAnswerBytes;
  const auto answer = co_await exchange(http_, options_, tenant, call.number, std::move(request));
  if (!answer) {
    GraphFailure failure = no_answer(answer.error());
    (failure.kind == GraphFailure::Kind::kAmbiguous ? ambiguous_ : not_sent_).add();
    co_return std::unexpected(std::move(failure));
  }
  auto parsed = parse(answer->status, answer->body);
  (parsed ? ok_ : refused_).add();
  if (!parsed) {
    GraphFailure failure;
    failure.kind = GraphFailure::Kind::kRefused;
    failure.reason = words_of(parsed.error(), kUnseen);
    failure.error = std::move(parsed.error());
    failure.retry_after = net::retry_after(answer->headers);
    co_return std::unexpected(std::move(failure));
  }
  if constexpr (std::is_void_v<T>)
    co_return GraphRead<T>();
  else
    co_return GraphRead<T>(std::move(*parsed));
}

Task<GraphRead<whatsapp::TemplatePage>> GraphTemplateClient::page(TenantRef tenant, std::string phone_number_id,
                                                                  std::string waba_id, std::string after) {
  auto query = fmt::format("fields={}&limit={}", whatsapp::kTemplateFields, kPage);
  if (!after.empty()) query += "&after=" + net::percent_encode(after);
  return make<whatsapp::TemplatePage>(
      std::move(tenant),
      {"GET", std::move(phone_number_id), std::move(waba_id), "/message_templates", std::move(query)},
      whatsapp::parse_templates_answer);
}

Task<GraphRead<whatsapp::MessageTemplate>> GraphTemplateClient::find(TenantRef tenant, std::string phone_number_id,
                                                                     std::string id) {
  return make<whatsapp::MessageTemplate>(
      std::move(tenant),
      {"GET", std::move(phone_number_id), std::move(id), "", fmt::format("fields={}", whatsapp::kTemplateFields)},
      whatsapp::parse_template_answer);
}

Task<GraphRead<whatsapp::MessageTemplate>> GraphTemplateClient::create(TenantRef tenant, std::string phone_number_id,
                                                                       std::string waba_id, std::string request) {
  return make<whatsapp::MessageTemplate>(
      std::move(tenant),
      {"POST", std::move(phone_number_id), std::move(waba_id), "/message_templates", "", std::move(request)},
      whatsapp::parse_created_answer);
}

Task<GraphRead<void>> GraphTemplateClient::remove(TenantRef tenant, std::string phone_number_id, std::string waba_id,
                                                  std::string name, std::string id) {
  return make<void>(std::move(tenant),
                    {"DELETE", std::move(phone_number_id), std::move(waba_id), "/message_templates",
                     fmt::format("name={}&hsm_id={}", net::percent_encode(name), net::percent_encode(id))},
                    whatsapp::parse_success_answer);
}

Task<GraphRead<std::string>> GraphTemplateClient::sample(TenantRef tenant, std::string phone_number_id,
                                                         std::string app_id, Sample file) {
  auto query = fmt::format("file_name={}&file_length={}&file_type={}", net::percent_encode(file.filename),
                           file.bytes.size(), net::percent_encode(file.mime_type));
  auto session = co_await make<std::string>(tenant, {"POST", phone_number_id, std::move(app_id), "/uploads", query},
                                            whatsapp::parse_upload_session);
  if (!session) co_return session;
  Call upload{"POST", std::move(phone_number_id), std::move(*session)};
  upload.body = std::move(file.bytes);
  upload.content_type = std::move(file.mime_type);
  upload.is_upload = true;
  co_return co_await make<std::string>(std::move(tenant), std::move(upload), whatsapp::parse_upload_handle);
}

}  // namespace claw
