#include "agent/openai_agent.hpp"

#include <atomic>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/curl_client.hpp"
#include "net/server.hpp"
#include "support/accept_items.hpp"
#include "support/await.hpp"
#include "support/loopback.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A server of chat completions that does what a test tells it, and remembers what it was asked.
class OpenAiAgentTest : public ::testing::Test {
 protected:
  OpenAiAgentTest() {
    router_.add("POST", "/v1/chat/completions", [this](net::HttpRequest& request) -> Task<net::HttpResponse> {
      ++asked_;
      body_ = boost::json::parse(request.body);
      key_ = request.header("Authorization");
      idempotency_ = request.header("Idempotency-Key");
      if (asked_ <= refusals_) {
        auto refusal = net::text_response(429, "{\"error\":{\"message\":\"too many\"}}");
        refusal.headers.push_back({"Retry-After", "0"});
        co_return refusal;
      }
      bodies_.push_back(body_);
      auto response = net::text_response(status_, asked_ <= std::ssize(first_answers_)
                                                      ? first_answers_[static_cast<std::size_t>(asked_) - 1]
                                                      : answer_);
      response.content_type = type_;
      co_return response;
    });
    EXPECT_TRUE(server_.listen("127.0.0.1:0").has_value());
    agent_.name = "helper";
    agent_.kind = "openai";
    agent_.options.url = "http://127.0.0.1:" + std::to_string(server_.port());
    agent_.options.model = "small";
    agent_.options.system_prompt = "Be kind.";
    tenant_->name = "acme";
    tenant_->id = TenantId{1};
  }

  Result<AgentReply> ask(const PendingMessage& message) {
    OpenAiAgent agent(http_, *world_.ledger, clock_);
    return testing::await(io_, agent.run(agent_, {"turn-7", "conversation-1", message, tenant_, "cc:acme:1:2", {}}));
  }
  Result<AgentReply> ask(const std::string& text) {
    PendingMessage message;
    message.view.text = text;
    return ask(message);
  }

  std::vector<std::string> said() const {
    std::vector<std::string> lines;
    for (const auto& message : body_.at("messages").as_array())
      lines.push_back(fmt::format("{}: {}", std::string_view(message.at("role").as_string()),
                                  std::string_view(message.at("content").as_string())));
    return lines;
  }

  testing::OpenLedger world_;
  IoPool io_{2};
  SystemClock clock_;
  net::Router router_;
  net::Server server_{io_, router_, {}};
  net::CurlClient http_{io_, testing::loopback()};
  Agent agent_;
  std::shared_ptr<Tenant> tenant_ = std::make_shared<Tenant>();
  std::atomic<int> asked_ = 0;
  int refusals_ = 0;
  int status_ = 200;
  std::string type_ = "application/json";
  std::string answer_ = R"({"model":"small-1","choices":[{"message":{"content":"Hello!"}}],)"
                        R"("usage":{"prompt_tokens":9,"completion_tokens":2}})";
  std::vector<std::string> first_answers_;  ///< Before `answer_`.
  std::vector<boost::json::value> bodies_;
  boost::json::value body_;
  std::string key_, idempotency_;
};

TEST_F(OpenAiAgentTest, AnswersWithWhatTheModelSaysAndCountsIt) {
  tenant_->secrets.emplace("MODEL_KEY", SecretString(std::string("sk-1")));
  agent_.options.key_secret = "MODEL_KEY";
  const auto reply = ask("hi");
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_THAT(reply->messages, ElementsAre(whatsapp::Outgoing("Hello!")));
  EXPECT_EQ(reply->usage.prompt_tokens, 9);
  EXPECT_EQ(key_, "Bearer sk-1");
  EXPECT_EQ(idempotency_, "turn-7");
  EXPECT_THAT(said(), ElementsAre("system: Be kind.", "user: hi"));
  EXPECT_EQ(body_.at("user").as_string(), "cc:acme:1:2");
}

