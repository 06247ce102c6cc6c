#include "graph/media_client.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "graph/graph_call.hpp"
#include "net/form_source.hpp"
#include "whatsapp/errors.hpp"
#include "whatsapp/media_json.hpp"

namespace claw {
namespace {

/// For a whole file of 100 MB at 200 KB a second; one that stands still ends sooner.
constexpr std::chrono::minutes kTransferTimeout{10};
constexpr std::chrono::seconds kStallTimeout{20};
/// A sink has a limit of its own; this one is for a refusal's words.
constexpr std::size_t kMaxTransfer = 256 * 1024 * 1024;

constexpr std::string_view kUnseenFile =
    "Meta has no such file for this access token: it keeps files for 30 days, received ones for 7, and shows them to "
    "the account that they belong to";

std::unexpected<Error> no_id(std::string_view text) {
  return fail(ErrorKind::kInvalid, fmt::format("\"{}\" is no media id of Meta's: digits only", text.substr(0, 64)));
}

/// Whether the same call may work later: also after a token was changed.
bool may_work_later(const whatsapp::GraphError& error) {
  if (!error.has_error_object) return error.http_status >= 500 || error.http_status == 429;
  const auto& known = whatsapp::error_info(error.code);
  return error.is_transient || known.category == "authorization" || known.retry == whatsapp::RetryClass::kYes ||
         known.retry == whatsapp::RetryClass::kLater;
}

std::unexpected<Error> refusal(const whatsapp::GraphError& error) {
  constexpr int kUnseen = 33;
  const bool unseen = error.has_error_object && error.code == 100 && error.subcode == kUnseen;
  const auto kind = unseen || error.http_status == 404 ? ErrorKind::kNotFound
                    : may_work_later(error)            ? ErrorKind::kTransient
                                                       : ErrorKind::kInvalid;
  return fail(kind, words_of(error, kUnseenFile));
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

GraphMediaClient::GraphMediaClient(net::HttpClient& http, Metrics& metrics, GraphClient::Options options,
                                   MediaHosts hosts)
    : http_(http),
      options_(std::move(options)),
      hosts_(std::move(hosts)),
      ok_(graph_calls(metrics, "ok")),
      refused_(graph_calls(metrics, "refused")),
      not_sent_(graph_calls(metrics, "not_sent")),
      ambiguous_(graph_calls(metrics, "ambiguous")) {}

Task<Result<std::string>> GraphMediaClient::call(TenantRef tenant, std::string phone_number_id,
                                                 net::ClientRequest request) {
  if (request.bearer.empty()) co_return fail(ErrorKind::kTransient, no_token().reason);
  auto answer = co_await exchange(http_, options_, std::move(tenant), std::move(phone_number_id), std::move(request));
  if (!answer) {
    const auto failure = no_answer(answer.error());
    (failure.kind == GraphFailure::Kind::kAmbiguous ? ambiguous_ : not_sent_).add();
    // Of a file that was read or uploaded twice nothing comes to harm.
    const bool own = answer.error().kind == ErrorKind::kFatal || answer.error().kind == ErrorKind::kInvalid;
    co_return fail(own ? answer.error().kind : ErrorKind::kTransient, failure.reason);
  }
  if (auto error = whatsapp::media_refusal(answer->status, answer->body)) {
    refused_.add();
    co_return refusal(*error);
  }
  ok_.add();
  co_return std::move(answer->body);
}

Task<Result<MetaMedia>> GraphMediaClient::facts(TenantRef tenant, std::string phone_number_id, std::string media_id) {
  if (!is_id(media_id)) co_return no_id(media_id);
  auto request = graph_request(options_, *tenant, phone_number_id, "GET", media_id);
  if (is_id(phone_number_id)) add_query(request.url, "phone_number_id", phone_number_id);
  const auto answer = co_await call(tenant, phone_number_id, std::move(request));
  if (!answer) co_return std::unexpected(answer.error());
  auto facts = whatsapp::read_media_facts(*answer);
  if (facts.url.empty()) co_return fail(ErrorKind::kTransient, "Meta did not say where the file is");
  co_return MetaMedia{std::move(facts.url), std::move(facts.mime_type), std::move(facts.sha256), facts.size};
}

Task<Result<void>> GraphMediaClient::download(TenantRef tenant, std::string phone_number_id, std::string url,
                                              std::shared_ptr<net::BodySink> sink) {
  const auto& token = tenant->access_token_for(phone_number_id);
  for (int hop = 0; hop <= kMaxRedirects; ++hop) {
    if (auto trusted = hosts_.check(url); !trusted) co_return trusted;
    net::ClientRequest request;
    request.url = url;
    request.bearer = token.clone();
    request.connect_timeout = options_.connect_timeout;
    request.total_timeout = kTransferTimeout;
    request.stall_timeout = kStallTimeout;
    request.max_response_bytes = kMaxTransfer;
    request.sink = sink;
    const auto answer = co_await exchange(http_, options_, tenant, phone_number_id, std::move(request));
    if (!answer) {
      const auto kind = answer.error().kind;
      const bool may_pass = kind == ErrorKind::kAmbiguous || kind == ErrorKind::kStopping;
      co_return fail(may_pass ? ErrorKind::kTransient : kind,
                     "the file could not be fetched: " + answer.error().message);
    }
    if (answer->status == 200) co_return Result<void>{};
    if (answer->status == 401 || answer->status == 404 || answer->status == 410)
      co_return fail(ErrorKind::kNotFound, fmt::format("Meta answered {}: the file's address is over", answer->status));
    if (!is_redirect(answer->status))
      co_return fail(answer->status >= 500 || answer->status == 429 ? ErrorKind::kTransient : ErrorKind::kInvalid,
                     fmt::format("Meta's server of files answered {}", answer->status));
    const auto location = net::find_header(answer->headers, "Location");
    if (location.empty()) break;
    url = redirect_target(url, location);
  }
  co_return fail(ErrorKind::kInvalid, "the file is behind too many redirects, or one that leads nowhere");
}

Task<Result<std::string>> GraphMediaClient::upload(TenantRef tenant, std::string phone_number_id, Upload file) {
  auto request = graph_request(options_, *tenant, phone_number_id, "POST", fmt::format("{}/media", phone_number_id));
  auto form = std::make_shared<net::FormSource>(
      std::vector<std::pair<std::string, std::string>>{{"messaging_product", "whatsapp"}, {"type", file.mime_type}},
      net::FormSource::File{"file", file.filename, file.mime_type, std::move(file.bytes)});
  request.headers.push_back({"Content-Type", form->content_type()});
  request.source = std::move(form);
  request.total_timeout = kTransferTimeout;
  request.stall_timeout = kStallTimeout;
  const auto answer = co_await call(tenant, phone_number_id, std::move(request));
  if (!answer) co_return std::unexpected(answer.error());
  auto id = whatsapp::read_media_id(*answer);
  if (!is_id(id)) co_return fail(ErrorKind::kTransient, "Meta took the file and did not say its id");
  co_return id;
}

Task<Result<void>> GraphMediaClient::remove(TenantRef tenant, std::string phone_number_id, std::string media_id) {
  if (!is_id(media_id)) co_return no_id(media_id);
  auto request = graph_request(options_, *tenant, phone_number_id, "DELETE", media_id);
  if (is_id(phone_number_id)) add_query(request.url, "phone_number_id", phone_number_id);
  const auto answer = co_await call(tenant, phone_number_id, std::move(request));
  if (!answer) co_return std::unexpected(answer.error());
  co_return Result<void>{};
}

}  // namespace claw
