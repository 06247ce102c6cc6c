#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "speech/blocking_jobs.hpp"
#include "speech/speech_engine.hpp"
#include "speech/transcriber.hpp"

namespace claw {

/// Kind `embedded`: a recogniser in this process, so that voice messages are understood with no server and no key, and
/// leave the machine for nobody. English only; Ogg/Opus only, which is what WhatsApp records.
///
/// The engine is loaded with the first message, on a thread of its own at idle priority, and stays (200 MB): Moonshine
/// where it is installed, else PocketSphinx with a warning. Where neither is, each message tries again, so that it
/// works as soon as one is installed. One message at a time; the others wait, kMaxQueued at most.
class EmbeddedTranscriber final : public Transcriber {
 public:
  static constexpr std::size_t kMaxQueued = 32;
  /// Longer messages are refused: nobody waits so long for an answer.
  static constexpr std::chrono::minutes kLongest{30};
  /// What the engine gets at a time, cut where it is quiet; between two of them the work can be stopped.
  static constexpr std::size_t kMaxPieceSeconds = 20;
  static constexpr std::size_t kMinPieceSeconds = 10;

  using Load = std::function<Result<std::unique_ptr<SpeechEngine>>()>;

  /// `clock` must outlive this object. `load` is called on the engine's thread until it succeeds; `longest` is for
  /// tests.
  explicit EmbeddedTranscriber(
      Clock& clock, Load load = [] { return load_best_engine(); }, std::chrono::seconds longest = kLongest)
      : load_(std::move(load)), longest_(longest), jobs_(clock, 1, kMaxQueued) {}

  [[nodiscard]] Task<Result<Heard>> transcribe(const SpeechProvider& provider, VoiceMessage voice) override;

  /// Gives up what runs and waits until the engine is done with its piece. Not to be called from an io thread.
  /// Idempotent.
  void stop() { jobs_.stop(); }

 private:
  Result<std::string> hear(const VoiceMessage& voice, std::string& by, const std::stop_token& stop);

  const Load load_;
  const std::chrono::seconds longest_;
  std::unique_ptr<SpeechEngine> engine_;  // only on the thread of jobs_
  BlockingJobs jobs_;                     // last: it uses the engine until it is joined
};

/// Where to cut: the middle of the quietest tenth of a second between `from` and the end. Pure.
/// REQUIRES: from < samples.size().
[[nodiscard]] std::size_t quiet_spot(std::span<const float> samples, std::size_t from);

}  // namespace claw
