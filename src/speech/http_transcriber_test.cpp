#include "speech/http_transcriber.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http.hpp"
#include "speech/audio_type.hpp"
#include "support/await.hpp"

namespace claw {
namespace {

using ::testing::HasSubstr;

/// Answers as it is told and keeps what it was asked.
class FakeHttp final : public net::HttpClient {
 public:
  Task<Result<net::ClientResponse>> send(net::ClientRequest request) override {
    asked = std::move(request);
    if (asked.source) {
      asked.body.resize(static_cast<std::size_t>(asked.source->size()));
      for (std::size_t at = 0; at < asked.body.size();)
        at += asked.source->read(std::span(asked.body).subspan(at)).value();
    }
    co_return answer;
  }
  void say(int status, std::string body) { answer = net::ClientResponse{status, {}, std::move(body)}; }

  net::ClientRequest asked;
  Result<net::ClientResponse> answer = net::ClientResponse{200, {}, R"({"text":" Hello there. "})"};
};

class HttpTranscriberTest : public ::testing::Test {
 protected:
  HttpTranscriberTest() {
    auto keys = std::make_shared<std::map<std::string, SecretString>>();
    keys->emplace("KEY", SecretString(std::string("sk-1")));
    voice_.keys = std::move(keys);
  }
  Result<Heard> openai() {
    OpenAiTranscriber transcriber(http_);
    return testing::await(io_, transcriber.transcribe(provider_, voice_));
  }
  Result<Heard> deepgram() {
    DeepgramTranscriber transcriber(http_);
    return testing::await(io_, transcriber.transcribe(provider_, voice_));
  }

