// Real human speech goes in as WhatsApp records it; how many of its words come out wrong is measured and held.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/curl_client.hpp"
#include "speech/speech.hpp"
#include "speech/speech_kinds.hpp"
#include "speech/word_error_rate.hpp"
#include "support/await.hpp"
#include "support/eventually.hpp"
#include "support/loopback.hpp"
#include "support/run_program.hpp"
#include "support/temp_dir.hpp"
#include "support/voice_samples.hpp"
#include "transcription_server.hpp"

namespace claw {
namespace {

using ::testing::HasSubstr;

/// The machine that runs tests may be slow; how long an answer may take is not what they are about.
constexpr std::chrono::minutes kPatience{5};

/// What the last resort holds as well. The engine that is chosen has 0.03.
constexpr double kMaxErrorRate = 0.45;

class VoiceTest : public ::testing::Test {
 protected:
  static CommandTranscriber::Options commands() { return {{{"local", {CLAW_TRANSCRIBE_FILE, "{file}"}}}, ""}; }
  static SpeechKeys keys() {
    auto all = std::make_shared<std::map<std::string, SecretString>>();
    all->emplace("SPEECH_KEY", SecretString(std::string("sk-test")));
    return all;
  }

  SpeechResult hear(const testing::VoiceSample& sample) {
    for (auto& provider : settings_.providers) provider.timeout = kPatience;
    VoiceMessage voice{TenantId{1}, std::make_shared<const std::string>(sample.ogg), "audio/ogg; codecs=opus", "en",
                       keys()};
    return testing::await(io_, speech_.transcribe(settings_, std::move(voice)));
  }

  /// Has all samples transcribed by `expected`, prints the word error rate and how fast it was, and holds the rate.
  void measure(const std::string& expected) {
    WordErrors all;
    std::chrono::milliseconds took{0};
    std::string by;
    for (const auto& sample : testing::librivox_samples()) {
      const auto result = hear(sample);
      ASSERT_TRUE(result.transcript.has_value()) << result.transcript.error().message;
      EXPECT_EQ(result.transcript->provider, expected);
      const auto errors = word_errors(sample.said, result.transcript->text);
      fmt::print("{}/{} wrong: {}\n", errors.errors, errors.words, result.transcript->text);
      all += errors;
      took += result.transcript->took;
      by = result.transcript->by;
    }
    fmt::print("word error rate of {} ({}): {:.3f}, {} of {} words; {:.1f} s for 24.7 s of speech\n", expected, by,
               all.rate(), all.errors, all.words, static_cast<double>(took.count()) / 1000);
    EXPECT_EQ(all.words, 71U);
    EXPECT_LE(all.rate(), kMaxErrorRate);
  }

  IoPool io_{2};
  SystemClock clock_;
  net::CurlClient http_{io_, testing::loopback()};
  SpeechKinds kinds_{http_, clock_, commands()};
  Speech speech_{[this](std::string_view kind) { return kinds_.find(kind); }, clock_};
  SpeechSettings settings_;
};

SpeechProvider server(const std::string& name, const testing::TranscriptionServer& at) {
  return {.name = name, .kind = "openai", .url = at.url(), .model = "whisper-1", .key_secret = "SPEECH_KEY"};
}

TEST_F(VoiceTest, TheEmbeddedEngineUnderstandsPeople) {
  settings_.providers = {{.name = "here", .kind = "embedded"}};
  measure("here");
}

TEST_F(VoiceTest, ASecondServerTakesOverWhereTheFirstFails) {
  const testing::TranscriptionServer broken("503"), works("");
  settings_.providers = {server("broken", broken), server("works", works)};
  measure("works");
  const auto result = hear(testing::librivox_samples().front());
  EXPECT_THAT(attempts_line(result.attempts), HasSubstr("broken: it answered 503: The server is overloaded"));
}

TEST_F(VoiceTest, TheNextTakesOverFromAServerThatIsGone) {
  testing::TranscriptionServer gone("");
  settings_.providers = {server("gone", gone), {.name = "command", .kind = "command", .command = "local"}};
  EXPECT_EQ(hear(testing::librivox_samples()[1]).transcript->provider, "gone");
  gone.kill();
  const auto result = hear(testing::librivox_samples()[1]);
  ASSERT_TRUE(result.transcript.has_value()) << result.transcript.error().message;
  EXPECT_EQ(result.transcript->provider, "command");
  EXPECT_LE(word_errors(testing::librivox_samples()[1].said, result.transcript->text).rate(), kMaxErrorRate);
}

TEST_F(VoiceTest, TheLastResortIsWorseButHolds) {
  EmbeddedTranscriber last_resort(clock_, [] { return load_pocketsphinx(kPocketSphinxFolder); });
  Speech speech([&](std::string_view) { return &last_resort; }, clock_);
  settings_.providers = {{.name = "sphinx", .kind = "embedded", .timeout = kPatience}};
  WordErrors all;
  for (const auto& sample : testing::librivox_samples()) {
    VoiceMessage voice{TenantId{1}, std::make_shared<const std::string>(sample.ogg), "audio/ogg", "", nullptr};
    const auto result = testing::await(io_, speech.transcribe(settings_, std::move(voice)));
    ASSERT_TRUE(result.transcript.has_value()) << result.transcript.error().message;
    EXPECT_THAT(result.transcript->by, HasSubstr("last resort"));
    all += word_errors(sample.said, result.transcript->text);
  }
  fmt::print("word error rate of PocketSphinx: {:.3f}, {} of {} words\n", all.rate(), all.errors, all.words);
  EXPECT_LE(all.rate(), kMaxErrorRate);
}

}  // namespace
}  // namespace claw
