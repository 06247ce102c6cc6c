#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "whatsapp/graph_json.hpp"

namespace claw::whatsapp {

/// What GET /{media id} says. What is missing is empty.
struct MediaFacts {
  std::string url;
  std::string mime_type;
  std::string sha256;  ///< In lower-case hex, however Meta wrote it.
  std::int64_t size = 0;
};

/// The error in an answer about a file; nothing where Meta took the call.
[[nodiscard]] std::optional<GraphError> media_refusal(int http_status, std::string_view body);

[[nodiscard]] MediaFacts read_media_facts(std::string_view answer);
/// The id in the answer to an upload, else empty.
[[nodiscard]] std::string read_media_id(std::string_view answer);

/// Meta writes digests in base64 in webhooks and in hex in answers: either as lower-case hex. Empty for what is
/// neither. Pure.
[[nodiscard]] std::string sha256_hex(std::string_view digest);

}  // namespace claw::whatsapp
