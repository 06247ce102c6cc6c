#pragma once

#include <string>
#include <vector>

namespace claw::testing {

/// What a person said, as WhatsApp records it, and the words.
struct VoiceSample {
  std::string ogg;  ///< Opus at 16 kbit/s in packets of 60 ms, one channel.
  std::string said;
};

/// The five LibriVox samples of Debian's pocketsphinx-testdata (Sense and Sensibility, read by a volunteer), 25 seconds
/// in all. Encoded once in a program.
[[nodiscard]] const std::vector<VoiceSample>& librivox_samples();

/// A WAV file's bytes as such an Ogg/Opus file.
[[nodiscard]] std::string as_voice_message(const std::string& wav);

/// One channel of 16-bit samples as a WAV file's bytes.
[[nodiscard]] std::string wav_file(const std::vector<float>& samples, unsigned rate);

}  // namespace claw::testing
