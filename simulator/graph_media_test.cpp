#include "simulator/graph_media.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "simulator/world_fixture.hpp"

namespace claw::sim {
namespace {

namespace json = boost::json;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

class GraphMediaTest : public WorldTest {
 protected:
  GraphMediaTest() {
    Number other = default_number();
    other.id = "100000000000002";
    other.waba = "200000000000002";
    other.token = "other-token";
    EXPECT_TRUE(meta_.numbers.put(other));
  }
  GraphCall call(std::string method, std::string object, std::string edge = {}) {
    return {.method = std::move(method),
            .path = "/v25.0/" + object,
            .version = "v25.0",
            .object = object,
            .edge = std::move(edge),
            .fields = {},
            .token = "sim-access-token",
            .proof = {},
            .body = {}};
  }
  json::object ask(const GraphCall& asked, int status) {
    const auto answer = answer_graph(meta_, asked);
    EXPECT_EQ(answer.status, status) << answer.body;
    return json::parse(answer.body).as_object();
  }
  GraphCall upload_call(std::string_view bytes, std::string_view mime) {
    auto upload = call("POST", default_number().id, "media");
    upload.content_type = "multipart/form-data; boundary=b";
    upload.body = fmt::format(
        "--b\r\nContent-Disposition: form-data; "
        "name=\"messaging_product\"\r\n\r\nwhatsapp\r\n--b\r\nContent-Disposition: "
        "form-data; name=\"file\"; filename=\"f\"\r\nContent-Type: {}\r\n\r\n{}\r\n--b--\r\n",
        mime, bytes);
    return upload;
  }
  std::string upload(std::string_view bytes = "abc", std::string_view mime = "image/png") {
    return std::string(ask(upload_call(bytes, mime), 200).at("id").as_string());
  }
  net::HttpResponse download(std::string url, std::string token) {
    net::HttpRequest request;
    request.method = "GET";
    request.path = "/whatsapp_business/attachments";
    for (const char* name : {"mid", "ext", "hash"}) {
      const auto at = url.find(std::string(name) + "=") + std::string(name).size() + 1;
      request.query.emplace_back(name, url.substr(at, url.find('&', at) - at));
    }
    if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
    return answer_attachment(meta_, request);
  }
  std::string url_of(const std::string& id) { return std::string(ask(call("GET", id), 200).at("url").as_string()); }
  json::object send(const std::string& type, json::value content, int status) {
    auto send = call("POST", default_number().id, "messages");
    json::object body{{"messaging_product", "whatsapp"}, {"to", kMaria}, {"type", type}};
    body[type] = std::move(content);
    send.body = json::serialize(body);
    return ask(send, status);
  }
};

TEST_F(GraphMediaTest, AFileIsUploadedLookedUpFetchedAndDeleted) {
  const auto id = upload();
  const auto facts = ask(call("GET", id), 200);
  EXPECT_EQ(facts.at("mime_type"), "image/png");
  EXPECT_EQ(facts.at("file_size"), 3);
  EXPECT_EQ(facts.at("sha256"), json::value(to_hex(sha256("abc"))));
  EXPECT_EQ(facts.at("id"), json::value(id));
  const auto answer = download(std::string(facts.at("url").as_string()), "sim-access-token");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "abc");
  EXPECT_EQ(answer.content_type, "image/png");

