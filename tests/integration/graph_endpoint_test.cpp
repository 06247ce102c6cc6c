// The Cloud API as an existing client meets it here: its base URL, an API token of ours, nothing else changed.
#include <future>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/live_gateway.hpp"
#include "support/webhook_bodies.hpp"
#include "tenancy/secret_names.hpp"

namespace claw::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

namespace json = boost::json;

constexpr const char* kNumber = "100000000000001";
constexpr const char* kOther = "100000000000002";
constexpr const char* kWaba = "200000000000001";
constexpr const char* kPerson = "491511234567";

class GraphEndpointTest : public ::testing::Test {
 protected:
  GraphEndpointTest() {
    set("WHATSAPP_WABA_ID", kWaba);
    // Who wrote may be answered for 24 hours.
    write("hello", "wamid.in1");
  }
  void write(const std::string& text, const std::string& wamid) {
    const auto now = to_ms(gateway_.clock().now()) / 1000;
    EXPECT_EQ(gateway_.post(acme_, texts(kNumber, {{text, wamid, kPerson, now}})).status, 200);
    gateway_.settle(acme_);
  }
  void set(const std::string& name, const std::string& value) {
    gateway_.admin("secret.set", {{"tenant", "acme"}, {"name", name}, {"value", value}});
  }
  HttpAnswer graph(const std::string& method, const std::string& path, const std::string& body = "",
                   HttpHeaders headers = {}) {
    headers.emplace_back("Authorization", "Bearer " + token_);
    headers.emplace_back("Content-Type", "application/json");
    return gateway_.call(method, "/graph/v25.0/" + path, headers, body);
  }
  HttpAnswer send(json::object message, HttpHeaders headers = {}) {
    message["messaging_product"] = "whatsapp";
    if (!message.contains("to")) message["to"] = kPerson;
    return graph("POST", fmt::format("{}/messages", kNumber), json::serialize(message), std::move(headers));
  }
  HttpAnswer send_text(const std::string& text, HttpHeaders headers = {}) {
    return send({{"type", "text"}, {"text", {{"body", text}}}}, std::move(headers));
  }
  static std::string id_in(const HttpAnswer& answer) {
    return std::string(json::parse(answer.body).at("messages").at(0).at("id").as_string());
  }
  static std::int64_t code_in(const HttpAnswer& answer) {
    return json::parse(answer.body).at("error").at("code").as_int64();
  }

  LiveGateway gateway_;
  ScriptedGraph& graph_ = gateway_.graph();
  TestTenant acme_ = gateway_.make_tenant_without_agent("acme", kNumber);
  std::string token_ = acme_.api_token;
};

TEST_F(GraphEndpointTest, ASendIsAnsweredWithMetasOwnMessageId) {
  const auto answer = send_text("hi");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(id_in(answer), graph_.sends().front().wamid);
  EXPECT_EQ(json::parse(answer.body).at("contacts").at(0).at("wa_id").as_string(), kPerson);
}

