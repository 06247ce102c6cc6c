#pragma once

#include <algorithm>
#include <string>

#include "net/http.hpp"

namespace claw::testing {

/// A request as the server gives it to a router: `target` is what stands on the request line.
inline net::HttpRequest api_request(std::string method, const std::string& target, std::string body = "",
                                    std::vector<net::HttpHeader> headers = {}) {
  net::HttpRequest request;
  request.method = std::move(method);
  request.target = target;
  request.path = target.substr(0, target.find('?'));
  if (const auto at = target.find('?'); at != std::string::npos) {
    for (std::size_t from = at + 1; from < target.size();) {
      const auto end = std::min(target.find('&', from), target.size());
      const auto pair = target.substr(from, end - from);
      request.query.emplace_back(pair.substr(0, pair.find('=')), net::percent_decode(pair.substr(pair.find('=') + 1)));
      from = end + 1;
    }
  }
  request.body = std::move(body);
  request.headers = std::move(headers);
  request.peer = "192.0.2.1";
  return request;
}

}  // namespace claw::testing
