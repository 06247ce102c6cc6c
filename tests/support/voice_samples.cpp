#include "support/voice_samples.hpp"

#include <cmath>
#include <cstdint>
#include <fstream>
#include <stdexcept>

#include "support/run_program.hpp"

namespace claw::testing {
namespace {

constexpr const char* kFolder = "/usr/share/pocketsphinx/test/data/librivox/";

template <class Number>
void put(std::string& bytes, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xFF);
}

/// A line of the transcription is `<s> words </s> (name)`.
VoiceSample sample_of(const std::string& line) {
  const auto open = line.rfind('(');
  const auto words = line.find("<s>") + 3;
  const auto end = line.find("</s>");
  if (open == std::string::npos || end == std::string::npos) throw std::runtime_error("an odd line: " + line);
  const auto name = line.substr(open + 1, line.rfind(')') - open - 1);
  return {as_voice_message(read_file(kFolder + name + ".wav")), line.substr(words, end - words)};
}

}  // namespace

std::string as_voice_message(const std::string& wav) {
  const auto encoded = run_program(
      {CLAW_OPUSENC, "--quiet", "--speech", "--bitrate", "16", "--framesize", "60", "--downmix-mono", "-", "-"}, wav);
  if (encoded.exit_code != 0) throw std::runtime_error("opusenc: " + encoded.err);
  return encoded.out;
}

const std::vector<VoiceSample>& librivox_samples() {
  static const auto samples = [] {
    std::vector<VoiceSample> all;
    std::ifstream transcription(std::string(kFolder) + "transcription");
    for (std::string line; std::getline(transcription, line);) all.push_back(sample_of(line));
    if (all.empty()) throw std::runtime_error("install pocketsphinx-testdata: scripts/setup does");
    return all;
  }();
  return samples;
}

std::string wav_file(const std::vector<float>& samples, unsigned rate) {
  constexpr std::uint32_t kSampleBytes = 2;
  const auto bytes = static_cast<std::uint32_t>(samples.size() * kSampleBytes);
  std::string file = "RIFF";
  put(file, std::uint32_t{36} + bytes);
  file += "WAVEfmt ";
  put(file, std::uint32_t{16});
  put(file, std::uint16_t{1});  // PCM
  put(file, std::uint16_t{1});  // channels
  put(file, std::uint32_t{rate});
  put(file, std::uint32_t{rate * kSampleBytes});
  put(file, static_cast<std::uint16_t>(kSampleBytes));
  put(file, std::uint16_t{16});  // bits
  file += "data";
  put(file, bytes);
  for (const float each : samples) put(file, static_cast<std::uint16_t>(std::lround(each * 32'767)));
  return file;
}

}  // namespace claw::testing