TEST_F(GraphEndpointTest, WhereMetaIsSlowTheIdIsOursAndStandsForTheMessageLater) {
  graph_.hold_sends();
  auto waiting = std::async(std::launch::async, [this] { return send_text("slow"); });
  ASSERT_TRUE(eventually([this] { return graph_.sends().size() == 1; }));
  gateway_.clock().advance(std::chrono::seconds(11));
  const auto answer = waiting.get();
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto ours = id_in(answer);
  EXPECT_THAT(ours, StartsWith("wamid.CC"));
  EXPECT_EQ(json::parse(answer.body).at("messages").at(0).at("message_status").as_string(), "accepted");

  graph_.release();
  gateway_.settle(acme_);
  const auto reply = send({{"type", "text"}, {"text", {{"body", "a quote"}}}, {"context", {{"message_id", ours}}}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto sends = graph_.sends();
  ASSERT_THAT(sends, SizeIs(2));
  EXPECT_EQ(sends[1].body.at("context").at("message_id").as_string(), sends[0].wamid);
}

TEST_F(GraphEndpointTest, WhatMetaRefusesIsToldWithMetasCode) {
  graph_.refuse_next(400, 131026);
  const auto answer = send_text("hi");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(code_in(answer), 131026) << answer.body;
}

TEST_F(GraphEndpointTest, AClosedWindowIsToldBeforeTheCallAndATemplateGoes) {
  gateway_.clock().advance(std::chrono::hours(25));
  const auto answer = send_text("too late");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(code_in(answer), 131047) << answer.body;
  EXPECT_THAT(graph_.sends(), IsEmpty());
  EXPECT_EQ(
      send({{"type", "template"}, {"template", {{"name", "hello_world"}, {"language", {{"code", "en_US"}}}}}}).status,
      200);
}

TEST_F(GraphEndpointTest, WhoAskedForNoMoreMessagesGetsNone) {
  write("STOP", "wamid.in2");
  const auto before = graph_.sends().size();
  const auto answer = send_text("an offer");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(code_in(answer), 131050) << answer.body;
  EXPECT_THAT(graph_.sends(), SizeIs(before));
}

TEST_F(GraphEndpointTest, LimitsOfMetaAreToldInItsShape) {
  const auto answer = send_text(std::string(4097, 'x'));
  EXPECT_EQ(answer.status, 400);
  const auto error = json::parse(answer.body).at("error").as_object();
  EXPECT_EQ(error.at("code").as_int64(), 131009);
  EXPECT_THAT(std::string(error.at("error_data").at("details").as_string()), HasSubstr("4096"));
}

TEST_F(GraphEndpointTest, ATokenMayDoWhatItWasMadeForAndNothingElse) {
  token_ =
      gateway_.admin("token.create", {{"tenant", "acme"}, {"label", "reader"}, {"scopes", json::array{"inbox.read"}}})
          .at("token")
          .as_string();
  const auto refused = send_text("hi");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(code_in(refused), 10);
  EXPECT_THAT(refused.body, HasSubstr("inbox.write"));
  token_ = "made-up";
  EXPECT_EQ(send_text("hi").status, 401);
  EXPECT_THAT(graph_.sends(), IsEmpty());
}

TEST_F(GraphEndpointTest, FactsOfANumberAreMetas) {
  graph_.answer_at(fmt::format("GET /v25.0/{}", kNumber), {200, R"({"id":"100000000000001","verified_name":"Acme"})"});
  const auto answer = graph("GET", fmt::format("{}?fields=verified_name&access_token=mine", kNumber));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("verified_name":"Acme")"));
  ASSERT_THAT(graph_.other_calls(), SizeIs(1));
  EXPECT_THAT(graph_.other_calls().front(), HasSubstr("fields=verified_name"));
  EXPECT_THAT(graph_.other_calls().front(), Not(HasSubstr("access_token"))) << "tokens of clients stay here";
}

TEST_F(GraphEndpointTest, PagesOfTemplatesLeadHereAndNoneTellsTheTenantsToken) {
  graph_.answer_at(
      fmt::format("GET /v25.0/{}/message_templates", kWaba),
      {200, fmt::format(R"({{"data":[{{"name":"a","note":"{0}"}}],"paging":{{"cursors":{{"after":"MQ"}},)"
                        R"("next":"https://graph.facebook.com/v25.0/{1}/message_templates?access_token={0})"
                        R"(&appsecret_proof=feed&limit=1&after=M%3DQ","previous":"no address"}}}})",
                        acme_.access_token, kWaba)});
  const auto answer = graph("GET", fmt::format("{}/message_templates?limit=1", kWaba));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.body, Not(HasSubstr(acme_.access_token)));
  EXPECT_THAT(answer.body, Not(HasSubstr("feed")));
  const auto paging = json::parse(answer.body).at("paging").as_object();
  EXPECT_THAT(text_of(paging, "next"),
              ::testing::EndsWith(fmt::format("/graph/v25.0/{}/message_templates?limit=1&after=M%3DQ", kWaba)));
  EXPECT_FALSE(paging.contains("previous"));
}

