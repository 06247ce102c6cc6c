#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace claw::whatsapp {

/// What a delivery log keeps and shows of bodies that went over the wire. All work on the text as it came, in one pass
/// and without building anything: a body that is no JSON, or cut off, is read as far as it goes. Never fails.

/// What a body can be found by.
struct WireNames {
  /// Ids of messages, people's phone numbers and BSUIDs, Meta's trace ids, our callback data: each once, in order,
  /// kMaxWireNames at most.
  std::vector<std::string> names;
  std::string phone_number_id;  ///< The first that is named.
  std::int64_t error_code = 0;  ///< The first in `error` or `errors`; 0: none.
  std::string fbtrace_id;
};
inline constexpr std::size_t kMaxWireNames = 4'096;  ///< Meta puts a thousand changes into a body at most.

[[nodiscard]] WireNames names_in(std::string_view body);

/// Whether a webhook's body brings this message, as an element of `messages`. One that only speaks of it does not: a
/// reply that quotes it, a reaction to it, its status, an echo.
[[nodiscard]] bool brings_message(std::string_view body, std::string_view wamid);

/// The same text, in which the values of members that hold secrets (access_token, pin, …) and each of `known` are "…".
[[nodiscard]] std::string without_secrets(std::string_view text, std::span<const std::string_view> known = {});

/// The same text, in which what people wrote and are called is "(12 characters)".
[[nodiscard]] std::string without_words(std::string_view text);

/// The path and query of a URL of the Graph API: of the query only what cannot be a secret, else "…".
[[nodiscard]] std::string path_without_secrets(std::string_view url);

}  // namespace claw::whatsapp
