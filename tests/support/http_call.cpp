#include "support/http_call.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "support/raw_client.hpp"

namespace claw::testing {

std::string http_request(const std::string& method, const std::string& target, const HttpHeaders& headers,
                         const std::string& body) {
  std::string request = fmt::format("{} {} HTTP/1.1\r\n", method, target);
  bool names_host = false;
  for (const auto& [name, value] : headers) {
    request += fmt::format("{}: {}\r\n", name, value);
    names_host = names_host || name == "Host";
  }
  if (!names_host) request += "Host: localhost\r\n";
  if (!body.empty() || method == "POST" || method == "PUT")
    request += fmt::format("Content-Length: {}\r\n", body.size());
  return request + "\r\n" + body;
}

HttpAnswer parse_answer(const std::string& bytes) {
  HttpAnswer answer;
  const auto head = bytes.find("\r\n\r\n");
  if (head == std::string::npos || bytes.size() < 12) return answer;
  answer.status = std::atoi(bytes.c_str() + 9);
  answer.body = bytes.substr(head + 4);
  for (auto at = bytes.find("\r\n"); at < head;) {
    const auto end = bytes.find("\r\n", at + 2);
    const std::string line = bytes.substr(at + 2, end - at - 2);
    at = end;
    const auto colon = line.find(": ");
    if (colon == std::string::npos) continue;
    std::string name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    answer.headers[name] = line.substr(colon + 2);
  }
  return answer;
}

HttpAnswer http_call(unsigned short port, const std::string& method, const std::string& target,
                     const HttpHeaders& headers, const std::string& body) {
  RawClient client(port);
  client.send(http_request(method, target, headers, body));
  return parse_answer(client.read_answer());
}

}  // namespace claw::testing
