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
#include "tenancy/speech_settings.hpp"

namespace claw {

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
