#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"

namespace claw {

/// A speech recogniser with its model in memory. For one thread at a time.
class SpeechEngine {
 public:
  virtual ~SpeechEngine() = default;

  /// In words for a person.
  [[nodiscard]] virtual std::string name() const = 0;

  /// The words in `samples` (of kSpeechRate, half a minute at most), empty where there are none. Fails with kTransient.
  /// Blocks.
  [[nodiscard]] virtual Result<std::string> hear(std::span<const float> samples) = 0;
};

/// Where scripts/setup_speech puts Moonshine, and Debian the model of PocketSphinx.
inline constexpr const char* kMoonshineFolder = "/usr/local/lib/clawcentral/speech/moonshine";
inline constexpr const char* kPocketSphinxFolder = "/usr/share/pocketsphinx/model/en-us";

/// Moonshine's small English model, from a folder as scripts/setup_speech makes it. Its library is loaded from there
/// and stays loaded: the program is built and runs without it. Fails with kFatal where it is not installed, or is
/// another version than this was written for. Threads that it starts inherit the caller's priority. Blocks for a second
/// or two.
[[nodiscard]] Result<std::unique_ptr<SpeechEngine>> load_moonshine(const std::string& folder);

/// PocketSphinx with its general English model, both from Debian: the last resort, for it gets about a third of the
/// words of clean speech wrong. Loaded when called, as above. Fails with kFatal where it is not installed.
[[nodiscard]] Result<std::unique_ptr<SpeechEngine>> load_pocketsphinx(const std::string& folder);

/// Moonshine; where it cannot be loaded PocketSphinx, with a warning in the log; kFatal, saying how to install them,
/// where there is neither.
[[nodiscard]] Result<std::unique_ptr<SpeechEngine>> load_best_engine(
    const std::string& moonshine = kMoonshineFolder, const std::string& pocketsphinx = kPocketSphinxFolder);

}  // namespace claw
