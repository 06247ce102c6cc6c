#include "conversation/file_preparation.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/client.hpp"
#include "support/await.hpp"

namespace claw {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A library of what a test puts into it.
class ShelfLibrary final : public MediaLibrary {
 public:
  Result<StoredFile> file = StoredFile{.id = "f_0123456789abcdef",
                                       .sha256 = {},
                                       .mime_type = "audio/ogg; codecs=opus",
                                       .filename = {},
                                       .size = 4096,
                                       .created_at = {}};
  std::string bytes = std::string(4096, 'a');
  int fetched = 0;
  std::string kept;

  Task<Result<StoredFile>> fetch(TenantRef, std::string, whatsapp::Media) override {
    ++fetched;
    co_return file;
  }
  Task<Result<StoredFile>> keep(TenantRef, net::BodyReader& body, std::string mime_type, std::string) override {
    for (;;) {
      const auto piece = co_await body.next();
      if (!piece) co_return std::unexpected(piece.error());
      if (piece->empty()) break;
      kept += *piece;
    }
    co_return StoredFile{"f_fedcba9876543210", {}, mime_type, {}, std::ssize(kept), {}};
  }
  Task<Result<StoredFile>> find(TenantId, std::string) override { co_return file; }
  Task<Result<std::string>> read(TenantId, std::string, std::size_t) override { co_return bytes; }
  Task<Result<void>> stream(TenantId, std::string, FileSpan, net::BodyWriter&) override { co_return Result<void>{}; }
  Task<Result<std::string>> meta_id(TenantRef, std::string, std::string) override { co_return "1"; }
  Task<Result<void>> remove(TenantId, std::string) override { co_return Result<void>{}; }
};

/// Hears what a test says is in the audio.
class Ear final : public Transcriber {
 public:
  Result<Heard> heard = Heard{"Where is my order?", "a test"};
  int asked = 0;
  Task<Result<Heard>> transcribe(const SpeechProvider&, VoiceMessage) override {
    ++asked;
    co_return heard;
  }
};

class Voice final : public net::HttpClient {
 public:
  Result<net::ClientResponse> answer = net::ClientResponse{200, {}, std::string("OggS") + "....OpusHead...."};
  Task<Result<net::ClientResponse>> send(net::ClientRequest request) override {
    asked = std::move(request.body);
    co_return answer;
  }
  std::string asked;
};

class FilePreparationTest : public ::testing::Test {
 protected:
  FilePreparationTest() {
    tenant_->id = TenantId{1};
    tenant_->name = "acme";
    tenant_->speech.reply = {true, "http://tts", "small", "anna", ""};
  }
  static PendingMessage message_of(std::string type, const std::string& media) {
    PendingMessage message;
    message.type = std::move(type);
    message.view = {"[voice message]", R"({"media":)" + media + "}"};
    message.phone_number_id = "111";
    return message;
  }
  Prepared prepare(const PendingMessage& message) {
    return testing::await(io_, preparation_.prepare(tenant_, message));
  }
  static boost::json::value data_of(const Prepared& prepared) { return boost::json::parse(prepared.view->data); }

  IoPool io_{1};
  SystemClock clock_;
  Metrics metrics_;
  ShelfLibrary library_;
  Ear ear_;
  Voice voice_;
  Speech speech_{[this](std::string_view) { return &ear_; }, clock_};
  Speaker speaker_{voice_};
  FilePreparation preparation_{library_, speech_, speaker_, metrics_};
  std::shared_ptr<Tenant> tenant_ = std::make_shared<Tenant>();
};

constexpr const char* kVoice = R"({"type":"audio","id":"77","mime_type":"audio/ogg; codecs=opus","voice":true})";

TEST_F(FilePreparationTest, WhatWasSaidTakesThePlaceOfTheText) {
  const auto prepared = prepare(message_of("audio", kVoice));
  EXPECT_EQ(prepared.spoken, "Where is my order?");
  EXPECT_EQ(prepared.file, "f_0123456789abcdef");
  ASSERT_TRUE(prepared.view.has_value());
  EXPECT_EQ(prepared.view->text, "Where is my order?");
  EXPECT_EQ(data_of(prepared).at("transcript").at("by").as_string(), "a test");
  EXPECT_EQ(data_of(prepared).at("transcript").at("provider").as_string(), "embedded");
  EXPECT_EQ(data_of(prepared).at("media").at("file").as_string(), "f_0123456789abcdef");
  EXPECT_EQ(data_of(prepared).at("media").at("id").as_string(), "77");
}

TEST_F(FilePreparationTest, TheAgentIsToldWhereNobodyUnderstoodAndTheRecordSaysWhy) {
  ear_.heard = fail(ErrorKind::kInvalid, "it heard no words");
  const auto prepared = prepare(message_of("audio", kVoice));
  EXPECT_THAT(prepared.spoken, IsEmpty());
  EXPECT_EQ(prepared.view->text, "[voice message] (it could not be understood)");
  const auto attempts = data_of(prepared).at("transcript").at("attempts").as_string();
  EXPECT_THAT(std::string(attempts), HasSubstr("embedded: it heard no words"));
}

TEST_F(FilePreparationTest, AFileThatCannotBeFetchedIsToldAndNotHeard) {
  library_.file = fail(ErrorKind::kInvalid, "it is no picture");
  const auto prepared = prepare(message_of("audio", kVoice));
  EXPECT_EQ(prepared.view->text, "[voice message] (it could not be fetched)");
  EXPECT_EQ(data_of(prepared).at("media").at("problem").as_string(), "it is no picture");
  EXPECT_EQ(ear_.asked, 0);
}

TEST_F(FilePreparationTest, PicturesAreFetchedAndNotHeard) {
  auto message = message_of("image", R"({"type":"image","id":"78","mime_type":"image/jpeg"})");
  message.view.text = "[image]";
  const auto prepared = prepare(message);
  EXPECT_EQ(prepared.file, "f_0123456789abcdef");
  EXPECT_EQ(prepared.view->text, "[image]");
  EXPECT_EQ(ear_.asked, 0);
}

TEST_F(FilePreparationTest, WhatHasNoFileStaysAsItIs) {
  PendingMessage message;
  message.type = "location";
  message.view = {"[location]", R"({"location":{"latitude":1}})"};
  EXPECT_FALSE(prepare(message).view.has_value());
  EXPECT_FALSE(prepare(message_of("audio", R"({"type":"audio"})")).view.has_value());
  EXPECT_EQ(library_.fetched, 0);
}

TEST_F(FilePreparationTest, SpeaksAnAnswerWhereTheServerCan) {
  auto spoken = testing::await(io_, preparation_.spoken(tenant_, "On its way."));
  ASSERT_TRUE(spoken.has_value());
  EXPECT_EQ(spoken->type, "audio");
  EXPECT_EQ(spoken->view.text, "On its way.");
  EXPECT_EQ(library_.kept, "OggS....OpusHead....");
  EXPECT_EQ(boost::json::parse(voice_.asked).at("voice").as_string(), "anna");
  voice_.answer = net::ClientResponse{200, {}, "<html>"};
  spoken = testing::await(io_, preparation_.spoken(tenant_, "On its way."));
  EXPECT_FALSE(spoken.has_value()) << "then it is written";
}

}  // namespace
}  // namespace claw
