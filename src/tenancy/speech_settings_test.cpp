#include "tenancy/speech_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(SpeechSettingsTest, AreTheEmbeddedEngineWhereNothingIsSet) {
  const auto settings = read_speech_settings("");
  ASSERT_THAT(settings.providers, SizeIs(1));
  EXPECT_EQ(settings.providers[0].kind, "embedded");
  EXPECT_EQ(settings.providers[0].name, "embedded");
}

TEST(SpeechSettingsTest, ComeBackAsTheyWereSet) {
  const auto text = check_speech_settings(
      R"({"providers":[{"name":"cloud","kind":"openai","url":"https://api.example.org","model":"w","key_secret":"K",
          "timeout":20},{"kind":"command","command":"local"},{"kind":"embedded"}],"at_once":3,"language":"de",
          "echo":true,"reply":{"enabled":true,"url":"https://tts.example.org","voice":"anna"}})");
  ASSERT_TRUE(text.has_value()) << text.error().message;
  const auto settings = read_speech_settings(*text);
  ASSERT_THAT(settings.providers, SizeIs(3));
  EXPECT_EQ(settings.providers[0].key_secret, "K");
  EXPECT_EQ(settings.providers[0].timeout, std::chrono::seconds(20));
  EXPECT_EQ(settings.providers[1].command, "local");
  EXPECT_EQ(settings.at_once, 3U);
  EXPECT_EQ(settings.language, "de");
  EXPECT_TRUE(settings.echo);
  EXPECT_EQ(settings.reply.voice, "anna");
  EXPECT_EQ(check_speech_settings(speech_settings_json(settings)).value(), *text);
}

TEST(SpeechSettingsTest, SayWhatIsWrongWithThem) {
  const std::pair<const char*, const char*> wrong[] = {
      {"[]", "no JSON object"},
      {R"({"provider":[]})", "speech has no member \"provider\""},
      {R"({"providers":{}})", "providers must be a list"},
      {R"({"providers":[1]})", "each of providers must be an object"},
      {R"({"providers":[{"kind":"psychic"}]})", "there is no kind \"psychic\""},
      {R"({"providers":[{"kind":"openai"}]})", "url must be like"},
      {R"({"providers":[{"kind":"openai","url":"https://a:b@example.org"}]})", "no user name or password"},
      {R"({"providers":[{"kind":"embedded","url":"https://example.org"}]})", "has no url, model or key_secret"},
      {R"({"providers":[{"kind":"command"}]})", "one of the operator's commands"},
      {R"({"providers":[{"kind":"embedded"},{"kind":"embedded"}]})", "two providers are named \"embedded\""},
      {R"({"providers":[{"kind":"embedded","timeout":301}]})", "timeout is at most 300"},
      {R"({"providers":[{"kind":"embedded","timeout":0}]})", "timeout must be a whole number above 0"},
      {R"({"at_once":17})", "at_once is at most 16"},
      {R"({"language":"German"})", "language is two letters"},
      {R"({"echo":"yes"})", "echo must be true or false"},
      {R"({"reply":{"enabled":true}})", "reply: url must be like"},
      {R"({"reply":{"enabled":true,"url":"https://tts.example.org"}})", "voice must name"},
  };
  for (const auto& [text, why] : wrong) {
    const auto checked = check_speech_settings(text);
    ASSERT_FALSE(checked.has_value()) << text;
    EXPECT_THAT(checked.error().message, HasSubstr(why)) << text;
  }
}

}  // namespace
}  // namespace claw
