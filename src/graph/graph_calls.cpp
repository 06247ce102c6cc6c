#include "graph/graph_calls.hpp"

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

GraphFailure not_called(GraphFailure::Kind kind, std::string reason) {
  GraphFailure failure;
  failure.kind = kind;
  failure.reason = std::move(reason);
  return failure;
}

/// A session of an upload is an object too, with a query of its own; Meta's word for it stays within the path.
bool is_session(std::string_view text) {
  constexpr std::size_t kLongest = 2'000;
  return text.starts_with("upload:") && text.size() <= kLongest && std::ranges::all_of(text, [](unsigned char c) {
           return std::isalnum(c) != 0 || std::string_view(":_-=?&%+~").contains(static_cast<char>(c));
         });
}

bool may_be_asked(const GraphCalls::Call& call) {
  if (call.is_upload) return is_session(call.object);
  return is_id(call.object) || call.object == GraphCalls::kAboutToken;
}

}  // namespace

GraphCalls::GraphCalls(net::HttpClient& http, Metrics& metrics, GraphClient::Options options,
                       std::chrono::milliseconds patience)
    : http_(http),
      options_(std::move(options)),
      ok_(graph_calls(metrics, "ok")),
      refused_(graph_calls(metrics, "refused")),
      not_sent_(graph_calls(metrics, "not_sent")),
      ambiguous_(graph_calls(metrics, "ambiguous")) {
  options_.total_timeout = std::min(options_.total_timeout, patience);
}

Task<GraphRead<net::ClientResponse>> GraphCalls::send(TenantRef tenant, Call call) {
  const auto& secret = tenant->app_secret_for(call.number);
  const auto& token = tenant->access_token_for(call.number);
  if ((call.as_app ? secret : token).empty())
    co_return std::unexpected(not_called(GraphFailure::Kind::kNoToken,
                                         fmt::format("{} is not set: set it under Secrets.",
                                                     call.as_app ? "WHATSAPP_APP_SECRET" : "WHATSAPP_ACCESS_TOKEN")));
  if (!may_be_asked(call))
    co_return std::unexpected(
        not_called(GraphFailure::Kind::kNotSent, fmt::format("\"{}\" is no id of Meta's: digits only.", call.object)));
  const auto bearer = call.as_app ? SecretString(fmt::format("{}|{}", call.object, secret.expose())) : token.clone();
  auto request = graph_request(options_, bearer, secret, call.method, call.object + call.edge);
  if (!call.query.empty()) request.url.append(request.url.contains('?') ? "&" : "?").append(call.query);
  wipe(call.query);
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
  auto answer = co_await exchange(http_, options_, tenant, call.number, std::move(request));
  if (answer) co_return std::move(*answer);
  GraphFailure failure = no_answer(answer.error());
  (failure.kind == GraphFailure::Kind::kAmbiguous ? ambiguous_ : not_sent_).add();
  co_return std::unexpected(std::move(failure));
}

GraphFailure GraphCalls::refusal(whatsapp::GraphError error, const net::ClientResponse& answer,
                                 std::string_view unseen) {
  GraphFailure failure;
  failure.kind = GraphFailure::Kind::kRefused;
  failure.reason = words_of(error, unseen);
  failure.error = std::move(error);
  failure.retry_after = net::retry_after(answer.headers);
  return failure;
}

}  // namespace claw
