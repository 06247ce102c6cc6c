#include "agent/agent_call.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "agent/chat_protocol.hpp"

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

Result<const SecretString*> secret_of(const Agent& agent, const Tenant& tenant) {
  if (agent.options.key_secret.empty()) return nullptr;
  const auto found = tenant.secrets.find(agent.options.key_secret);
  if (found == tenant.secrets.end())
    return fail(ErrorKind::kInvalid,
                fmt::format("the secret {} that agent {} names is not set", agent.options.key_secret, agent.name));
  return &found->second;
}

Result<net::ClientResponse> accepted(const Agent& agent, Result<net::ClientResponse> answer) {
  if (!answer)
    return fail(answer.error().kind, fmt::format("agent {} did not answer: {}", agent.name, answer.error().message));
  if (answer->status < 200 || answer->status > 299)
    return fail(ErrorKind::kInvalid,
                fmt::format("agent {} answered {}: {}", agent.name, answer->status, chat_error_text(answer->body)));
  return answer;
}

}  // namespace claw
