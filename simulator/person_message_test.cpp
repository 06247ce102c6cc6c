#include "simulator/person_message.hpp"

#include "base/crypto.hpp"
#include "simulator/world_fixture.hpp"

namespace claw::sim {
namespace {

namespace json = boost::json;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

class PersonMessageTest : public WorldTest {
 protected:
  std::string act(std::string_view body) {
    auto words = read_person_message(json::parse(body).as_object());
    if (!words) return words.error().message;
    return meta_.say(kMaria, std::move(*words)).value();
  }
  /// The message in the newest webhook.
  json::object sent() {
    return json::parse(*attempts_.back().body).at_pointer("/entry/0/changes/0/value/messages/0").as_object();
  }
  json::object shown(const std::string& id) { return message_json(*meta_.phones.find_message(id).message); }
};

TEST_F(PersonMessageTest, RefusesABadShapeAndSaysWhatIsWrong) {
  struct Case {
    const char* body;
    const char* named;
  };
  for (const auto& [body, named] : {
           Case{R"({})", "\"text\" is missing"},
           Case{R"({"text":7})", "\"text\" must be a string"},
           Case{R"({"type":"song"})", "\"type\" must be one of text, image"},
           Case{R"({"type":7,"text":"x"})", "\"type\" must be a string"},
           Case{R"({"text":"x","context":"y"})", "\"context\" must be an object"},
           Case{R"({"type":"image"})", "\"image\" is missing"},
           Case{R"({"type":"image","image":{"mime_type":"image/png"}})", "\"image\": \"bytes_base64\" is missing"},
           Case{R"({"type":"image","image":{"bytes_base64":"*","mime_type":"image/png"}})", "no base64"},
           Case{R"({"type":"image","image":{"bytes_base64":"YWJj","mime_type":"a/b\r\nx: y"}})", "image/png"},
           Case{R"({"type":"image","image":{"bytes_base64":"","mime_type":"image/png"}})", "empty"},
           Case{R"({"type":"location","location":{"latitude":"x","longitude":1}})", "\"latitude\" must be a number"},
           Case{R"({"type":"contacts","contacts":[]})", "\"contacts\" must be an array"},
           Case{R"({"type":"contacts","contacts":[5]})", "each of \"contacts\""},
           Case{R"({"type":"interactive","interactive":{"type":"button"}})", "button_reply, list_reply"},
           Case{R"({"type":"interactive","interactive":{"type":"button_reply"}})",
                "\"button_reply\" must be an object"},
           Case{R"({"type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"1"}}})",
                "\"list_reply\": \"title\" is missing"},
           Case{R"({"type":"system","system":{"type":"moon"}})", "customer_identity_changed"},
           Case{R"({"type":"edit","edit":{"original_message_id":"w","message":{"type":"text"}}})", "\"message\""},
           Case{R"({"type":"revoke","revoke":{}})", "\"original_message_id\" is missing"},
       })
    EXPECT_THAT(act(body), HasSubstr(named)) << body;
}

