#include "whatsapp/outgoing.hpp"

#include <gtest/gtest.h>

#include "whatsapp/json.hpp"
#include "whatsapp/outgoing_examples.hpp"

namespace claw::whatsapp {
namespace {

TEST(TextMessage, HasTheFormMetaAsksFor) {
  EXPECT_EQ(message_json({.phone = "491555000001", .bsuid = ""},
                         {"text", {"Hello \"Anna\"\n", R"({"message":{"context":{"message_id":"wamid.A"}}})"}}, "s1.x"),
            R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"491555000001",)"
            R"("type":"text","context":{"message_id":"wamid.A"},"text":{"body":"Hello \"Anna\"\n"},)"
            R"("biz_opaque_callback_data":"s1.x"})");
}

TEST(TextMessage, GoesToTheUserIdWhereThereIsNoPhone) {
  const auto body = parse_json(message_json({.phone = "", .bsuid = "DE.1"}, "Hi", "")).value().get_object();
  EXPECT_EQ(text_at(body, "recipient"), "DE.1");
  EXPECT_FALSE(body.contains("to"));
  EXPECT_FALSE(body.contains("context"));
  EXPECT_FALSE(body.contains("biz_opaque_callback_data"));
}

TEST(TextMessage, GoesToThePhoneWhereBothAreKnown) {
  const auto body = parse_json(message_json({.phone = "49155", .bsuid = "DE.1"}, "Hi", "")).value().get_object();
  EXPECT_EQ(text_at(body, "to"), "49155");
  EXPECT_FALSE(body.contains("recipient"));
}

TEST(TextMessage, IsValidJsonForAnyText) {
  for (const std::string text : {"\xff broken \xc3", "nul \x01 tab \t", "\xF0\x9F\x8C\xBB", "\\ \"", ""}) {
    const auto body = parse_json(message_json({.phone = "1", .bsuid = ""}, text, text));
    ASSERT_TRUE(body.has_value()) << text;
  }
}

/// The message as Meta would be sent it, without receiver and envelope.
json::object sent(const Outgoing& message) {
  auto body = parse_json(message_json({.phone = "49155", .bsuid = ""}, message, own_callback_data(message)));
  for (const auto* name : {"messaging_product", "recipient_type", "to"}) body->get_object().erase(name);
  return body->get_object();
}

class OutgoingExamples : public testing::TestWithParam<OutgoingExample> {};

TEST_P(OutgoingExamples, ComesOutWithTheMembersItCameInWith) {
  const auto read = read_outgoing(GetParam().json);
  ASSERT_TRUE(read.has_value()) << read.error().words();
  EXPECT_EQ(json::value(sent(*read)), parse_json(GetParam().json).value());
}

TEST_P(OutgoingExamples, ReadsForAPerson) {
  EXPECT_EQ(read_outgoing(GetParam().json).value().view.text, GetParam().text);
}

TEST_P(OutgoingExamples, NeedsNoTypeWhereItsContentSaysIt) {
  auto message = parse_json(GetParam().json).value().get_object();
  message.stable_erase(message.find("type"));
  const auto read = read_outgoing(write_json(message));
  ASSERT_TRUE(read.has_value()) << read.error().words();
  EXPECT_EQ(*read, read_outgoing(GetParam().json).value());
}

INSTANTIATE_TEST_SUITE_P(All, OutgoingExamples, testing::ValuesIn(outgoing_examples()),
                         [](const auto& info) { return info.param.name; });

TEST(Outgoing, IsAPlainTextWhereNothingElseIsInIt) {
  EXPECT_EQ(read_outgoing(R"({"messaging_product":"whatsapp","to":"49155","text":{"body":"Hi"}})").value(),
            Outgoing("Hi"));
}

TEST(Outgoing, ShowsItsPartsAsThoseOfWhatComesInAreShown) {
  const auto data = [](std::string_view json) {
    auto shown = parse_json(read_outgoing(json).value().view.data).value().get_object();
    shown.erase("message");
    return write_json(shown);
  };
  EXPECT_EQ(data(R"({"context":{"message_id":"wamid.A"},"text":{"body":"Yes"}})"), R"({"reply_to":"wamid.A"})");
  EXPECT_EQ(data(R"({"image":{"link":"https://a.example/m","caption":"The menu"}})"),
            R"({"media":{"type":"image","caption":"The menu","link":"https://a.example/m"}})");
  EXPECT_EQ(data(outgoing_examples()[12].json), R"({"buttons":["Small","Large"]})");
  EXPECT_EQ(data(outgoing_examples()[13].json), R"({"media":{"id":"f_4","type":"image"},"buttons":["Yes"]})");
  EXPECT_EQ(data(outgoing_examples()[14].json), R"({"list":{"button":"Options","rows":["Express","Mail"]}})");
}

TEST(Outgoing, PassesOnMembersThatWeDoNotKnow) {
  const std::string_view json =
      R"({"type":"text","text":{"body":"Hi","new":[1]},"recipient_identity_key_hash":"h","later":{"a":null}})";
  EXPECT_EQ(json::value(sent(read_outgoing(json).value())), parse_json(json).value());
}

TEST(Outgoing, NamesEachOfItsFilesOnce) {
  auto message = read_outgoing(outgoing_examples()[24].json).value();
  std::vector<std::string> ids;
  replace_file_ids(message, [&](const std::string& id) {
    ids.push_back(id);
    return "987";
  });
  EXPECT_EQ(ids, std::vector<std::string>{"f_5"});
  EXPECT_NE(message.view.data.find(R"("image":{"id":"987"})"), std::string::npos) << message.view.data;
}

}  // namespace
}  // namespace claw::whatsapp
