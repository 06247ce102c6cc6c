#include "whatsapp/graph_json.hpp"

#include <gtest/gtest.h>

#include "whatsapp/json.hpp"

namespace claw::whatsapp {
namespace {

TEST(ReadReceipt, HasTheFormMetaAsksFor) {
  EXPECT_EQ(read_json("wamid.A", false), R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.A"})");
  EXPECT_EQ(
      read_json("wamid.A", true),
      R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.A","typing_indicator":{"type":"text"}})");
}

TEST(SendAnswer, NamesTheMessage) {
  const auto sent =
      parse_send_answer(200, R"({"messaging_product":"whatsapp","contacts":[{"input":"+49 1","wa_id":"491"}],)"
                             R"("messages":[{"id":"wamid.B","message_status":"held_for_quality_assessment"}]})");
  ASSERT_TRUE(sent.has_value());
  EXPECT_EQ(sent->wamid, "wamid.B");
  EXPECT_EQ(sent->wa_id, "491");
  EXPECT_EQ(sent->user_id, "");
  EXPECT_EQ(sent->message_status, "held_for_quality_assessment");
}

TEST(SendAnswer, NeedsNoContacts) {
  EXPECT_EQ(parse_send_answer(200, R"({"messages":[{"id":"wamid.B"}]})").value().wamid, "wamid.B");
}

TEST(SendAnswer, TellsMetasError) {
  const auto sent = parse_send_answer(
      400, R"({"error":{"message":"(#131047) too late","type":"OAuthException","code":131047,"error_subcode":2494010,)"
           R"("error_data":{"messaging_product":"whatsapp","details":"a day ago"},"is_transient":true,)"
           R"("fbtrace_id":"AbC"}})");
  ASSERT_FALSE(sent.has_value());
  EXPECT_TRUE(sent.error().has_error_object);
  EXPECT_EQ(sent.error().http_status, 400);
  EXPECT_EQ(sent.error().code, 131047);
  EXPECT_EQ(sent.error().subcode, 2494010);
  EXPECT_EQ(sent.error().message, "(#131047) too late");
  EXPECT_EQ(sent.error().details, "a day ago");
  EXPECT_EQ(sent.error().fbtrace_id, "AbC");
  EXPECT_TRUE(sent.error().is_transient);
}

TEST(SendAnswer, ReadsErrorDataThatIsAString) {
  const auto sent = parse_send_answer(400, R"({"error":{"code":"100","error_data":"as a string"}})");
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().code, 100);
  EXPECT_EQ(sent.error().details, "as a string");
}

TEST(SendAnswer, WithoutMessageIdIsAnErrorWhateverTheStatus) {
  const std::pair<int, std::string> answers[] = {
      {200, ""},
      {200, "{}"},
      {200, R"({"messages":[]})"},
      {200, R"({"messages":[{}]})"},
      {200, R"({"messages":[{"id":""}]})"},
      {200, R"({"messages":{"id":"wamid.B"}})"},
      {200, "[]"},
      {200, "null"},
      {502, "<html><body>Bad Gateway</body></html>"},
      {500, ""},
      {500, R"({"messages":[{"id":"wamid.B"}]})"},
      {302, R"({"messages":[{"id":"wamid.B"}]})"},
      {0, ""},
      {400, R"({"error":"a string"})"},
  };
  for (const auto& [status, body] : answers) {
    const auto sent = parse_send_answer(status, body);
    ASSERT_FALSE(sent.has_value()) << status << body;
    EXPECT_FALSE(sent.error().has_error_object) << status << body;
    EXPECT_EQ(sent.error().http_status, status);
    EXPECT_FALSE(sent.error().message.empty());
  }
}

TEST(SendAnswer, WithBothErrorAndIdIsAnError) {
  EXPECT_FALSE(parse_send_answer(200, R"({"error":{"code":1},"messages":[{"id":"wamid.B"}]})").has_value());
}

TEST(SuccessAnswer, IsTrueAndNothingElse) {
  EXPECT_TRUE(parse_success_answer(200, R"({"success":true})").has_value());
  const std::pair<int, std::string> others[] = {
      {200, R"({"success":false})"},
      {200, R"({"success":"true"})"},
      {200, "{}"},
      {200, ""},
      {500, R"({"success":true})"},
      {200, R"({"success":true,"error":{"code":2}})"},
  };
  for (const auto& [status, body] : others) EXPECT_FALSE(parse_success_answer(status, body).has_value()) << body;
  EXPECT_EQ(parse_success_answer(401, R"({"error":{"code":190,"message":"expired"}})").error().code, 190);
}

}  // namespace
}  // namespace claw::whatsapp