TEST_F(PersonMessageTest, APictureBecomesAFileThatTheWebhookNames) {
  const auto id = act(R"({"type":"image","image":{"bytes_base64":"YWJj","mime_type":"image/png","caption":"look"}})");
  const auto image = sent().at("image").as_object();
  EXPECT_EQ(image.at("sha256"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  EXPECT_EQ(image.at("mime_type"), "image/png");
  EXPECT_FALSE(image.contains("bytes_base64"));
  EXPECT_THAT(std::string(image.at("url").as_string()), HasSubstr("http://127.0.0.1:9500/whatsapp_business/"));
  const Media* media = meta_.media.find(image.at("id").as_string(), clock_.now());
  ASSERT_TRUE(media);
  EXPECT_EQ(*media->bytes, "abc");
  EXPECT_EQ(media->number, default_number().id);
  const auto message = shown(id);
  EXPECT_EQ(message.at("type"), "image");
  EXPECT_EQ(message.at("text"), "look");
  EXPECT_EQ(message.at("content").at("id"), image.at("id"));
}

TEST_F(PersonMessageTest, AFileOverMetasLimitIsRefused) {
  const auto body = json::serialize(json::object{
      {"type", "sticker"},
      {"sticker", {{"bytes_base64", to_base64(std::string(101 * 1024, 'x'))}, {"mime_type", "image/webp"}}}});
  EXPECT_THAT(act(body), HasSubstr("102400 at most"));
}

TEST_F(PersonMessageTest, AMessageThatIsLargerThanAnyIsRefused) {
  const json::object order{{"catalog_id", "1"}, {"product_items", json::array(300'000, 7)}};
  EXPECT_THAT(act(json::serialize(json::object{{"type", "order"}, {"order", order}})), HasSubstr("262144 bytes"));
}

TEST_F(PersonMessageTest, ARecordingIsToldFromASong) {
  act(R"({"type":"audio","audio":{"bytes_base64":"YWJj","mime_type":"audio/ogg; codecs=opus","voice":true}})");
  EXPECT_EQ(sent().at("audio").at("voice"), true);
  act(R"({"type":"audio","audio":{"bytes_base64":"YWJj","mime_type":"audio/mpeg"}})");
  EXPECT_EQ(sent().at("audio").at("voice"), false);
}

TEST_F(PersonMessageTest, AReactionStandsOnTheMessageItIsAbout) {
  say("hi");
  const auto answer = reply(kMaria);
  act(R"({"type":"reaction","reaction":{"emoji":"👍","message_id":")" + answer + "\"}}");
  EXPECT_EQ(shown(answer).at("reactions"), (json::array{json::object{{"from", "person"}, {"emoji", "👍"}}}));
  EXPECT_EQ(sent().at("reaction"), (json::object{{"emoji", "👍"}, {"message_id", answer}}));

  act(R"({"type":"reaction","reaction":{"message_id":")" + answer + "\"}}");
  EXPECT_FALSE(shown(answer).contains("reactions"));
  EXPECT_EQ(sent().at("reaction").at("emoji"), "");
}

TEST_F(PersonMessageTest, AnEditChangesTheirOwnMessageAndARevokeEmptiesIt) {
  const auto id = say("Wher is it?");
  act(R"({"type":"edit","edit":{"message":{"type":"text","text":{"body":"Where is it?"}},"original_message_id":")" +
      id + "\"}}");
  EXPECT_EQ(shown(id).at("text"), "Where is it?");
  EXPECT_EQ(shown(id).at("edited"), true);
  act(R"({"type":"revoke","revoke":{"original_message_id":")" + id + "\"}}");
  EXPECT_EQ(shown(id).at("text"), "");
  EXPECT_EQ(shown(id).at("revoked"), true);
}

TEST_F(PersonMessageTest, NobodyEditsWhatAnotherWrote) {
  say("hi");
  const auto answer = reply(kMaria, "as it was");
  act(R"({"type":"revoke","revoke":{"original_message_id":")" + answer + "\"}}");
  EXPECT_EQ(shown(answer).at("text"), "as it was");
  const auto id = say("mine");
  auto words = read_person_message({{"type", "revoke"}, {"revoke", {{"original_message_id", id}}}});
  ASSERT_TRUE(meta_.say("4930123456", std::move(*words)));
  EXPECT_EQ(shown(id).at("text"), "mine");
}

TEST_F(PersonMessageTest, ContextAndReferralGoAlong) {
  const auto id =
      act(R"({"text":"x","reply_to":"wamid.Q","context":{"forwarded":true},"referral":{"source_type":"ad"}})");
  EXPECT_EQ(sent().at("context").at("id"), "wamid.Q");
  EXPECT_EQ(sent().at("context").at("forwarded"), true);
  EXPECT_EQ(sent().at("referral").at("source_type"), "ad");
  EXPECT_EQ(shown(id).at("reply_to"), "wamid.Q");
  EXPECT_EQ(shown(id).at("referral").at("source_type"), "ad");
}

TEST_F(PersonMessageTest, WhatMetaDoesNotCarryComesWithItsError) {
  act(R"({"type":"unsupported","unsupported":{"type":"poll"}})");
  EXPECT_EQ(sent().at("errors").at(0).at("code"), 131051);
  act(R"({"type":"request_welcome"})");
  EXPECT_EQ(sent().at("type"), "request_welcome");
}

TEST_F(PersonMessageTest, SeveralAppsHearEachTheirOwnUnderTheirOwnSecret) {
  Number other = default_number();
  other.id = "100000000000002";
  other.waba = "200000000000002";
  other.app_secret = "secret of another app";
  other.callback = "http://elsewhere/hook";
  ASSERT_TRUE(meta_.numbers.put(other));
  for (const auto& [number, url, secret] : {std::tuple{default_number().id, "http://gateway/hook", "sim-app-secret"},
                                            std::tuple{other.id, "http://elsewhere/hook", "secret of another app"}}) {
    say("hi", number);
    const Attempt& attempt = attempts_.back();
    EXPECT_EQ(attempt.url, url);
    EXPECT_EQ(attempt.signature, signature_of(secret, *attempt.body));
    EXPECT_THAT(*attempt.body, HasSubstr(number));
  }
  EXPECT_NE(sent().at("from_user_id"), json::value(bsuid_of(default_number().waba, kMaria))) << "one id per portfolio";
}

