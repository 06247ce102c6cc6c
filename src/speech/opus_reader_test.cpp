#include "speech/opus_reader.hpp"

#include <cmath>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/voice_samples.hpp"

namespace claw {
namespace {

using ::testing::HasSubstr;

std::vector<float> tone(double hertz, double seconds, unsigned rate) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / rate));
  return samples;
}

/// The loudness of the middle part, where the filter has settled; of the tone above it is 0.354.
double loudness(const std::vector<float>& samples) {
  double sum = 0;
  const std::size_t edge = samples.size() / 4;
  for (std::size_t i = edge; i < samples.size() - edge; ++i) sum += samples[i] * samples[i];
  return std::sqrt(sum / static_cast<double>(samples.size() - 2 * edge));
}

/// How often the tone goes up through zero in a second.
double pitch(const std::vector<float>& samples) {
  int crossings = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) crossings += samples[i - 1] < 0 && samples[i] >= 0;
  return crossings * static_cast<double>(kSpeechRate) / static_cast<double>(samples.size());
}

std::vector<float> decimated(double hertz) {
  Decimator decimator;
  std::vector<float> samples;
  decimator.take(tone(hertz, 1, 48'000), samples);
  return samples;
}

Result<std::vector<float>> read_all(std::string bytes) {
  auto reader = OpusReader::open(std::make_shared<const std::string>(std::move(bytes)));
  if (!reader) return std::unexpected(reader.error());
  std::vector<float> samples;
  for (;;) {
    const auto more = reader->read(samples);
    if (!more) return std::unexpected(more.error());
    if (!*more) return samples;
  }
}

TEST(Decimator, KeepsSpeechAsItIs) {
  for (const double hertz : {100.0, 1'000.0, 5'000.0}) {
    const auto samples = decimated(hertz);
    EXPECT_NEAR(static_cast<double>(samples.size()), kSpeechRate, 20);
    EXPECT_NEAR(loudness(samples), 0.354, 0.01) << hertz;
    EXPECT_NEAR(pitch(samples), hertz, hertz / 50) << hertz;
  }
}

TEST(Decimator, LetsNothingFoldBackFromAboveWhatTheRateCarries) {
  for (const double hertz : {9'500.0, 12'000.0, 15'000.0, 20'000.0})
    EXPECT_LT(loudness(decimated(hertz)), 0.001) << hertz;
}

TEST(Decimator, MakesTheSameOfTheSameInPieces) {
  const auto whole = tone(440, 0.1, 48'000);
  Decimator once, often;
  std::vector<float> at_once, in_pieces;
  once.take(whole, at_once);
  for (const float each : whole) often.take({each}, in_pieces);
  EXPECT_EQ(at_once, in_pieces);
}

TEST(OpusReader, ReadsAVoiceMessage) {
  const auto samples = read_all(testing::as_voice_message(testing::wav_file(tone(440, 2, 16'000), 16'000)));
  ASSERT_TRUE(samples.has_value()) << samples.error().message;
  EXPECT_NEAR(static_cast<double>(samples->size()), 2.0 * kSpeechRate, kSpeechRate / 20);
  EXPECT_NEAR(loudness(*samples), 0.354, 0.05);
  EXPECT_NEAR(pitch(*samples), 440, 10);
}

TEST(OpusReader, TellsHowLongAFileClaimsToBe) {
  const auto bytes = testing::as_voice_message(testing::wav_file(tone(440, 2.5, 16'000), 16'000));
  EXPECT_EQ(OpusReader::open(std::make_shared<const std::string>(bytes))->claimed_length(), std::chrono::seconds(2));
}

TEST(OpusReader, ReadsWhateverRateWasRecorded) {
  for (const unsigned rate : {8'000U, 44'100U, 48'000U}) {
    const auto samples = read_all(testing::as_voice_message(testing::wav_file(tone(440, 1, rate), rate)));
    ASSERT_TRUE(samples.has_value()) << samples.error().message;
    EXPECT_NEAR(static_cast<double>(samples->size()), kSpeechRate, kSpeechRate / 20) << rate;
    EXPECT_NEAR(pitch(*samples), 440, 15) << rate;
  }
}

TEST(OpusReader, RefusesWhatIsNoVoiceMessage) {
  for (const std::string bytes : {"", "OggS", "OggS and then nothing that Ogg would know", "ID3\x03 an mp3 file"}) {
    const auto samples = read_all(bytes);
    ASSERT_FALSE(samples.has_value());
    EXPECT_EQ(samples.error().kind, ErrorKind::kInvalid);
    EXPECT_THAT(samples.error().message, HasSubstr("no Ogg file"));
  }
}

TEST(OpusReader, PassesOverAGap) {
  auto bytes = testing::librivox_samples().front().ogg;
  const auto whole = read_all(bytes)->size();
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);  // its page is dropped: a second or so
  const auto samples = read_all(bytes);
  ASSERT_TRUE(samples.has_value()) << samples.error().message;
  EXPECT_LT(samples->size(), whole);
  EXPECT_GT(samples->size(), whole / 2);
}

TEST(OpusReader, EndsOrFailsButNeverHangsOnDamage) {
  const auto good = testing::librivox_samples().front().ogg;
  const auto whole = read_all(good)->size();
  for (std::size_t at = 0; at < good.size(); at += good.size() / 60) {
    auto damaged = good;
    for (std::size_t i = at; i < std::min(at + 40, damaged.size()); ++i)
      damaged[i] = static_cast<char>(damaged[i] ^ 0x5A);
    const auto samples = read_all(damaged);
    if (samples) EXPECT_LE(samples->size(), 2 * whole) << at;
    const auto cut = read_all(good.substr(0, at));
    if (cut) EXPECT_LE(cut->size(), whole + kSpeechRate) << at;
  }
}

}  // namespace
}  // namespace claw