TEST_F(OpenAiAgentTest, ShowsTheModelWhatWasSaidBeforeEachMessageFollowedByItsReply) {
  std::vector<AcceptItem> items;
  for (const char* text : {"one", "two", "three"}) items.push_back(testing::text_from("491", text));
  const Fence fence = world_.ledger->fence();
  const auto accepted = world_.run(world_.ledger->accept(std::move(items), fence)).value();
  // Both waited when the first was answered: its reply was written behind the second message.
  (void)world_.run(
      world_.ledger->complete_turn(accepted.pending[0].id, {MessageState::kAnswered, "", "a", {"re one"}}, fence));
  (void)world_.run(
      world_.ledger->complete_turn(accepted.pending[1].id, {MessageState::kAnswered, "", "a", {"re two"}}, fence));
  ASSERT_TRUE(ask(accepted.pending[2]).has_value());
  EXPECT_THAT(said(), ElementsAre("system: Be kind.", "user: one", "assistant: re one", "user: two",
                                  "assistant: re two", "user: three"));
  agent_.options.history_turns = 1;
  ASSERT_TRUE(ask(accepted.pending[2]).has_value());
  EXPECT_THAT(said(), ElementsAre("system: Be kind.", "user: two", "assistant: re two", "user: three"));
}

TEST_F(OpenAiAgentTest, ReadsAStream) {
  agent_.options.stream = true;
  type_ = "text/event-stream";
  answer_ =
      "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"
      "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"}}]}\n\ndata: [DONE]\n\n";
  const auto reply = ask("hi");
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_THAT(reply->messages, ElementsAre(whatsapp::Outgoing("Hello")));
  EXPECT_TRUE(body_.at("stream").as_bool());
}

TEST_F(OpenAiAgentTest, SaysWhatWentWrongAndAsksOnce) {
  const struct {
    int status;
    const char* type;
    const char* answer;
    const char* says;
  } rows[] = {
      {500, "application/json", R"({"error":{"message":"out of memory"}})", "answered 500: out of memory"},
      {404, "text/html", "<h1>not here</h1>", "answered 404: <h1>not here</h1>"},
      {200, "application/json", "garbage", "no JSON object"},
      {200, "text/event-stream", "data: {\"choices\":[{\"delta\":{\"content\":\"Hal\"}}]}\n\n", "in the middle"},
      {200, "text/event-stream", "data: {\"error\":{\"message\":\"overloaded\"}}\n\ndata: [DONE]\n\n", "overloaded"},
  };
  for (const auto& row : rows) {
    asked_ = 0;
    status_ = row.status;
    type_ = row.type;
    answer_ = row.answer;
    const auto reply = ask("hi");
    ASSERT_FALSE(reply.has_value()) << row.answer;
    EXPECT_THAT(reply.error().message, HasSubstr(row.says));
    EXPECT_EQ(asked_, 1) << "after a request was sent it is not repeated";
  }
  status_ = 200;
  type_ = "application/json";
  answer_ = R"({"choices":[{"message":{"content":"Well again"}}]})";
  EXPECT_TRUE(ask("hi").has_value()) << "and recovers";
}

TEST_F(OpenAiAgentTest, AsksAgainOnlyWhereTheServerSaysThatItDidNothing) {
  refusals_ = 1;
  ASSERT_TRUE(ask("hi").has_value());
  EXPECT_EQ(asked_, 2);
}

TEST_F(OpenAiAgentTest, GivesUpOnAnAnswerWithoutEnd) {
  answer_ = std::string(5 * 1024 * 1024, 'x');
  EXPECT_THAT(ask("hi").error().message, HasSubstr("larger than allowed"));
}

TEST_F(OpenAiAgentTest, TellsThatTheSecretItNeedsIsNotSet) {
  agent_.options.key_secret = "MODEL_KEY";
  EXPECT_THAT(ask("hi").error().message, HasSubstr("MODEL_KEY"));
  EXPECT_EQ(asked_, 0);
}

TEST_F(OpenAiAgentTest, SaysThatAServerCannotBeReached) {
  agent_.options.url = "http://127.0.0.1:1";
  agent_.options.timeout = std::chrono::seconds(1);
  const auto reply = ask("hi");
  ASSERT_FALSE(reply.has_value());
  EXPECT_THAT(reply.error().message, HasSubstr("helper did not answer"));
}

/// An answer that wants tools to be used.
std::string wants(const std::vector<std::pair<std::string, std::string>>& calls, const std::string& says = "") {
  boost::json::array list;
  for (const auto& [name, arguments] : calls)
    list.push_back(
        {{"id", "call-" + name}, {"type", "function"}, {"function", {{"name", name}, {"arguments", arguments}}}});
  return boost::json::serialize(boost::json::object{
      {"model", "small-1"},
      {"choices", {{{"message", {{"content", says}, {"tool_calls", list}}}, {"finish_reason", "tool_calls"}}}}});
}

