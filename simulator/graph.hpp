#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http.hpp"
#include "simulator/graph_error.hpp"
#include "simulator/graph_faults.hpp"
#include "simulator/meta.hpp"

namespace claw::sim {

/// A call to the Graph API, without HTTP's details.
struct GraphCall {
  std::string method;   ///< GET | POST
  std::string path;     ///< For the journal and for errors; no query.
  std::string version;  ///< "v25.0"
  std::string object;   ///< Phone number id or WABA id.
  std::string edge;     ///< "messages", "subscribed_apps", "phone_numbers", or empty for the object itself.
  std::string fields;   ///< ?fields=
  std::optional<std::string> token;  ///< Bearer, or ?access_token=
  std::optional<std::string> proof;  ///< ?appsecret_proof=
  std::string body;
};

/// The call in an HTTP request to /{version}/{object} or /{version}/{object}/{edge}.
[[nodiscard]] GraphCall graph_call(const net::HttpRequest& request);

/// Answers a call: does what it asks, counts it and notes it, unless `faults` want it otherwise. REQUIRES: `meta` is
/// locked.
[[nodiscard]] net::HttpResponse answer_graph(Meta& meta, const GraphCall& call, const GraphFaults& faults = {});

/// Whether this call may touch `object` ("" for its token alone). The answers, in Meta's order: token missing or not
/// known (190), appsecret_proof wrong or missing where the app wants it (100), object unknown or another token's
/// (100/33).
struct Access {
  const Number* number = nullptr;  ///< The phone number, or the first number of the WABA that the token may use.
  std::optional<GraphError> refusal{};
};
[[nodiscard]] Access check_access(const Meta& meta, const GraphCall& call);

/// An HTTP answer as Graph gives it.
[[nodiscard]] net::HttpResponse graph_response(int status, std::string body, std::string_view trace);

}  // namespace claw::sim
