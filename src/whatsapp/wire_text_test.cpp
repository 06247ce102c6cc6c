#include "whatsapp/wire_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw::whatsapp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kText =
    R"({"entry":[{"id":"77","changes":[{"value":{"metadata":{"phone_number_id":"111"},"contacts":[{"profile":)"
    R"({"name":"Maria"},"wa_id":"4915","user_id":"US.1349"}],"messages":[{"from":"4915","id":"wamid.A=","type":"text",)"
    R"("text":{"body":"say \"from\":\"999\" twice"}}]}}]}]})";

TEST(WireTextTest, FindsMessagesAndPeopleButNotWhatPeopleWroteAboutThem) {
  const auto found = names_in(kText);
  EXPECT_THAT(found.names, ElementsAre("4915", "US.1349", "wamid.A="));
  EXPECT_EQ(found.phone_number_id, "111");
  EXPECT_EQ(found.error_code, 0);
}

TEST(WireTextTest, TakesTheCodeOfAnErrorAndNoOther) {
  EXPECT_EQ(names_in(R"({"template":{"language":{"code":7}},"errors":[{"code":131047,"title":"x"}]})").error_code,
            131047);
  const auto refused = names_in(R"({"error": {"message":"no","code": 190,"fbtrace_id":"Az8"}})");
  EXPECT_EQ(refused.error_code, 190);
  EXPECT_EQ(refused.fbtrace_id, "Az8");
  EXPECT_THAT(refused.names, ElementsAre("Az8"));
}

TEST(WireTextTest, TellsAMessageThatIsBroughtFromOneThatIsOnlySpokenOf) {
  EXPECT_TRUE(brings_message(kText, "wamid.A="));
  EXPECT_FALSE(brings_message(kText, "wamid.A"));
  const std::string_view quotes =
      R"({"value":{"messages":[{"text":{"body":"id"},"context":{"from":"4915","id":"wamid.A="},"id":"wamid.B="},)"
      R"({"id":"wamid.C=","reaction":{"message_id":"wamid.A=","emoji":"x"}}],"statuses":[{"id":"wamid.A="}],)"
      R"("message_echoes":[{"id":"wamid.A=","messages":"no list"}]}})";
  EXPECT_FALSE(brings_message(quotes, "wamid.A="));
  EXPECT_TRUE(brings_message(quotes, "wamid.B="));
  EXPECT_TRUE(brings_message(quotes, "wamid.C="));
  EXPECT_TRUE(brings_message(R"({ "messages" : [ { "id" : "wamid.A=", "text": {"bo)", "wamid.A=")) << "cut behind it";
  EXPECT_FALSE(brings_message(R"(]}}"messages":["wamid.A="],{"id":"wamid.A=")", "wamid.A="));
}

TEST(WireTextTest, ReadsWhatIsNoJsonAsFarAsItGoes) {
  EXPECT_THAT(names_in("<html>\"from\" x").names, IsEmpty());
  EXPECT_THAT(names_in(R"({"from":"49)").names, ElementsAre("49"));
  EXPECT_EQ(without_secrets("\"\\"), "\"\\");
}

TEST(WireTextTest, HidesSecretsByTheirNameAndByTheirBytes) {
  const std::string_view known[] = {"EAAG-token", "abc"};
  const auto shown =
      without_secrets(R"({"pin":123456,"access_token":"x\"y","message":"token EAAG-token of abc","to":"49"})", known);
  EXPECT_EQ(shown, R"({"pin":"…","access_token":"…","message":"token … of abc","to":"49"})");
  EXPECT_THAT(without_secrets(R"({"access_token":"EAAcut off)"), Not(HasSubstr("EAA")));
}

TEST(WireTextTest, HidesWhatPeopleWroteAndLeavesWhoAndWhen) {
  const auto shown = without_words(kText);
  EXPECT_THAT(shown, Not(HasSubstr("Maria")));
  EXPECT_THAT(shown, Not(HasSubstr("twice")));
  EXPECT_THAT(shown, HasSubstr(R"x("body":"(22 characters)")x"));
  EXPECT_THAT(shown, HasSubstr(R"("from":"4915","id":"wamid.A=")"));
}

TEST(WireTextTest, OfAQueryOnlyWhatCannotBeASecretIsKept) {
  EXPECT_EQ(
      path_without_secrets("https://graph.facebook.com/v25.0/debug_token?appsecret_proof=ab&input_token=EAA&fields=id"),
      "/v25.0/debug_token?appsecret_proof=…&input_token=…&fields=id");
  EXPECT_EQ(path_without_secrets("https://lookaside.fbsbx.com"), "/");
}

}  // namespace
}  // namespace claw::whatsapp