  EXPECT_EQ(ask(call("DELETE", id), 200), (json::object{{"success", true}}));
  EXPECT_EQ(ask(call("GET", id), 400).at("error").at("error_subcode"), 33);
  EXPECT_EQ(download(std::string(facts.at("url").as_string()), "sim-access-token").status, 404);
}

TEST_F(GraphMediaTest, AUrlIsOverAfterFiveMinutesAndANewOneIsGiven) {
  const auto id = upload();
  const auto url = url_of(id);
  leap(seconds(299));
  EXPECT_EQ(download(url, "sim-access-token").status, 200);
  leap(seconds(1));
  EXPECT_EQ(download(url, "sim-access-token").status, 404);
  EXPECT_EQ(download(url_of(id), "sim-access-token").status, 200) << "and recovers";
}

TEST_F(GraphMediaTest, WantsATokenOfTheBusinessThatHasTheFile) {
  const auto id = upload();
  const auto url = url_of(id);
  EXPECT_EQ(download(url, "").status, 401);
  EXPECT_EQ(download(url, "nobody's").status, 401);
  EXPECT_EQ(download(url, "other-token").status, 404);
  for (const char* method : {"GET", "DELETE"}) {
    auto foreign = call(method, id);
    foreign.token = "other-token";
    EXPECT_EQ(ask(foreign, 400).at("error").at("error_subcode"), 33);
    foreign.token.reset();
    EXPECT_EQ(ask(foreign, 401).at("error").at("code"), 190);
  }
  auto elsewhere = call("GET", id);
  elsewhere.query = {{"phone_number_id", "100000000000002"}};
  EXPECT_EQ(ask(elsewhere, 400).at("error").at("error_subcode"), 33);
  EXPECT_EQ(ask(call("GET", id), 200).at("id"), json::value(id));
}

TEST_F(GraphMediaTest, RefusesUploadsThatMetaRefuses) {
  const auto why = [&](const GraphCall& asked) {
    const auto error = ask(asked, 400).at("error").as_object();
    return json::serialize(error);
  };
  EXPECT_THAT(why(upload_call("x", "image/svg+xml")), HasSubstr("Received file of type 'image/svg+xml'"));
  EXPECT_THAT(why(upload_call("", "image/png")), HasSubstr("131053"));
  EXPECT_THAT(why(upload_call(std::string(5 * 1024 * 1024 + 1, 'x'), "image/png")), HasSubstr("5242880"));
  EXPECT_THAT(why(call("POST", default_number().id, "media")), HasSubstr("multipart"));
  auto without = upload_call("x", "image/png");
  without.body = "--b\r\nContent-Disposition: form-data; name=messaging_product\r\n\r\nwhatsapp\r\n--b--";
  EXPECT_THAT(why(without), HasSubstr("The parameter file is required"));
}

TEST_F(GraphMediaTest, SendsOnlyAFileThatIsThereAndOfItsKind) {
  say("hi", default_number().id);
  const auto picture = upload();
  send("image", {{"id", picture}}, 200);
  send("document", {{"id", picture}}, 200);
  EXPECT_EQ(send("video", {{"id", picture}}, 400).at("error").at("code"), 131053);
  EXPECT_EQ(send("image", {{"id", "12345"}}, 400).at("error").at("code"), 131009);
  const auto song = upload("abc", "audio/mpeg");
  EXPECT_EQ(send("audio", {{"id", song}, {"voice", true}}, 400).at("error").at("code"), 131053);
  const auto recording = upload("abc", "audio/ogg; codecs=opus");
  send("audio", {{"id", recording}, {"voice", true}}, 200);
  const auto shown = message_json(meta_.phones.find(kMaria)->messages.back());
  EXPECT_EQ(shown.at("type"), "audio");
  EXPECT_EQ(shown.at("content"), (json::object{{"id", recording}, {"voice", true}}));
}

TEST_F(GraphMediaTest, APersonsFileIsFetchedLikeAnUpload) {
  auto words = Meta::Words{.text = {}, .number = default_number().id, .name = {}, .reply_to = {}, .type = "image"};
  words.message = {{"image", {{"mime_type", "image/png"}}}};
  words.file = std::make_shared<const std::string>("abc");
  ASSERT_TRUE(meta_.say(kMaria, std::move(words)));
  const auto image =
      json::parse(*attempts_.back().body).at_pointer("/entry/0/changes/0/value/messages/0/image").as_object();
  EXPECT_EQ(download(std::string(image.at("url").as_string()), "sim-access-token").body, "abc");
  EXPECT_EQ(download(url_of(std::string(image.at("id").as_string())), "sim-access-token").body, "abc");
  leap(std::chrono::hours(7 * 24));
  EXPECT_EQ(ask(call("GET", std::string(image.at("id").as_string())), 400).at("error").at("error_subcode"), 33);
}

TEST_F(GraphMediaTest, TheJournalHasNoBytesOfFiles) {
  const auto id = upload("some secret bytes");
  (void)download(url_of(id), "sim-access-token");
  const auto log = json::serialize(meta_.journal.read(0, 100, ""));
  EXPECT_THAT(log, testing::Not(HasSubstr("some secret bytes")));
  EXPECT_THAT(log, HasSubstr("\"what\":\"download\""));
}

}  // namespace
}  // namespace claw::sim
