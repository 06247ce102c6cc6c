#include "agent/agent_call.hpp"

#include <algorithm>

namespace claw {
namespace {

/// Tries of a call that the server refused before doing anything, or that never reached it.
constexpr int kMaxTries = 4;
constexpr std::chrono::milliseconds kFirstWait{1'000};

/// What is worth another try: the server never saw the call, or says that it did nothing.
bool may_repeat(const Result<net::ClientResponse>& answer) {
  if (!answer) return answer.error().kind == ErrorKind::kTransient;
  return answer->status == 429 || answer->status == 503;
}

net::ClientRequest copy_of(const net::ClientRequest& request) {
  net::ClientRequest copy;
  copy.method = request.method;
  copy.url = request.url;
  copy.headers = request.headers;
  copy.bearer = request.bearer.clone();
  copy.body = request.body;
  copy.connect_timeout = request.connect_timeout;
  copy.max_response_bytes = request.max_response_bytes;
  return copy;
}

}  // namespace

Task<Result<net::ClientResponse>> call_agent(net::HttpClient& http, Clock& clock, net::ClientRequest request,
                                             TimePoint deadline) {
  std::chrono::milliseconds wait = kFirstWait;
  for (int attempt = 1;; ++attempt, wait *= 2) {
    auto copy = copy_of(request);
    copy.total_timeout = std::max(std::chrono::milliseconds(1), deadline - clock.now());
    auto answer = co_await http.send(std::move(copy));
    if (!may_repeat(answer) || attempt == kMaxTries) co_return answer;
    const auto asked = answer ? net::retry_after(answer->headers) : std::nullopt;
    const auto pause = std::max<std::chrono::milliseconds>(wait, asked.value_or(std::chrono::seconds(0)));
    if (clock.now() + pause >= deadline) co_return answer;
    co_await clock.sleep(pause);
  }
}

}  // namespace claw
