#pragma once

#include <map>
#include <string>
#include <vector>

namespace claw::testing {

struct HttpAnswer {
  int status = 0;                              ///< 0: the peer closed without an answer.
  std::map<std::string, std::string> headers;  ///< Names in lower case.
  std::string body;

  [[nodiscard]] std::string header(const std::string& lower_name) const {
    const auto found = headers.find(lower_name);
    return found == headers.end() ? "" : found->second;
  }
};

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// The bytes of a request with `Host: localhost` (unless given) and Content-Length (where there is a body).
[[nodiscard]] std::string http_request(const std::string& method, const std::string& target, const HttpHeaders& headers,
                                       const std::string& body);

/// Takes an answer apart. REQUIRES: `bytes` is one whole answer, or empty.
[[nodiscard]] HttpAnswer parse_answer(const std::string& bytes);

/// One request on a connection of its own, through RawClient: none of the code it tests. Blocks 5 s at most.
[[nodiscard]] HttpAnswer http_call(unsigned short port, const std::string& method, const std::string& target,
                                   const HttpHeaders& headers = {}, const std::string& body = "");

}  // namespace claw::testing