class StatusKindsTest : public PersonMessageTest {
 protected:
  std::vector<std::string> statuses_of(Meta::Send send) {
    send.number = meta_.numbers.find(default_number().id);
    if (send.to.empty() && send.user_id.empty()) send.to = kMaria;
    attempts_.clear();
    values_.clear();
    (void)meta_.accept(send);
    std::vector<std::string> names;
    for (int step = 0; step < 6; ++step) {
      pass(meta_.habits.status_step);
      for (const auto& attempt : attempts_) {
        values_.push_back(json::parse(*attempt.body).at_pointer("/entry/0/changes/0/value").as_object());
        names.emplace_back(values_.back().at("statuses").at(0).at("status").as_string());
      }
      attempts_.clear();
    }
    return names;
  }
  json::object& last() { return values_.back(); }
  std::vector<json::object> values_;
};

TEST_F(StatusKindsTest, AReactionIsReportedSentOnly) {
  const auto id = say("hi");
  EXPECT_THAT(statuses_of({.type = "reaction", .content = {{"message_id", id}, {"emoji", "🎉"}}}), ElementsAre("sent"));
  EXPECT_EQ(shown(id).at("reactions"), (json::array{json::object{{"from", "business"}, {"emoji", "🎉"}}}));
}

TEST_F(StatusKindsTest, AReactionToWhatIsNotInTheThreadFails) {
  say("hi");
  EXPECT_THAT(statuses_of({.type = "reaction", .content = {{"message_id", "wamid.X"}, {"emoji", "🎉"}}}),
              ElementsAre("failed"));
  EXPECT_EQ(last().at("statuses").at(0).at("errors").at(0).at("code"), 131009);
  EXPECT_EQ(meta_.phones.find(kMaria)->messages.size(), 1U) << "nobody sees it";
}

TEST_F(StatusKindsTest, AUserIdOfAnotherPortfolioReachesNobody) {
  Number other = default_number();
  other.id = "100000000000002";
  other.waba = "200000000000002";
  ASSERT_TRUE(meta_.numbers.put(other));
  say("to the one", default_number().id);
  say("to the other", other.id);
  EXPECT_THAT(statuses_of({.user_id = bsuid_of(other.waba, kMaria), .text = "hello"}), ElementsAre("failed"));
  EXPECT_FALSE(last().contains("contacts"));
  EXPECT_THAT(statuses_of({.user_id = bsuid_of(default_number().waba, kMaria), .text = "hello"}), testing::SizeIs(3));
}

TEST_F(StatusKindsTest, ARecordingIsReportedPlayedAfterItIsRead) {
  say("hi");
  EXPECT_THAT(statuses_of({.type = "audio", .content = {{"id", "1"}, {"voice", true}}, .voice = true}),
              ElementsAre("sent", "delivered", "read", "played"));
}

TEST_F(StatusKindsTest, APersonWithAUsernameIsToldByUserIdAlone) {
  say("hi");
  Person& maria = *meta_.phones.find(kMaria);
  maria.username = "maria.k";
  maria.has_parent = true;
  const auto user_id = bsuid_of(default_number().waba, kMaria);
  say("again");
  const auto value = json::parse(*attempts_.back().body).at_pointer("/entry/0/changes/0/value").as_object();
  EXPECT_FALSE(value.at("messages").at(0).as_object().contains("from"));
  EXPECT_EQ(value.at("messages").at(0).at("from_user_id"), json::value(user_id));
  EXPECT_EQ(value.at("contacts").at(0).at("profile").at("username"), "maria.k");
  EXPECT_THAT(*attempts_.back().body, testing::Not(HasSubstr(kMaria)));
  const std::string wamid(value.at("messages").at(0).at("id").as_string());
  EXPECT_THAT(from_base64(wamid.substr(wamid.find('.') + 1)).value(), testing::Not(HasSubstr(kMaria)));

  EXPECT_THAT(statuses_of({.user_id = user_id, .text = "hello"}), ElementsAre("sent", "delivered", "read"));
  const auto status = last().at("statuses").at(0).as_object();
  EXPECT_EQ(status.at("recipient_user_id"), json::value(user_id));
  EXPECT_EQ(status.at("parent_recipient_user_id"), json::value(parent_of(user_id)));
  EXPECT_FALSE(status.contains("recipient_id"));
  EXPECT_EQ(last().at("contacts").at(0).at("profile").at("username"), "maria.k");
  EXPECT_FALSE(values_.front().at("contacts").at(0).at("profile").as_object().contains("username")) << "in `sent`";

  EXPECT_THAT(statuses_of({.user_id = parent_of(user_id), .text = "by the parent id"}), testing::SizeIs(3));
  EXPECT_EQ(maria.messages.back().text, "by the parent id");
}

TEST_F(StatusKindsTest, WhoIsWrittenToByPhoneIsToldByPhone) {
  say("hi");
  meta_.phones.find(kMaria)->username = "maria.k";
  statuses_of({.text = "hello"});
  EXPECT_EQ(last().at("statuses").at(0).at("recipient_id"), kMaria);
}

}  // namespace
}  // namespace claw::sim
