#include "agent/chat_protocol.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw {
namespace {

using ::testing::HasSubstr;
using Role = ChatMessage::Role;

TEST(ChatRequest, CarriesModelMessagesAndUser) {
  const auto body = boost::json::parse(chat_request_json(
      "m1", {{Role::kSystem, "be kind"}, {Role::kUser, "hi \"you\""}, {Role::kAssistant, "yes"}}, "cc:acme:1:2", true));
  EXPECT_EQ(body.at("model").as_string(), "m1");
  EXPECT_EQ(body.at("user").as_string(), "cc:acme:1:2");
  EXPECT_TRUE(body.at("stream").as_bool());
  EXPECT_EQ(body.at("messages").at(0).at("role").as_string(), "system");
  EXPECT_EQ(body.at("messages").at(1).at("content").as_string(), "hi \"you\"");
  EXPECT_EQ(body.at("messages").at(2).at("role").as_string(), "assistant");
}

TEST(ChatAnswers, AreReadFromOneObjectOrFromEvents) {
  const auto whole = parse_chat_answer(
      "application/json",
      R"({"model":"m1","choices":[{"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":12,"completion_tokens":3}})");
  ASSERT_TRUE(whole.has_value()) << whole.error().message;
  EXPECT_EQ(whole->text, "Hello");
  EXPECT_EQ(whole->prompt_tokens, 12);

  const auto events =
      parse_chat_answer("text/event-stream; charset=utf-8",
                        ": comment\r\n"
                        "data: {\"model\":\"m1\",\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\r\n\r\n"
                        "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"
                        "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n"
                        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\n"
                        "data: [DONE]\n\n");
  ASSERT_TRUE(events.has_value()) << events.error().message;
  EXPECT_EQ(events->text, "Hello");
  EXPECT_EQ(events->completion_tokens, 2);
}

TEST(ChatAnswers, AreFailuresUnlessTheyAreWholeAndWell) {
  const struct {
    const char* type;
    const char* body;
    const char* says;
  } rows[] = {
      {"application/json", "<html>502</html>", "no JSON object"},
      {"application/json", "", "no JSON object"},
      {"application/json", R"({"choices":[]})", "choices[0].message"},
      {"application/json", R"({"error":{"message":"model is loading"}})", "model is loading"},
      {"application/json", R"({"error":"quota"})", "quota"},
      {"text/event-stream", "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n", "in the middle"},
      {"text/event-stream", "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\ndata: {\"cho",
       "no JSON object"},
      {"text/event-stream", "data: {\"error\":{\"message\":\"overloaded\"}}\n\ndata: [DONE]\n\n", "overloaded"},
      {"text/event-stream", "event: error\ndata: {\"message\":\"overloaded\"}\n\ndata: [DONE]\n\n", "overloaded"},
      {"text/event-stream", "", "in the middle"},
  };
  for (const auto& row : rows) {
    const auto answer = parse_chat_answer(row.type, row.body);
    ASSERT_FALSE(answer.has_value()) << row.body;
    EXPECT_THAT(answer.error().message, HasSubstr(row.says));
  }
}

TEST(ChatErrors, SayWhatTheServerSaidInOneLine) {
  EXPECT_EQ(chat_error_text(R"({"error":{"message":"no such model"}})"), "no such model");
  EXPECT_EQ(chat_error_text("Bad\nGateway"), "Bad Gateway");
  EXPECT_EQ(chat_error_text(""), "it gave no reason");
  EXPECT_LE(chat_error_text(std::string(5000, 'x')).size(), 200U);
}

std::vector<std::string> texts(const std::vector<ChatMessage>& messages) {
  std::vector<std::string> texts;
  for (const auto& message : messages) texts.push_back(message.text);
  return texts;
}

TEST(ChatWindow, KeepsTheSystemMessageAndTheNewestTurns) {
  const std::vector<ChatMessage> all = {{Role::kSystem, "S"}, {Role::kUser, "1"},      {Role::kAssistant, "a"},
                                        {Role::kUser, "2"},   {Role::kAssistant, "b"}, {Role::kUser, "3"}};
  using ::testing::ElementsAre;
  EXPECT_THAT(texts(within_window(all, 9, 1000)), ElementsAre("S", "1", "a", "2", "b", "3"));
  EXPECT_THAT(texts(within_window(all, 2, 1000)), ElementsAre("S", "2", "b", "3"));
  EXPECT_THAT(texts(within_window(all, 1, 1000)), ElementsAre("S", "3"));
  EXPECT_THAT(texts(within_window({{Role::kUser, std::string(4000, 'x')}}, 1, 10)), ::testing::SizeIs(1))
      << "the message itself always goes";
}

TEST(ChatWindow, CountsTokensFromTheNewestBackwards) {
  const std::vector<ChatMessage> all = {{Role::kUser, std::string(400, 'a')},
                                        {Role::kAssistant, std::string(400, 'b')},
                                        {Role::kUser, std::string(400, 'c')}};
  EXPECT_EQ(within_window(all, 9, 300).size(), 3U);
  EXPECT_EQ(within_window(all, 9, 299).size(), 1U) << "an answer does not stand without its question";
}

}  // namespace
}  // namespace claw
