#include "whatsapp/outgoing.hpp"

#include <gtest/gtest.h>

#include "whatsapp/json.hpp"

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

}  // namespace
}  // namespace claw::whatsapp
