#include "events/event_body.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace claw {
namespace {

namespace json = boost::json;

const PublicIds kIds(SecretString(std::string(32, 'k')));

SinkEvent event_of(EventKind kind, std::string detail = "") {
  SinkEvent event;
  event.kind = kind;
  event.subject = 7;
  event.detail = std::move(detail);
  event.at = from_ms(1'790'000'000'123);
  return event;
}

MessageRecord message() {
  MessageRecord record;
  record.id = MessageId{7};
  record.direction = Direction::kOutbound;
  record.state = MessageState::kRead;
  record.user = "491511";
  record.conversation = ConversationId{3};
  record.phone_number_id = "111";
  record.type = "text";
  record.view = {"good day", "{}"};
  record.wamid = "wamid.R";
  record.turn = MessageId{6};
  return record;
}

json::object told(const SinkEvent& event, const EventFacts& facts) {
  return json::parse(event_body(event, facts, kIds)).as_object();
}

TEST(EventBodyTest, TellsAMessageByTheStateOfTheEventAndNotByWhereItIsByNow) {
  const auto body = told(event_of(EventKind::kMessageSent), {.message = message()});
  EXPECT_EQ(body.at("type").as_string(), "message.sent");
  EXPECT_EQ(body.at("timestamp").as_string(), "2026-09-21T14:13:20.123Z");
  const auto& data = body.at("data").as_object();
  EXPECT_EQ(data.at("state").as_string(), "sent");
  EXPECT_EQ(data.at("text").as_string(), "good day");
  EXPECT_EQ(data.at("id").as_string(), kIds.name('m', 7));
  EXPECT_EQ(data.at("answers").as_string(), kIds.name('m', 6));
  EXPECT_EQ(data.at("wamid").as_string(), "wamid.R");
  EXPECT_FALSE(data.contains("error"));
}

TEST(EventBodyTest, AFailureHasMetasCodeAndWhatToDo) {
  const auto body =
      told(event_of(EventKind::kMessageFailed, R"({"code":131047,"reason":"too late"})"), {.message = message()});
  const auto& data = body.at("data").as_object();
  EXPECT_EQ(data.at("reason").as_string(), "too late");
  EXPECT_EQ(data.at("error").at("code").as_int64(), 131047);
  EXPECT_FALSE(data.at("error").at("advice").as_string().empty());
}

TEST(EventBodyTest, TellsWhoTookAConversationOverAndUntilWhen) {
  ConversationRecord conversation;
  conversation.user = "491511";
  conversation.phone_number_id = "111";
  const auto body = told(event_of(EventKind::kConversationTakenOver, R"({"by":"ada","held_until_ms":1790000000000})"),
                         {.conversation = conversation});
  const auto& data = body.at("data").as_object();
  EXPECT_EQ(data.at("conversation").as_string(), kIds.name('c', 7));
  EXPECT_EQ(data.at("by").as_string(), "ada");
  EXPECT_EQ(data.at("user").as_string(), "491511");
  EXPECT_EQ(data.at("held_until").as_string(), "2026-09-21T14:13:20.000Z");
}

TEST(EventBodyTest, TellsWhoWaitsWithNullForWhatIsNotKnown) {
  const auto body = told(event_of(EventKind::kUserWaiting, R"({"address":"491511","name":"","by":""})"), {});
  EXPECT_EQ(body.at("data").at("address").as_string(), "491511");
  EXPECT_TRUE(body.at("data").at("name").is_null());
}

constexpr const char* kStatus =
    R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"statuses":[)"
    R"({"id":"wamid.R","status":"read","biz_opaque_callback_data":"claw:1:2"}]}}]}]})";

TEST(EventBodyTest, ABotFindsItsOwnCallbackDataAndNeverOurs) {
  const auto status = [](const std::string& body) {
    return json::parse(body).at("entry").at(0).at("changes").at(0).at("value").at("statuses").at(0).as_object();
  };
  const auto own = status(bot_status_body(kStatus, "order-9"));
  EXPECT_EQ(own.at("biz_opaque_callback_data").as_string(), "order-9");
  EXPECT_EQ(own.at("id").as_string(), "wamid.R");
  EXPECT_FALSE(status(bot_status_body(kStatus, "")).contains("biz_opaque_callback_data"));
}

TEST(EventBodyTest, LeavesWhatItDoesNotKnowAsItIs) {
  EXPECT_EQ(bot_status_body("no JSON", "x"), "no JSON");
  EXPECT_EQ(bot_status_body(R"({"entry":7})", "x"), R"({"entry":7})");
  EXPECT_EQ(bot_status_body(R"({"entry":[{"changes":[3,{"value":{"statuses":[4]}}]}]})", "x"),
            R"({"entry":[{"changes":[3,{"value":{"statuses":[4]}}]}]})");
}

}  // namespace
}  // namespace claw
