#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/secret_string.hpp"
#include "base/task.hpp"

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

/// How a tenant has its voice messages transcribed.
struct SpeechSettings {
  std::vector<SpeechProvider> providers;  ///< Asked in this order.
  std::size_t min_bytes = 1024;           ///< Smaller ones hold no speech and are not tried.
  std::size_t at_once = 2;                ///< More wait, in order. REQUIRES: >= 1.
};

/// The tenant's secrets by name; shared with the tenant they belong to.
using SpeechKeys = std::shared_ptr<const std::map<std::string, SecretString>>;

/// What somebody said. Copies share the audio.
struct VoiceMessage {
  TenantId tenant;
  std::shared_ptr<const std::string> audio;  ///< The file's bytes; shared by the providers that are tried. Never null.
  std::string content_type;                  ///< As Meta gives it: "audio/ogg; codecs=opus".
  std::string language;                      ///< ISO 639-1 where it is known ("de"), else empty.
  SpeechKeys keys;                           ///< May be null: no secrets.
};

/// What was understood: `text` is never empty, `by` names the model or engine in words for a person. Neither is checked
/// for being valid UTF-8.
struct Heard {
  std::string text;
  std::string by;
};

/// One kind of provider. Safe to call from any coroutine.
class Transcriber {
 public:
  virtual ~Transcriber() = default;

  /// Fails, in words for the tenant's admin, with
  /// - kInvalid: this provider will never transcribe this message (refused, no words in it, a missing key, a fault of
  ///   the settings);
  /// - kTransient: not now (busy, no connection, out of time);
  /// - kAmbiguous: the request was sent and no whole answer came; it may be paid for;
  /// - kFatal: this provider cannot work until someone installs what it needs; the message says what;
  /// - kStopping: the process is going down.
  /// `provider` need only live until the task is awaited to its end.
  [[nodiscard]] virtual Task<Result<Heard>> transcribe(const SpeechProvider& provider, VoiceMessage voice) = 0;
};

}  // namespace claw
