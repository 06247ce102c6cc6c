#include "whatsapp/media_json.hpp"

#include <algorithm>
#include <cctype>

#include "base/crypto.hpp"
#include "whatsapp/graph_answer.hpp"

namespace claw::whatsapp {

std::optional<GraphError> media_refusal(int http_status, std::string_view body) {
  const auto answer = parse_answer<bool>(http_status, body, [&](const json::object& object) {
    const bool is_good = is_success(http_status) && !find_object(object, "error");
    using Read = std::expected<bool, GraphError>;
    return is_good ? Read(true) : Read(std::unexpected(error_of(http_status, &object, "no error object")));
  });
  if (answer) return std::nullopt;
  return answer.error();
}

MediaFacts read_media_facts(std::string_view answer) {
  MediaFacts facts;
  const auto parsed = parse_json(answer);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  if (!object) return facts;
  facts.url = text_at(*object, "url");
  facts.mime_type = text_at(*object, "mime_type");
  facts.sha256 = sha256_hex(text_at(*object, "sha256"));
  facts.size = std::max<std::int64_t>(0, number_at(*object, "file_size").value_or(0));
  return facts;
}

std::string read_media_id(std::string_view answer) {
  const auto parsed = parse_json(answer);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  return object ? text_at(*object, "id") : std::string();
}

std::string sha256_hex(std::string_view digest) {
  constexpr std::size_t kBytes = 32;
  std::string lowered(digest);
  std::ranges::transform(lowered, lowered.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lowered.size() == 2 * kBytes && from_hex(lowered)) return lowered;
  std::string padded(digest);
  while (padded.size() % 4 != 0 && padded.size() < 2 * kBytes) padded.push_back('=');
  const auto bytes = from_base64(padded);
  return bytes && bytes->size() == kBytes ? to_hex(*bytes) : std::string();
}

}  // namespace claw::whatsapp
