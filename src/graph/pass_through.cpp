#include "graph/pass_through.hpp"

#include "graph/graph_call.hpp"

namespace claw {
namespace {

constexpr std::size_t kMaxAnswerBytes = 4 * 1024 * 1024;  // a page of a hundred templates

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
  co_return co_await exchange(http_, options_, tenant, phone_number_id, std::move(request));
}

}  // namespace claw