  IoPool io_{1};
  FakeHttp http_;
  SpeechProvider provider_{.name = "cloud", .url = "https://speech.example", .model = "whisper-1", .key_secret = "KEY"};
  VoiceMessage voice_{TenantId{1}, std::make_shared<const std::string>("OggS\r\n--bytes\0", 14),
                      "audio/ogg; codecs=opus", "de", nullptr};
};

TEST_F(HttpTranscriberTest, SendsAnOpenAiServerTheAudioAsAForm) {
  const auto heard = openai();
  ASSERT_TRUE(heard.has_value()) << heard.error().message;
  EXPECT_EQ(heard->text, "Hello there.");
  EXPECT_EQ(heard->by, "whisper-1");
  const auto& asked = http_.asked;
  EXPECT_EQ(asked.method, "POST");
  EXPECT_EQ(asked.url, "https://speech.example/v1/audio/transcriptions");
  EXPECT_EQ(asked.scheme, "Bearer");
  EXPECT_EQ(asked.bearer.expose(), "sk-1");
  EXPECT_EQ(asked.total_timeout, std::chrono::seconds(60));
  const std::string type(net::find_header(asked.headers, "Content-Type"));
  const std::string start = "multipart/form-data; boundary=";
  ASSERT_TRUE(type.starts_with(start)) << type;
  const auto line = "--" + type.substr(start.size());
  EXPECT_EQ(asked.body, line + "\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n" + line +
                            "\r\nContent-Disposition: form-data; name=\"language\"\r\n\r\nde\r\n" + line +
                            "\r\nContent-Disposition: form-data; name=\"response_format\"\r\n\r\njson\r\n" + line +
                            "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"voice.ogg\"\r\n"
                            "Content-Type: audio/ogg\r\n\r\n" +
                            *voice_.audio + "\r\n" + line + "--\r\n");
}

TEST_F(HttpTranscriberTest, SendsDeepgramTheAudioAsItIs) {
  http_.say(200, R"({"results":{"channels":[{"alternatives":[{"transcript":"Hallo.","confidence":0.9}]}]}})");
  provider_.model = "nova-3 x&y";
  const auto heard = deepgram();
  ASSERT_TRUE(heard.has_value()) << heard.error().message;
  EXPECT_EQ(heard->text, "Hallo.");
  EXPECT_EQ(http_.asked.url, "https://speech.example/v1/listen?smart_format=true&model=nova-3%20x%26y&language=de");
  EXPECT_EQ(http_.asked.scheme, "Token");
  EXPECT_EQ(http_.asked.bearer.expose(), "sk-1");
  EXPECT_EQ(net::find_header(http_.asked.headers, "Content-Type"), "audio/ogg");
  EXPECT_EQ(http_.asked.body, *voice_.audio);
  voice_.language = "";
  (void)deepgram();
  EXPECT_THAT(http_.asked.url, ::testing::EndsWith("&detect_language=true"));
}

TEST_F(HttpTranscriberTest, SaysWhatWentWrongInTheServersWords) {
  const struct {
    int status;
    const char* body;
    ErrorKind kind;
    const char* says;
  } rows[] = {
      {401, R"({"error":{"message":"Incorrect API key"}})", ErrorKind::kInvalid, "answered 401: Incorrect API key"},
      {429, R"({"error":{"message":"slow down"}})", ErrorKind::kTransient, "answered 429: slow down"},
      {500, R"({"error":"failed to read audio"})", ErrorKind::kTransient, "answered 500: failed to read audio"},
      {400, R"({"err_code":"Bad Request","err_msg":"corrupt audio"})", ErrorKind::kInvalid,
       "answered 400: corrupt audio"},
      {502, "<h1>Bad\ngateway</h1>", ErrorKind::kTransient, "answered 502: <h1>Bad gateway</h1>"},
      {503, "", ErrorKind::kTransient, "it gave no reason"},
      {200, "<html>", ErrorKind::kInvalid, "no JSON; is this the right URL?"},
      {200, R"({"texts":[]})", ErrorKind::kInvalid, "has no text at"},
      {200, R"({"text":7})", ErrorKind::kInvalid, "has no text at"},
      {200, R"({"text":" \n"})", ErrorKind::kInvalid, "heard no words"},
  };
  for (const auto& row : rows) {
    http_.say(row.status, row.body);
    const auto heard = openai();
    ASSERT_FALSE(heard.has_value()) << row.body;
    EXPECT_EQ(heard.error().kind, row.kind) << row.body;
    EXPECT_THAT(heard.error().message, HasSubstr(row.says));
  }
  EXPECT_THAT(deepgram_text(R"({"results":{"channels":[]}})").error().message, HasSubstr("has no text at"));
  EXPECT_THAT(deepgram_text(R"({"results":{"channels":[{"alternatives":[{"transcript":""}]}]}})").error().message,
              HasSubstr("heard no words"));
}

TEST_F(HttpTranscriberTest, PassesOnThatNoAnswerCame) {
  http_.answer = fail(ErrorKind::kAmbiguous, "the connection closed before an answer came");
  EXPECT_EQ(openai().error(), (Error{ErrorKind::kAmbiguous, "the connection closed before an answer came"}));
}

TEST_F(HttpTranscriberTest, AsksNobodyWithoutTheKeyThatIsNamed) {
  provider_.key_secret = "OTHER";
  EXPECT_THAT(openai().error().message, HasSubstr("the secret OTHER is not set"));
  EXPECT_THAT(deepgram().error().message, HasSubstr("the secret OTHER is not set"));
  voice_.keys = nullptr;
  EXPECT_THAT(openai().error().message, HasSubstr("the secret OTHER is not set"));
  EXPECT_TRUE(http_.asked.url.empty());
  provider_.key_secret = "";
  EXPECT_TRUE(openai().has_value());
  EXPECT_TRUE(http_.asked.bearer.empty());
}

TEST(AudioType, NamesTheFileByItsType) {
  EXPECT_EQ(audio_file_name("audio/ogg; codecs=opus"), "voice.ogg");
  EXPECT_EQ(audio_file_name("Audio/MPEG"), "voice.mp3");
  EXPECT_EQ(audio_file_name("audio/mp4"), "voice.m4a");
  EXPECT_EQ(audio_file_name("video/unheard-of"), "voice.bin");
}

TEST(AudioType, LetsNoTypeBreakOutOfItsHeader) {
  EXPECT_EQ(media_type("audio/ogg; codecs=opus"), "audio/ogg");
  EXPECT_EQ(media_type("audio/ogg\r\nX-Injected: yes"), "application/octet-stream");
  EXPECT_EQ(media_type("\"audio/ogg\""), "application/octet-stream");
  EXPECT_EQ(media_type(""), "application/octet-stream");
}

TEST_F(HttpTranscriberTest, TakesAnotherBoundaryEachTime) {
  const auto type = [this] {
    (void)openai();
    return std::string(net::find_header(http_.asked.headers, "Content-Type"));
  };
  EXPECT_NE(type(), type());
}

}  // namespace
}  // namespace claw