TEST_F(OpenAiAgentTest, OffersToolsOnlyWhereTheTenantWantsThem) {
  ASSERT_TRUE(ask("hi"));
  EXPECT_FALSE(body_.as_object().contains("tools"));
  agent_.options.tools = true;
  ASSERT_TRUE(ask("hi"));
  EXPECT_EQ(body_.at("tools").as_array().size(), 8U);
}

TEST_F(OpenAiAgentTest, SendsWhatTheModelShowsInTheOrderItSaysIt) {
  agent_.options.tools = true;
  first_answers_ = {wants({{"send_buttons", R"({"text":"Which size?","buttons":[{"id":"s","title":"Small"}]})"},
                           {"send_location", R"({"latitude":52.52,"longitude":13.4,"name":"Shop"})"}},
                          "One moment.")};
  const auto reply = ask("hi");
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  ASSERT_EQ(reply->messages.size(), 4U);
  EXPECT_EQ(reply->messages[0], whatsapp::Outgoing("One moment."));
  EXPECT_EQ(reply->messages[1].type, "interactive");
  EXPECT_THAT(whatsapp::message_json({.phone = "49", .bsuid = ""}, reply->messages[1], ""),
              HasSubstr(R"("buttons":[{"type":"reply","reply":{"id":"s","title":"Small"}}])"));
  EXPECT_EQ(reply->messages[2].type, "location");
  EXPECT_EQ(reply->messages[3], whatsapp::Outgoing("Hello!"));
  EXPECT_EQ(asked_, 2);
  EXPECT_EQ(idempotency_, "turn-7.1") << "each round asks something else";
}

TEST_F(OpenAiAgentTest, TellsTheModelWhatCameOfItsTools) {
  agent_.options.tools = true;
  first_answers_ = {wants({{"remember", R"({"key":"size","value":"M"})"},
                           {"recall", R"({"key":"colour"})"},
                           {"send_buttons", "nonsense"},
                           {"fly", "{}"}}),
                    wants({{"recall", R"({"key":"size"})"}})};
  ASSERT_TRUE(ask("hi"));
  ASSERT_EQ(bodies_.size(), 3U);
  const auto told = [&](std::size_t round, std::size_t from_the_end) {
    const auto& list = bodies_[round].at("messages").as_array();
    const auto& message = list[list.size() - from_the_end];
    EXPECT_EQ(message.at("role").as_string(), "tool");
    return std::string(message.at("content").as_string());
  };
  EXPECT_EQ(told(1, 4), "Kept.");
  EXPECT_EQ(told(1, 3), "Nothing is remembered under this key.");
  EXPECT_EQ(told(1, 2), "The arguments are no JSON object.");
  EXPECT_EQ(told(1, 1), "There is no such tool.");
  EXPECT_EQ(told(2, 1), "M");
}

TEST_F(OpenAiAgentTest, HandsOffToAPersonWhereTheModelWantsIt) {
  agent_.options.tools = true;
  first_answers_ = {wants({{"hand_off", R"({"reason":"wants a refund"})"}})};
  const auto reply = ask("refund!");
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_EQ(reply->hand_off, "wants a refund");
}

TEST_F(OpenAiAgentTest, StopsAModelThatGoesOnUsingTools) {
  agent_.options.tools = true;
  answer_ = wants({{"recall", R"({"key":"size"})"}});
  const auto reply = ask("hi");
  ASSERT_FALSE(reply.has_value());
  EXPECT_THAT(reply.error().message, HasSubstr("used tools 6 times and said nothing"));
  EXPECT_EQ(asked_, 6);
}

TEST_F(OpenAiAgentTest, ReadsToolCallsThatComeInPieces) {
  agent_.options.tools = true;
  agent_.options.stream = true;
  type_ = "text/event-stream";
  first_answers_ = {
      "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"hand_off\","
      "\"arguments\":\"{\\\"rea\"}}]}}]}\n\n"
      "data: "
      "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"son\\\":\\\"x\\\"}\"}}]}"
      "}]}\n\ndata: [DONE]\n\n"};
  answer_ = "data: {\"choices\":[{\"delta\":{\"content\":\"ok\"},\"finish_reason\":\"stop\"}]}\n\n";
  const auto reply = ask("hi");
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_EQ(reply->hand_off, "x");
  EXPECT_THAT(reply->messages, ElementsAre(whatsapp::Outgoing("ok")));
}

}  // namespace
}  // namespace claw
