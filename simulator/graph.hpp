#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http.hpp"
#include "simulator/graph_error.hpp"
#include "simulator/graph_faults.hpp"
#include "simulator/meta.hpp"

namespace claw::sim {

/// A call to the Graph API, without HTTP's details.
struct GraphCall {
  std::string method;   ///< GET | POST | DELETE
  std::string path;     ///< For the journal and for errors; no query.
  std::string version;  ///< "v25.0"
  std::string object;   ///< Phone number id, WABA id, media id or template id; "debug_token".
  std::string edge;     ///< "messages", "media", "subscribed_apps", "phone_numbers", …, or empty for the object itself.
  std::string fields;   ///< ?fields=
  std::optional<std::string> token;  ///< Bearer, or ?access_token=
  std::optional<std::string> proof;  ///< ?appsecret_proof=
  std::string body;
  std::string content_type{};                                ///< Of the body.
  std::string file_offset{};                                 ///< The header of a resumable upload.
  std::vector<std::pair<std::string, std::string>> query{};  ///< All of it, decoded.

  /// The value of a query parameter; empty where it is missing.
  [[nodiscard]] std::string_view param(std::string_view name) const;
};

/// The call in an HTTP request to /{version}/{object} or /{version}/{object}/{edge}.
[[nodiscard]] GraphCall graph_call(const net::HttpRequest& request);

/// Answers a call: does what it asks, counts it and notes it, unless `faults` want it otherwise. REQUIRES: `meta` is
/// locked.
[[nodiscard]] net::HttpResponse answer_graph(Meta& meta, const GraphCall& call, const GraphFaults& faults = {});

/// Whether this call may touch `object` ("" for its token alone). The answers, in Meta's order: token missing or not
/// known (190), appsecret_proof wrong or missing where the app wants it (100), object unknown or another token's
/// (100/33), and then what is the matter with the token (tokens.hpp).
struct Access {
  const Number* number = nullptr;  ///< The phone number, or the first number of the WABA that the token may use.
  std::optional<GraphError> refusal{};
};
[[nodiscard]] Access check_access(const Meta& meta, const GraphCall& call);

/// An HTTP answer as Graph gives it.
[[nodiscard]] net::HttpResponse graph_response(int status, std::string body, std::string_view trace);

}  // namespace claw::sim
