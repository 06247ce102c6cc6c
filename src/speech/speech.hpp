#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "speech/speech_places.hpp"
#include "speech/transcriber.hpp"

namespace claw {

/// Longer texts are cut: hours of speech fit.
inline constexpr std::size_t kMaxTranscriptBytes = 256 * 1024;

/// The words of a voice message, and who understood them.
struct Transcript {
  std::string text;                   ///< Never empty; valid UTF-8, kMaxTranscriptBytes at most.
  std::string provider;               ///< By the tenant's name for it.
  std::string by;                     ///< The model or engine.
  std::chrono::milliseconds took{0};  ///< From asking to the text, the waits and failed providers included.
};

/// What one provider said.
struct SpeechAttempt {
  std::string provider;
  Result<void> outcome;
  std::chrono::milliseconds took{0};
};

struct SpeechResult {
  /// Fails with kInvalid (nobody will ever understand this message), kTransient (another try may help), kFatal
  /// (somebody must act first) or kStopping; the message names what each provider said.
  Result<Transcript> transcript;
  std::vector<SpeechAttempt> attempts;  ///< In the order asked, the one that understood last. For diagnostics.
};

/// "cloud: answered 500: out of memory (0.3 s); local: understood (1.2 s)": the attempts in a line, without what was
/// said in the message. Pure.
[[nodiscard]] std::string attempts_line(const std::vector<SpeechAttempt>& attempts);

/// Asks a tenant's providers in their order until one understands: a message that is too large for one, its failure and
/// its time-out go on to the next. So many of a tenant at a time as its settings say; no tenant waits for another here.
///
/// Safe from any coroutine. Cancelling ends the waits for a place, for a command and for the embedded engine at once; a
/// request under way ends by its time-out.
class Speech {
 public:
  /// The transcriber of a kind, or null where there is none.
  using KindOf = std::function<Transcriber*(std::string_view kind)>;
  /// `clock` and the transcribers must outlive this object, and this object the tasks.
  Speech(KindOf kind_of, Clock& clock) : kind_of_(std::move(kind_of)), clock_(clock) {}

  /// `settings` need only live until the task is awaited to its end.
  [[nodiscard]] Task<SpeechResult> transcribe(const SpeechSettings& settings, VoiceMessage voice);

 private:
  Task<Result<Heard>> ask(const SpeechProvider& provider, const VoiceMessage& voice);

  const KindOf kind_of_;
  Clock& clock_;
  SpeechPlaces places_;
  log::Thinned failures_;  // each is told in its result as well
};

}  // namespace claw
