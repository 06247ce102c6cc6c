#include "graph/pass_through.hpp"

#include "graph/graph_call.hpp"

namespace claw {
namespace {

constexpr std::size_t kMaxAnswerBytes = 4 * 1024 * 1024;  // a page of a hundred templates

void hide(std::string& text, std::string_view secret) {
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at))
    text.replace(at, secret.size(), "***");
}

}  // namespace

Task<Result<net::ClientResponse>> PassThrough::pass(TenantRef tenant, std::string phone_number_id, Call call) {
  if (tenant->access_token_for(phone_number_id).empty()) co_return fail(ErrorKind::kInvalid, no_token().reason);
  auto request = graph_request(options_, *tenant, phone_number_id, call.method, call.path);
  for (const auto& [name, value] : call.query) add_query(request.url, name, net::percent_encode(value));
  if (!call.body.empty()) {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = std::move(call.body);
  }
  request.max_response_bytes = kMaxAnswerBytes;
  const auto token = tenant->access_token_for(phone_number_id).clone();
  auto answer = co_await exchange(http_, options_, std::move(tenant), std::move(phone_number_id), std::move(request));
  if (answer) hide(answer->body, token.expose());
  co_return answer;
}

}  // namespace claw
