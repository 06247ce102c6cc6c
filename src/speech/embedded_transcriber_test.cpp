#include "speech/embedded_transcriber.hpp"

#include <atomic>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "speech/opus_reader.hpp"
#include "support/await.hpp"
#include "support/eventually.hpp"
#include "support/voice_samples.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;

/// Threads at idle priority wait for everybody else on the machine.
template <class Condition>
bool eventually(Condition condition) {
  return testing::eventually(std::move(condition), 60s);
}
using ::testing::HasSubstr;

/// What the engine of a test was given, and what it does with it.
struct Script {
  std::atomic<int> loads = 0;
  std::atomic<int> pieces = 0;
  std::atomic<bool> installed = true;
  std::atomic<bool> blocks = false;
  std::atomic<bool> silent = false;
  std::vector<std::size_t> lengths = {};  // only read once the engine is done
};

class ScriptedEngine final : public SpeechEngine {
 public:
  explicit ScriptedEngine(Script& script) : script_(script) {}
  std::string name() const override { return "scripted"; }
  Result<std::string> hear(std::span<const float> samples) override {
    script_.lengths.push_back(samples.size());
    const int number = ++script_.pieces;
    while (script_.blocks) std::this_thread::yield();
    return script_.silent ? "" : "piece " + std::to_string(number);
  }

 private:
  Script& script_;
};

class EmbeddedTranscriberTest : public ::testing::Test {
 protected:
  Result<Heard> hear(const std::string& audio, const std::string& language = "") {
    return start(audio, language).get();
  }
  std::future<Result<Heard>> start(const std::string& audio, const std::string& language = "") {
    VoiceMessage voice{TenantId{1}, std::make_shared<const std::string>(audio), "audio/ogg; codecs=opus", language,
                       nullptr};
    return boost::asio::co_spawn(io_.executor(0), embedded_.transcribe(provider_, std::move(voice)),
                                 boost::asio::use_future);
  }
  /// Noise with half a second of silence at each of these seconds.
  static std::string noise(std::size_t seconds, const std::vector<std::size_t>& quiet_at = {}) {
    std::vector<float> samples(seconds * kSpeechRate);
    unsigned state = 1;
    for (auto& each : samples) {
      state = state * 1'103'515'245 + 12'345;
      each = static_cast<float>(state >> 16 & 0x7FFF) / 65'536.0F - 0.25F;
    }
    for (const auto at : quiet_at)
      std::fill_n(samples.begin() + static_cast<std::ptrdiff_t>(at * kSpeechRate), kSpeechRate / 2, 0.0F);
    return testing::as_voice_message(testing::wav_file(samples, kSpeechRate));
  }

  Script script_;
  IoPool io_{1};
  FakeClock clock_;
  SpeechProvider provider_{.name = "here", .kind = "embedded"};
  EmbeddedTranscriber embedded_{clock_, [this]() -> Result<std::unique_ptr<SpeechEngine>> {
                                  ++script_.loads;
                                  if (!script_.installed) return fail(ErrorKind::kFatal, "install it");
                                  return std::make_unique<ScriptedEngine>(script_);
                                }};
};

TEST_F(EmbeddedTranscriberTest, LoadsItsEngineWithTheFirstMessageAndKeepsIt) {
  EXPECT_EQ(script_.loads, 0);
  const auto heard = hear(testing::librivox_samples()[1].ogg);
  ASSERT_TRUE(heard.has_value()) << heard.error().message;
  EXPECT_EQ(heard->text, "piece 1");
  EXPECT_EQ(heard->by, "scripted");
  EXPECT_TRUE(hear(testing::librivox_samples()[1].ogg).has_value());
  EXPECT_EQ(script_.loads, 1);
}

TEST_F(EmbeddedTranscriberTest, GivesTheEngineALongMessageInPiecesCutWhereItIsQuiet) {
  const auto heard = hear(noise(50, {15, 33}));
  ASSERT_TRUE(heard.has_value()) << heard.error().message;
  EXPECT_EQ(heard->text, "piece 1 piece 2 piece 3");
  ASSERT_EQ(script_.lengths.size(), 3U);
  EXPECT_NEAR(static_cast<double>(script_.lengths[0]) / kSpeechRate, 15.25, 0.3);
  EXPECT_NEAR(static_cast<double>(script_.lengths[0] + script_.lengths[1]) / kSpeechRate, 33.25, 0.5);
  EXPECT_NEAR(static_cast<double>(script_.lengths[0] + script_.lengths[1] + script_.lengths[2]) / kSpeechRate, 50, 0.1);
}

