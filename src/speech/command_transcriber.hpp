#pragma once

#include <map>
#include <string>
#include <vector>

#include "speech/blocking_jobs.hpp"
#include "speech/transcriber.hpp"

namespace claw {

/// A program of the operator's that writes what it hears to its standard output. Its words are run as they are, without
/// a shell; in each, `{file}` is the audio's path and `{language}` the language, or "auto".
using SpeechCommand = std::vector<std::string>;

/// Kind `command`: `whisper-cli -m model.bin -np -nt -f {file}` and the like. A tenant names one of the operator's
/// commands and can give none of its own, for who may choose a program's words has the machine.
class CommandTranscriber final : public Transcriber {
 public:
  static constexpr std::size_t kMaxOutput = 256 * 1024;  ///< Bytes: hours of speech.
  static constexpr std::size_t kThreads = 2;             ///< Commands at a time.
  static constexpr std::size_t kMaxQueued = 32;

  struct Options {
    std::map<std::string, SpeechCommand> commands;  ///< By the name that providers use.
    /// Where the audio lies meanwhile: a folder of ours, emptied at the start of what a crash left; or empty: the
    /// system's for such.
    std::string folder = {};
  };
  /// `clock` must outlive this object.
  CommandTranscriber(Options options, Clock& clock);

  [[nodiscard]] Task<Result<Heard>> transcribe(const SpeechProvider& provider, VoiceMessage voice) override;

  /// Kills what runs. Not to be called from an io thread. Idempotent.
  void stop() { jobs_.stop(); }

 private:
  const Options options_;
  BlockingJobs jobs_;
};

}  // namespace claw
