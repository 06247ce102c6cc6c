#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace claw {

/// Someone who can turn a voice message into text, as a tenant set it up. Strings of other kinds than its own are
/// empty.
struct SpeechProvider {
  std::string name = {};        ///< What the tenant calls it; unique among its providers.
  std::string kind = {};        ///< openai, deepgram, command, embedded
  std::string url = {};         ///< openai, deepgram: of the server, without /v1/…
  std::string model = {};       ///< openai, deepgram; empty: the server's own choice.
  std::string key_secret = {};  ///< openai, deepgram: the tenant's secret that holds the API key; empty: it wants none.
  std::string command = {};     ///< command: which of the operator's commands; a tenant never gives its words.
  std::chrono::seconds timeout{60};          ///< For all of it, waiting for a free thread included.
  std::size_t max_bytes = 20 * 1024 * 1024;  ///< Larger ones go on to the next.
};

/// How a tenant speaks: a server with POST {url}/v1/audio/speech. Of someone who wrote by voice the answer is spoken
/// too.
struct VoiceReplySettings {
  bool enabled = false;
  std::string url = {};  ///< Without /v1/…
  std::string model = {};
  std::string voice = {};       ///< As the server names it.
  std::string key_secret = {};  ///< The tenant's secret that holds the API key; empty: it wants none.
};

/// How a tenant has its voice messages transcribed.
struct SpeechSettings {
  std::vector<SpeechProvider> providers;  ///< Asked in this order.
  std::size_t min_bytes = 1024;           ///< Smaller ones hold no speech and are not tried.
  std::size_t at_once = 2;                ///< More wait, in order. REQUIRES: >= 1.
  std::string language = {};              ///< ISO 639-1 ("de"); empty: whoever transcribes finds out.
  bool echo = false;                      ///< The person is shown what was understood.
  VoiceReplySettings reply = {};
};

/// Of a tenant that set nothing: the embedded engine.
[[nodiscard]] SpeechSettings default_speech_settings();

/// What was stored; the default where it cannot be read. Pure, like the others.
[[nodiscard]] SpeechSettings read_speech_settings(std::string_view text);
[[nodiscard]] std::string speech_settings_json(const SpeechSettings& settings);
/// The settings as they are stored; kInvalid with words for the tenant's admin.
[[nodiscard]] Result<std::string> check_speech_settings(std::string_view text);

}  // namespace claw
