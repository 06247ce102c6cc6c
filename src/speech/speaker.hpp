#pragma once

#include "net/client.hpp"
#include "tenancy/speech_settings.hpp"
#include "tenancy/tenant.hpp"

namespace claw {

/// Speaks: POST {url}/v1/audio/speech of an OpenAI-compatible server, as Ogg/Opus, which WhatsApp plays as a voice
/// message. Safe to call from any coroutine.
class Speaker {
 public:
  static constexpr std::size_t kMaxCharacters = 2'000;       ///< Longer texts are read, not heard.
  static constexpr std::size_t kMaxAudioBytes = 512 * 1024;  ///< Of a voice message, Meta's number (cloud-api 2.3).
  static constexpr std::chrono::seconds kTimeout{30};

  /// `http` must outlive this object.
  explicit Speaker(net::HttpClient& http) : http_(http) {}

  /// The audio of `text`. kInvalid for a text that is too long, a missing secret, a refusal, or an answer that is no
  /// Ogg/Opus; kTransient and kAmbiguous as HttpClient::send; in words for the tenant's admin.
  [[nodiscard]] Task<Result<std::string>> speak(TenantRef tenant, std::string text);

 private:
  net::HttpClient& http_;
};

}  // namespace claw
