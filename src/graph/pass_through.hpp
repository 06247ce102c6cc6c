#pragma once

#include <string>
#include <utility>
#include <vector>

#include "graph/graph_client.hpp"

namespace claw {

/// Hands calls of a tenant's programs on to Meta as they are, with the tenant's own token. For what we keep nothing of:
/// templates, facts of a number.
class PassThrough {
 public:
  struct Call {
    std::string method;
    std::string path;                                        ///< "200000000000001/message_templates"
    std::vector<std::pair<std::string, std::string>> query;  ///< Of names that the caller has looked at.
    std::string body;                                        ///< JSON or empty.
  };

  /// `http` must outlive this object.
  PassThrough(net::HttpClient& http, GraphClient::Options options) : http_(http), options_(std::move(options)) {}

  /// Meta's answer, whatever it is; where it repeats the token, stars stand for it. kInvalid where the tenant has no
  /// token for the number; else as HttpClient::send.
  [[nodiscard]] Task<Result<net::ClientResponse>> pass(TenantRef tenant, std::string phone_number_id, Call call);

 private:
  net::HttpClient& http_;
  const GraphClient::Options options_;
};

}  // namespace claw
