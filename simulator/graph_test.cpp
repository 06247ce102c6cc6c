#include "simulator/graph.hpp"

#include "base/crypto.hpp"
#include "simulator/send_request.hpp"
#include "simulator/world_fixture.hpp"

namespace claw::sim {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::SizeIs;

class GraphTest : public WorldTest {
 protected:
  GraphCall call(std::string body) {
    return {.method = "POST",
            .path = "/v25.0/100000000000001/messages",
            .version = "v25.0",
            .object = default_number().id,
            .edge = "messages",
            .fields = {},
            .token = "sim-access-token",
            .proof = {},
            .body = std::move(body)};
  }
  GraphCall get(std::string object, std::string edge = {}, std::string fields = {}) {
    auto asked = call({});
    asked.method = "GET";
    asked.object = std::move(object);
    asked.edge = std::move(edge);
    asked.fields = std::move(fields);
    return asked;
  }
  json::object ask(const GraphCall& asked, int status) {
    const auto answer = answer_graph(meta_, asked);
    EXPECT_EQ(answer.status, status) << answer.body;
    return json::parse(answer.body).as_object();
  }
  json::object refused(const GraphCall& asked, int status = 400) {
    auto body = ask(asked, status);
    EXPECT_TRUE(body.contains("error"));
    return body.contains("error") ? body.at("error").as_object() : json::object();
  }
  static std::string text_to(std::string_view to, std::string_view text = "hello") {
    return json::serialize(
        json::object{{"messaging_product", "whatsapp"}, {"to", to}, {"type", "text"}, {"text", {{"body", text}}}});
  }
};

TEST_F(GraphTest, AcceptsATextAndPutsItOnThePersonsScreen) {
  say("hi");
  const auto body = ask(call(text_to("+49 151 1234-5678", "Grüße")), 200);
  EXPECT_EQ(body.at("messaging_product"), "whatsapp");
  EXPECT_EQ(body.at("contacts").at(0), (json::object{{"input", "+49 151 1234-5678"}, {"wa_id", kMaria}}));
  const std::string id(body.at("messages").at(0).at("id").as_string());
  EXPECT_THAT(id, MatchesRegex("wamid\\.HBg.*"));
  const auto found = meta_.phones.find_message(id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found.message->text, "Grüße");
  EXPECT_EQ(found.message->from, Side::kBusiness);
}

TEST_F(GraphTest, AcceptsATextToABsuid) {
  say("hi");
  const auto user_id = bsuid_of(default_number().waba, kMaria);
  const auto body = ask(
      call(json::serialize(json::object{
          {"messaging_product", "whatsapp"}, {"recipient", user_id}, {"type", "text"}, {"text", {{"body", "hello"}}}})),
      200);
  EXPECT_EQ(body.at("contacts").at(0), (json::object{{"input", user_id}, {"user_id", user_id}}));
}

TEST_F(GraphTest, GivesTheCallbackDataBackInEveryStatus) {
  say("hi");
  answer(200);
  ask(call(
          R"({"messaging_product":"whatsapp","to":"4915112345678","text":{"body":"x"},"biz_opaque_callback_data":"turn 7"})"),
      200);
  pass(meta_.habits.status_step * 3);
  ASSERT_THAT(attempts_, SizeIs(3));
  for (const auto& attempt : attempts_) EXPECT_EQ(status_in(attempt).at("biz_opaque_callback_data"), "turn 7");
}

TEST_F(GraphTest, MarksReadAndTypesForAMessageOfThisNumber) {
  const auto id = say("hi");
  const auto read = json::object{{"messaging_product", "whatsapp"}, {"status", "read"}, {"message_id", id}};
  EXPECT_EQ(ask(call(json::serialize(read)), 200), (json::object{{"success", true}}));
  EXPECT_FALSE(meta_.phones.find(kMaria)->sees_typing(clock_.now()));

  auto typing = read;
  typing["typing_indicator"] = {{"type", "text"}};
  EXPECT_EQ(ask(call(json::serialize(typing)), 200), (json::object{{"success", true}}));
  EXPECT_TRUE(meta_.phones.find(kMaria)->sees_typing(clock_.now()));
}

TEST_F(GraphTest, RefusesARequestInMetasWords) {
  struct Case {
    std::string body;
    int code;
    std::string named;
  };
  const auto with = [](std::string_view members) {
    return R"({"messaging_product":"whatsapp",)" + std::string(members) + "}";
  };
  for (const auto& [body, code, named] : std::vector<Case>{
           {"", 100, "JSON"},
           {"{", 100, "JSON"},
           {"[]", 100, "JSON"},
           {std::string(1024 * 1024 + 1, ' '), 100, "too large"},
           {"{}", 100, "messaging_product"},
           {R"({"messaging_product":"sms"})", 100, "messaging_product"},
           {R"({"messaging_product":7})", 100, "messaging_product"},
           {with(R"("text":{"body":"x"})"), 100, "to"},
           {with(R"("to":"12","text":{"body":"x"})"), 131009, "12"},
           {with(R"("to":"abc","text":{"body":"x"})"), 131009, "abc"},
           {with(R"("recipient":"nobody","text":{"body":"x"})"), 131009, "nobody"},
           {with(R"("to":"15550001001","text":{"body":"x"})"), 131021, "same"},
           {with(R"("to":"4915112345678")"), 131008, "text"},
           {with(R"("to":"4915112345678","text":"x")"), 131008, "text"},
           {with(R"("to":"4915112345678","text":{})"), 100, "text['body']"},
           {with(R"("to":"4915112345678","text":{"body":""})"), 100, "text['body']"},
           {with(R"("to":"4915112345678","type":"song")"), 100, "song"},
           {with(R"("to":"4915112345678","type":"image","image":{}))"), 100, "JSON"},
           {with(R"("to":"4915112345678","type":"image","image":{})"), 131008, "image['id']"},
           {with(R"("to":"4915112345678","type":"template","template":{})"), 131008, "template"},
           {with(R"("to":"1","recipient_type":"group","text":{"body":"x"})"), 131009, "1"},
           {with(R"("to":"4915112345678","recipient_type":"group","text":{"body":"x"})"), 131009, "group"},
           {with(R"("to":"4915112345678","text":{"body":"x"},"context":{})"), 131008, "context"},
           {with(R"("status":"delivered","message_id":"wamid.X")"), 100, "status"},
           {with(R"("status":"read")"), 100, "message_id"},
           {with(R"("status":"read","message_id":"wamid.X")"), 131009, "message_id"},
           {with(R"("status":"read","message_id":"wamid.X","typing_indicator":{"type":"voice"})"), 100, "typing"},
           {text_to("4915112345678", std::string(4097, 'x')), 100, "4096"},
       }) {
    const auto error = refused(call(body));
    EXPECT_EQ(error.at("code"), code) << body;
    EXPECT_THAT(json::serialize(error), HasSubstr(named)) << body;
    EXPECT_EQ(error.at("type"), "OAuthException") << body;
    EXPECT_TRUE(error.contains("fbtrace_id")) << body;
  }
}

TEST_F(GraphTest, CountsCharactersNotBytes) {
  std::string text;
  for (int i = 0; i < 4096; ++i) text += "ü";
  ask(call(text_to(kMaria, text)), 200);
  EXPECT_EQ(refused(call(text_to(kMaria, text + "ü"))).at("code"), 100);
}

TEST_F(GraphTest, RefusesATokenThatItDoesNotKnow) {
  for (const std::optional<std::string>& token : {std::optional<std::string>(), {""}, {"wrong"}}) {
    auto asked = call(text_to(kMaria));
    asked.token = token;
    const auto error = refused(asked, 401);
    EXPECT_EQ(error.at("code"), 190);
    EXPECT_EQ(error.at("type"), "OAuthException");
  }
}

TEST_F(GraphTest, ShowsATokenOnlyItsOwnNumbers) {
  Number other = default_number();
  other.id = "100000000000002";
  other.token = "other";
  ASSERT_TRUE(meta_.numbers.put(other));
  for (const char* object : {"100000000000002", "999"}) {
    auto asked = call(text_to(kMaria));
    asked.object = object;
    const auto error = refused(asked);
    EXPECT_EQ(error.at("code"), 100);
    EXPECT_EQ(error.at("error_subcode"), 33);
    EXPECT_EQ(error.at("type"), "GraphMethodException");
    EXPECT_THAT(std::string(error.at("message").as_string()), HasSubstr(object));
  }
}

TEST_F(GraphTest, ChecksTheProofWhereItComesAndWantsItWhereTheAppDoes) {
  auto asked = call(text_to(kMaria));
  asked.proof = to_hex(hmac_sha256("sim-app-secret", "sim-access-token"));
  ask(asked, 200);
  asked.proof = "0123";
  EXPECT_THAT(std::string(refused(asked).at("message").as_string()), HasSubstr("Invalid appsecret_proof"));

  Number strict = *meta_.numbers.find(default_number().id);
  strict.require_proof = true;
  ASSERT_TRUE(meta_.numbers.put(strict));
  EXPECT_THAT(std::string(refused(call(text_to(kMaria))).at("message").as_string()), HasSubstr("require"));
}

TEST_F(GraphTest, RefusesPathsThatGraphDoesNotHave) {
  for (auto asked : {get(default_number().id, "songs"), get(default_number().waba, "messages")})
    EXPECT_EQ(refused(asked).at("code"), 2500);
  auto asked = get(default_number().id);
  asked.version = "latest";
  EXPECT_EQ(refused(asked).at("code"), 2500);
}

TEST_F(GraphTest, NotesEachCallWithoutItsToken) {
  ask(call(text_to(kMaria)), 200);
  refused(call("{}"));
  const auto log = meta_.journal.read(0, 10, {});
  ASSERT_THAT(log.at("entries").as_array(), SizeIs(2));
  EXPECT_EQ(log.at("entries").at(0).at("outcome"), "ok");
  EXPECT_EQ(log.at("entries").at(1).at("code"), 100);
  EXPECT_THAT(json::serialize(log), testing::Not(HasSubstr("sim-access-token")));
}

}  // namespace
}  // namespace claw::sim
