// Voice messages on the programs themselves: a person speaks into the simulator's phone, the gateway fetches and
// transcribes, and the echo agent says what it was told.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "speech/word_error_rate.hpp"
#include "support/eventually.hpp"
#include "support/real_programs.hpp"
#include "support/voice_samples.hpp"
#include "transcription_server.hpp"

namespace claw::testing {
namespace {

namespace json = boost::json;

constexpr std::chrono::minutes kPatience{3};  // the engine works at idle priority
constexpr double kMaxErrorRate = 0.45;

class VoiceRoundTripTest : public ::testing::Test {
 protected:
  void speak(const std::string& phone, const std::string& ogg) {
    programs_.sim(
        "POST", fmt::format("/_sim/phones/{}/messages", phone),
        json::object{
            {"type", "audio"},
            {"audio", {{"mime_type", "audio/ogg; codecs=opus"}, {"voice", true}, {"bytes_base64", to_base64(ogg)}}}});
  }
  /// Has all samples said by a person each; what came back is held to what was said.
  void measure(const std::string& provider) {
    WordErrors all;
    int person = 0;
    for (const auto& sample : librivox_samples()) {
      const auto phone = fmt::format("49151555000{:02}", ++person);
      speak(phone, sample.ogg);
      ASSERT_TRUE(eventually([&] { return !programs_.texts_on(phone).empty(); }, kPatience));
      all += word_errors(sample.said, programs_.texts_on(phone).front());
    }
    fmt::print("word error rate over the simulator by {}: {:.3f}, {} of {} words\n", provider, all.rate(), all.errors,
               all.words);
    EXPECT_EQ(all.words, 71U);
    EXPECT_LE(all.rate(), kMaxErrorRate);
    for (const auto& message : programs_.messages()) {
      if (message.at("direction") != "inbound") continue;
      const auto detail = programs_.message(std::string(message.at("id").as_string()));
      EXPECT_EQ(detail.at("data").at("transcript").at("provider").as_string(), provider);
    }
  }

  RealPrograms programs_;
};

TEST_F(VoiceRoundTripTest, WhatAPersonSaysReachesTheAgentByTheEmbeddedEngine) {
  measure("embedded");
}

TEST_F(VoiceRoundTripTest, ASecondServerTakesOverWhereTheFirstFails) {
  const TranscriptionServer broken("503"), works("");
  programs_.set_secret("SPEECH_KEY", "sk-test");
  const auto provider = [](const char* name, const std::string& url) {
    return json::object{{"name", name},         {"kind", "openai"},           {"url", url},
                        {"model", "whisper-1"}, {"key_secret", "SPEECH_KEY"}, {"timeout", 180}};
  };
  const auto set = programs_.call_api(
      "PUT", "/speech",
      json::object{{"providers", {provider("broken", broken.url()), provider("works", works.url())}}});
  ASSERT_EQ(set.status, 200) << set.body;
  measure("works");
}

TEST_F(VoiceRoundTripTest, WhatIsNoSpeechIsSaidAndTheConversationGoesOn) {
  speak("4915155500099", "OggS, and nothing that anybody could hear" + std::string(2000, ' '));
  ASSERT_TRUE(eventually([&] { return !programs_.texts_on("4915155500099").empty(); }, kPatience));
  EXPECT_THAT(programs_.texts_on("4915155500099").front(), ::testing::HasSubstr("could not be understood"));
  programs_.write("4915155500099", "are you there?");
  EXPECT_TRUE(eventually([&] { return programs_.texts_on("4915155500099").size() == 2; }, kPatience));
}

}  // namespace
}  // namespace claw::testing
