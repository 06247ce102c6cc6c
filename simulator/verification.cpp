#include "simulator/verification.hpp"

#include <fmt/format.h>

namespace claw::sim {

std::string why_no_answer(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kInvalid:
      return "the callback address cannot be used: " + error.message;
    case ErrorKind::kTransient:
      return "the callback cannot be reached: " + error.message;
    case ErrorKind::kAmbiguous:
      return "no whole answer came: " + error.message;
    default:
      return error.message;
  }
}

Task<Verification> verify_callback(net::HttpClient& client, std::string callback, std::string verify_token,
                                   std::string challenge) {
  Verification result;
  result.exchange = {.kind = "verify", .what = "verify", .method = "GET", .url = callback, .outcome = "refused"};
  net::ClientRequest request;
  request.url =
      fmt::format("{}{}hub.mode=subscribe&hub.verify_token={}&hub.challenge={}", callback,
                  callback.find('?') == std::string::npos ? '?' : '&', net::percent_encode(verify_token), challenge);
  request.headers = {{"User-Agent", "facebookplatform/1.0 (+http://developers.facebook.com)"}, {"Accept", "*/*"}};
  request.total_timeout = std::chrono::seconds(10);
  const auto answer = co_await client.send(std::move(request));
  if (!answer) {
    result.reason = why_no_answer(answer.error());
    result.exchange.outcome = "unreachable";
  } else {
    result.status = answer->status;
    result.exchange.answer = answer->body;
    if (answer->status != 200) {
      result.reason = fmt::format("the callback answered {}", answer->status);
    } else if (answer->body != challenge) {
      result.reason = "the callback answered 200 without the challenge";
    } else {
      result.verified = true;
      result.exchange.outcome = "ok";
    }
  }
  result.exchange.status = result.status;
  result.exchange.reason = result.reason;
  co_return result;
}

}  // namespace claw::sim