TEST_F(GraphEndpointTest, AnAccountIsAskedForWithTheTokenThatMaySeeIt) {
  set("WHATSAPP_PHONE_NUMBER_ID", fmt::format("{},{}", kNumber, kOther));
  gateway_.admin("secret.set",
                 {{"tenant", "acme"}, {"name", name_for_number(kAccessToken, kOther)}, {"value", "EAA-of-the-other"}});
  graph_.answer_at(fmt::format("GET /v25.0/{}/message_templates", kWaba),
                   {400, R"({"error":{"message":"Unsupported get request","code":100,"error_subcode":33}})"});
  graph_.answer_at(fmt::format("GET /v25.0/{}/message_templates EAA-of-the-other", kWaba), {200, R"({"data":[]})"});
  const auto answer = graph("GET", fmt::format("{}/message_templates", kWaba));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(graph_.other_calls(), SizeIs(2));
  EXPECT_EQ(graph("GET", "999/message_templates").status, 400) << "an account of somebody else";
  EXPECT_THAT(graph_.other_calls(), SizeIs(2));
}

TEST_F(GraphEndpointTest, WithoutATokenOfMetasItSaysWhatToDo) {
  gateway_.admin("secret.delete", {{"tenant", "acme"}, {"name", "WHATSAPP_ACCESS_TOKEN"}});
  const auto answer = graph("GET", kNumber);
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("WHATSAPP_ACCESS_TOKEN is not set"));
}

TEST_F(GraphEndpointTest, AFileOfMetasIsDeletedThere) {
  graph_.answer_at("GET /v25.0/300000000000001",
                   {200, R"({"messaging_product":"whatsapp","url":"https://lookaside.fbsbx.com/x",)"
                         R"("mime_type":"image/jpeg","sha256":"c0ffee","file_size":3,"id":"300000000000001"})"});
  graph_.answer_at("DELETE /v25.0/300000000000001", {200, R"({"success":true})"});
  EXPECT_EQ(graph("DELETE", "300000000000001").status, 200);
  EXPECT_EQ(graph("DELETE", "../x").status, 404);
  EXPECT_EQ(graph("DELETE", "f_0000000000000000").status, 400);
  const auto calls = graph_.other_calls();
  ASSERT_THAT(calls, SizeIs(2));
  for (const auto& call : calls)
    EXPECT_THAT(call, HasSubstr(fmt::format("phone_number_id={}", kNumber))) << "of the tenant's own number";
  EXPECT_THAT(calls.back(), StartsWith("DELETE /v25.0/300000000000001?"));
}

TEST_F(GraphEndpointTest, NothingElseIsDeletedAtMeta) {
  set("WHATSAPP_PHONE_NUMBER_ID", fmt::format("{},{}", kNumber, kOther));
  // A template, by its number; the account itself; and media that Meta shows to neither number.
  graph_.answer_at("GET /v25.0/400000000000001",
                   {200, R"({"name":"offer","status":"APPROVED","id":"400000000000001"})"});
  graph_.answer_at(fmt::format("GET /v25.0/{}", kWaba), {200, fmt::format(R"({{"name":"Acme","id":"{}"}})", kWaba)});
  graph_.answer_at("GET /v25.0/300000000000002",
                   {400, R"({"error":{"message":"Unsupported get request","code":100,"error_subcode":33}})"});
  for (const std::string node : {"400000000000001", kWaba, "300000000000002"}) {
    graph_.answer_at("DELETE /v25.0/" + node, {200, R"({"success":true})"});
    const auto answer = graph("DELETE", node);
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(code_in(answer), 100) << answer.body;
  }
  const auto asked = graph_.other_calls().size();
  EXPECT_EQ(graph("DELETE", "300000000000002?phone_number_id=999").status, 400) << "a number of somebody else";
  EXPECT_THAT(graph_.other_calls(), SizeIs(asked));
  EXPECT_THAT(graph_.other_calls(), Not(::testing::Contains(StartsWith("DELETE"))));
}

TEST_F(GraphEndpointTest, AReceiptGoesToMetaAtOnce) {
  const auto answer = graph("POST", fmt::format("{}/messages", kNumber),
                            R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.in1"})");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body, R"({"success":true})");
  EXPECT_TRUE(graph_.calls().back().is_mark());
}

}  // namespace
}  // namespace claw::testing
