#include "graph/graph_call.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "whatsapp/errors.hpp"
#include "whatsapp/wire_text.hpp"

namespace claw {

net::ClientRequest graph_request(const GraphClient::Options& options, const Tenant& tenant,
                                 std::string_view phone_number_id, std::string_view method, std::string_view path) {
  return graph_request(options, tenant.access_token_for(phone_number_id), tenant.app_secret_for(phone_number_id),
                       method, path);
}

net::ClientRequest graph_request(const GraphClient::Options& options, const SecretString& token,
                                 const SecretString& app_secret, std::string_view method, std::string_view path) {
  net::ClientRequest request;
  request.method = method;
  request.url = fmt::format("{}/{}/{}", options.base_url, options.version, path);
  if (!app_secret.empty())
    add_query(request.url, "appsecret_proof", to_hex(hmac_sha256(app_secret.expose(), token.expose())));
  request.bearer = token.clone();
  request.connect_timeout = options.connect_timeout;
  request.total_timeout = options.total_timeout;
  return request;
}

namespace {

void tell(DeliveryLog& log, const Tenant& tenant, Exchange told, const Result<net::ClientResponse>& answer) {
  const std::string_view secrets[] = {tenant.access_token_for(told.phone_number_id).expose(),
                                      tenant.app_secret_for(told.phone_number_id).expose()};
  told.wrong = !answer || answer->status >= 300;
  if (answer) {
    told.status = answer->status;
    told.outcome = told.wrong ? "refused" : "ok";
    const bool is_long = answer->body.size() > DeliveryLog::kMaxKeptBytes;
    told.answer = whatsapp::without_secrets(
        is_long ? std::string_view(answer->body).substr(0, DeliveryLog::kMaxKeptBytes) : answer->body, secrets);
  } else {
    told.outcome = answer.error().kind == ErrorKind::kAmbiguous ? "ambiguous" : "not_sent";
    told.reason = whatsapp::without_secrets(answer.error().message, secrets);
  }
  told.request = whatsapp::without_secrets(told.request, secrets);
  log.note(std::move(told));
}

}  // namespace

Task<Result<net::ClientResponse>> exchange(net::HttpClient& http, const GraphClient::Options& options, TenantRef tenant,
                                           std::string phone_number_id, net::ClientRequest request) {
  if (!options.log) co_return co_await http.send(std::move(request));
  Exchange told;
  told.tenant = tenant->id;
  told.kind = ExchangeKind::kGraph;
  told.at = options.clock->now();
  told.method = request.method;
  told.trace = trace_in(net::find_header(request.headers, "traceparent"));
  told.path = whatsapp::path_without_secrets(request.url);
  told.phone_number_id = std::move(phone_number_id);
  // Files are not for reading.
  if (request.body.starts_with('{') || request.body.starts_with('['))
    told.request = request.body.substr(0, DeliveryLog::kMaxKeptBytes);
  const auto began = std::chrono::steady_clock::now();
  auto answer = co_await http.send(std::move(request));
  told.took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
  tell(*options.log, *tenant, std::move(told), answer);
  co_return answer;
}

bool is_id(std::string_view text) {
  constexpr std::size_t kLongest = 32;
  return !text.empty() && text.size() <= kLongest &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

void add_query(std::string& url, std::string_view name, std::string_view value) {
  url += url.contains('?') ? '&' : '?';
  url.append(name).append("=").append(value);
}

std::string words_of(const whatsapp::GraphError& error, std::string_view unseen) {
  if (!error.has_error_object)
    return fmt::format("Meta answered {} without saying what became of the call", error.http_status);
  const auto& known = whatsapp::error_info(error.code);
  std::string_view advice = known.advice;
  // Meta's code for any wrong parameter; two of them mean something that the code's own advice does not say.
  if (error.code == 100 && error.subcode == 33) advice = unseen;
  if (error.code == 100 && error.message.contains("appsecret_proof"))
    advice =
        "WHATSAPP_APP_SECRET is not the secret of the app that the access token was made for. Copy the App secret from "
        "App settings → Basic of that app.";
  std::string words = fmt::format("{} (Meta's code {}", advice, error.code);
  if (error.subcode != 0) words += fmt::format("/{}", error.subcode);
  words += fmt::format(": {}", error.details.empty() ? error.message : error.details);
  if (!error.fbtrace_id.empty()) words += fmt::format("; trace {}", error.fbtrace_id);
  return words + ")";
}

GraphFailure no_token() {
  GraphFailure failure;
  failure.kind = GraphFailure::Kind::kNoToken;
  failure.reason = "WHATSAPP_ACCESS_TOKEN is not set: set it under Secrets, then the message is sent";
  return failure;
}

GraphFailure no_answer(const Error& error) {
  GraphFailure failure;
  const bool unknown = error.kind == ErrorKind::kAmbiguous;
  failure.kind = unknown ? GraphFailure::Kind::kAmbiguous : GraphFailure::Kind::kNotSent;
  failure.reason =
      fmt::format("{}: {}", unknown ? "No answer came from Meta" : "Meta could not be reached", error.message);
  return failure;
}

Counter& graph_calls(Metrics& metrics, const char* result) {
  return metrics.counter("clawcentral_graph_calls_total", "Calls of Meta's Graph API by outcome.",
                         fmt::format("result=\"{}\"", result));
}

}  // namespace claw