TEST_F(EmbeddedTranscriberTest, SaysHowToInstallAnEngineAndWorksAsSoonAsOneIs) {
  script_.installed = false;
  const auto& audio = testing::librivox_samples()[1].ogg;
  EXPECT_EQ(hear(audio).error(), (Error{ErrorKind::kFatal, "install it"}));
  script_.installed = true;
  EXPECT_TRUE(hear(audio).has_value());
}

TEST_F(EmbeddedTranscriberTest, LeavesToOthersWhatItCannotKnow) {
  const auto& audio = testing::librivox_samples()[1].ogg;
  EXPECT_THAT(hear(audio, "de").error().message, HasSubstr("understands English, not \"de\""));
  EXPECT_TRUE(hear(audio, "en-GB").has_value());
  EXPECT_THAT(hear("ID3 an mp3 file").error().message, HasSubstr("reads Ogg/Opus"));
  EXPECT_THAT(hear("OggS but broken").error().message, HasSubstr("no Ogg file"));
  script_.silent = true;
  EXPECT_THAT(hear(audio).error().message, HasSubstr("heard no words"));
}

TEST_F(EmbeddedTranscriberTest, StopsBetweenPiecesWhenNobodyWaitsAnyMore) {
  script_.blocks = true;
  auto heard = start(noise(50));
  ASSERT_TRUE(eventually([&] { return script_.pieces == 1 && clock_.sleepers() == 1; }));
  clock_.advance(60s);
  EXPECT_THAT(heard.get().error().message, HasSubstr("longer than 60 s"));
  script_.blocks = false;
  ASSERT_TRUE(hear(testing::librivox_samples()[1].ogg).has_value());
  EXPECT_EQ(script_.pieces, 2);
}

TEST_F(EmbeddedTranscriberTest, RefusesALongMessageAtOnceAndAlsoWhereItDoesNotSayHowLongItIs) {
  EmbeddedTranscriber brief(
      clock_, [this] { return Result<std::unique_ptr<SpeechEngine>>(std::make_unique<ScriptedEngine>(script_)); }, 30s);
  const auto said = [&](const std::string& audio) {
    VoiceMessage voice{TenantId{1}, std::make_shared<const std::string>(audio), "audio/ogg", "", nullptr};
    return testing::await(io_, brief.transcribe(provider_, std::move(voice)));
  };
  EXPECT_TRUE(said(noise(25)).has_value());
  script_.pieces = 0;
  const auto refused = said(noise(45));
  EXPECT_EQ(refused.error(), (Error{ErrorKind::kInvalid, "the message is longer than 0.5 minutes"}));
  EXPECT_EQ(script_.pieces, 0);
  // Two files in one, as a stream may be, of which the first is not over the limit: it is counted as it is heard.
  const auto half = noise(25);
  EXPECT_EQ(said(half + half).error(), refused.error());
}

TEST(QuietSpot, IsTheMiddleOfTheQuietestTenth) {
  std::vector<float> samples(3 * kSpeechRate, 0.5F);
  std::fill_n(samples.begin() + 2 * kSpeechRate, kSpeechRate / 5, 0.0F);
  std::fill_n(samples.begin(), kSpeechRate / 5, 0.0F);  // before the span that counts
  EXPECT_NEAR(static_cast<double>(quiet_spot(samples, kSpeechRate)), 2.05 * kSpeechRate, kSpeechRate * 0.11);
  EXPECT_EQ(quiet_spot(std::span(samples).first(100), 50), 100U);
}

TEST(SpeechEngine, IsTheLastResortWhereTheGoodOneIsMissingAndSaysSo) {
  const auto engine = load_best_engine("/nowhere");
  ASSERT_TRUE(engine.has_value()) << engine.error().message;
  EXPECT_THAT((*engine)->name(), HasSubstr("last resort"));
  const auto none = load_best_engine("/nowhere", "/nowhere");
  EXPECT_EQ(none.error().kind, ErrorKind::kFatal);
  EXPECT_THAT(none.error().message, HasSubstr("run scripts/setup_speech; as a last resort, PocketSphinx has no model"));
}

TEST(SpeechEngine, SaysHowToInstallWhatIsMissing) {
  const auto moonshine = load_moonshine("/nowhere");
  EXPECT_EQ(moonshine.error().kind, ErrorKind::kFatal);
  EXPECT_THAT(moonshine.error().message, HasSubstr("run scripts/setup_speech"));
  const auto sphinx = load_pocketsphinx("/nowhere");
  EXPECT_EQ(sphinx.error().kind, ErrorKind::kFatal);
  EXPECT_THAT(sphinx.error().message, HasSubstr("install Debian's pocketsphinx-en-us"));
}

}  // namespace
}  // namespace claw
