// Bodies that are never whole in memory: into the server, out of it, and both ways through the client.
#include <algorithm>
#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/byte_range.hpp"
#include "net/curl_client.hpp"
#include "net/form_reader.hpp"
#include "net/form_source.hpp"
#include "net/server.hpp"
#include "support/await.hpp"
#include "support/raw_client.hpp"

namespace claw::net {
namespace {

using claw::testing::await;
using claw::testing::RawClient;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// Text as a body that comes in pieces of `step` bytes.
class PiecesOf final : public BodyReader {
 public:
  explicit PiecesOf(std::string text, std::size_t step) : text_(std::move(text)), step_(step) {}
  Task<Result<std::string_view>> next() override {
    const auto piece = std::string_view(text_).substr(at_, step_);
    at_ += piece.size();
    co_return piece;
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return text_.size(); }

 private:
  const std::string text_;
  const std::size_t step_;
  std::size_t at_ = 0;
};

/// Text as a body to send, `step` bytes at a time, that says it has `claimed`.
class TextSource final : public BodySource {
 public:
  TextSource(std::string text, std::size_t step, std::uint64_t claimed)
      : text_(std::move(text)), step_(step), claimed_(claimed) {}
  explicit TextSource(std::string text, std::size_t step = SIZE_MAX)
      : text_(std::move(text)), step_(step), claimed_(text_.size()) {}
  [[nodiscard]] std::uint64_t size() const override { return claimed_; }
  Result<std::size_t> read(std::span<char> to) override {
    const auto count = std::min({to.size(), step_, text_.size() - at_});
    std::copy_n(text_.data() + at_, count, to.data());
    at_ += count;
    return count;
  }

 private:
  const std::string text_;
  const std::size_t step_;
  const std::uint64_t claimed_;
  std::size_t at_ = 0;
};

struct Collected final : BodySink {
  Result<void> write(std::string_view bytes) override {
    text.append(bytes);
    if (text.size() > limit) return fail(ErrorKind::kInvalid, "it is full");
    return {};
  }
  std::string text;
  std::size_t limit = SIZE_MAX;
};

class StreamingTest : public ::testing::Test {
 protected:
  StreamingTest() {
    const auto count = [this](HttpRequest& request) -> Task<HttpResponse> {
      std::size_t bytes = 0;
      for (;;) {
        const auto piece = co_await request.body_reader->next();
        if (!piece) co_return text_response(413, piece.error().message);
        if (piece->empty()) break;
        largest_ = std::max(largest_.load(), piece->size());
        bytes += piece->size();
      }
      co_return text_response(200, std::to_string(bytes));
    };
    router_.add("POST", "/count", count, BodyMode::kStreamed);
    router_.add(
        "POST", "/refused", [](HttpRequest&) -> Task<HttpResponse> { co_return text_response(401, "not you"); },
        BodyMode::kStreamed);
    router_.add("GET", "/big", [](HttpRequest&) -> Task<HttpResponse> {
      HttpResponse response;
      response.stream_size = 300'000;
      response.stream = [](BodyWriter& to) -> Task<> {
        const std::string piece(100'000, 'x');
        for (int i = 0; i < 3; ++i) co_await to.write(piece);
      };
      co_return response;
    });
    router_.add("GET", "/short", [](HttpRequest&) -> Task<HttpResponse> {
      HttpResponse response;
      response.stream_size = 100;
      response.stream = [](BodyWriter& to) -> Task<> { co_await to.write("half"); };
      co_return response;
    });
    router_.add("GET", "/hello", [](HttpRequest&) -> Task<HttpResponse> { co_return text_response(200, "hello"); });
    router_.add("GET", "/away", [](HttpRequest&) -> Task<HttpResponse> { co_return text_response(404, "gone"); });
  }

  unsigned short start(ServerLimits limits = {}) {
    server_.emplace(io_, router_, limits);
    EXPECT_TRUE(server_->listen("127.0.0.1:0"));
    return server_->port();
  }
  ClientRequest request(const std::string& method, const std::string& path, unsigned short port) {
    ClientRequest made;
    made.method = method;
    made.url = "http://127.0.0.1:" + std::to_string(port) + path;
    return made;
  }
  Result<ClientResponse> send(ClientRequest what) {
    CurlClient::Options options;
    options.addresses = AddressPolicy(*NetworkSet::make({"127.0.0.0/8"}));
    CurlClient client(io_, std::move(options));
    return await(io_, client.send(std::move(what)));
  }

  std::atomic<std::size_t> largest_ = 0;
  IoPool io_{2};
  Router router_;
  std::optional<Server> server_;
};

TEST_F(StreamingTest, ABodyLargerThanAnyInMemoryGoesThroughInPieces) {
  auto large = request("POST", "/count", start());
  constexpr std::size_t kBytes = 20'000'000;
  large.source = std::make_shared<TextSource>(std::string(kBytes, 'a'));
  const auto answer = send(std::move(large));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, std::to_string(kBytes));
  EXPECT_LE(largest_, 64U * 1024);
}

TEST_F(StreamingTest, ABodyInChunksIsReadAndTheConnectionGoesOn) {
  RawClient client(start());
  client.send(
      "POST /count HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
      "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_answer(), HasSubstr("\r\n\r\n5"));
  EXPECT_THAT(client.read_answer(), HasSubstr("\r\n\r\nhello"));
}

TEST_F(StreamingTest, RefusesWhatIsLargerThanAStreamMayBe) {
  ServerLimits limits;
  limits.max_streamed_bytes = 1000;
  const auto port = start(limits);
  RawClient announced(port);
  announced.send("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_THAT(announced.read_answer(), StartsWith("HTTP/1.1 413"));
  RawClient chunked(port);
  chunked.send("POST /count HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'a') +
               "\r\n0\r\n\r\n");
  EXPECT_THAT(chunked.read_answer(), StartsWith("HTTP/1.1 413"));
  RawClient exact(port);
  exact.send("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'a'));
  EXPECT_THAT(exact.read_answer(), StartsWith("HTTP/1.1 200"));
}

TEST_F(StreamingTest, NobodyIsAskedForABodyThatIsRefused) {
  RawClient client(start());
  client.send("POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n");
  const auto answer = client.read_answer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST_F(StreamingTest, ARefusalArrivesThoughTheBodyIsStillComing) {
  RawClient client(start());
  client.send("POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n" + std::string(8'000'000, 'x'));
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 401"));
}

TEST_F(StreamingTest, AnAnswerOfKnownSizeKeepsTheConnection) {
  RawClient client(start());
  client.send(
      "GET /big HTTP/1.1\r\nHost: x\r\n\r\nHEAD /big HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: "
      "x\r\n\r\n");
  const auto answer = client.read_answer();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 300000"));
  EXPECT_THAT(answer, Not(HasSubstr("Connection: close")));
}

TEST_F(StreamingTest, AnAnswerThatEndsTooEarlyIsSeenAsCutOff) {
  const auto answer = send(request("GET", "/short", start()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kAmbiguous);
}

TEST_F(StreamingTest, TheClientPassesAnAnswerOnAndKeepsARefusalForItself) {
  const auto port = start();
  auto sink = std::make_shared<Collected>();
  auto big = request("GET", "/big", port);
  big.sink = sink;
  ASSERT_TRUE(send(std::move(big)));
  EXPECT_EQ(sink->text.size(), 300'000U);
  auto away = request("GET", "/away", port);
  auto unused = std::make_shared<Collected>();
  away.sink = unused;
  const auto refusal = send(std::move(away));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 404);
  EXPECT_EQ(refusal->body, "gone");
  EXPECT_EQ(unused->text, "");
}

TEST_F(StreamingTest, TheClientStopsWhereTheSinkOrTheLimitSaysSo) {
  const auto port = start();
  auto full = request("GET", "/big", port);
  auto sink = std::make_shared<Collected>();
  sink->limit = 100;
  full.sink = sink;
  const auto stopped = send(std::move(full));
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error(), (Error{ErrorKind::kInvalid, "it is full"}));
  auto limited = request("GET", "/big", port);
  limited.sink = std::make_shared<Collected>();
  limited.max_response_bytes = 299'999;
  const auto too_large = send(std::move(limited));
  ASSERT_FALSE(too_large);
  EXPECT_THAT(too_large.error().message, HasSubstr("larger than allowed"));
}

TEST_F(StreamingTest, ASourceThatEndsTooEarlyEndsTheRequest) {
  auto cut = request("POST", "/count", start());
  cut.source = std::make_shared<TextSource>("abc", 3, 10);
  const auto answer = send(std::move(cut));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kFatal);
}

TEST_F(StreamingTest, AFormIsReadAsItWasSentWhereverItIsCut) {
  const std::string content = "line\r\n--not the boundary\r\n\r\nend\r\n";
  for (const std::size_t step : {1UL, 2UL, 7UL, 1000UL}) {
    auto file = std::make_shared<TextSource>(content, 3);
    FormSource source({{"messaging_product", "whatsapp"}, {"empty", ""}},
                      {"file", "a \"quoted\"\r\nname.pdf", "application/pdf", file});
    std::string bytes(static_cast<std::size_t>(source.size()), '\0');
    for (std::size_t at = 0; at < bytes.size();) at += *source.read(std::span(bytes).subspan(at));
    char one = 0;
    EXPECT_EQ(*source.read({&one, 1}), 0U);
    PiecesOf body(bytes, step);
    FormReader form(body, *FormReader::boundary_of(source.content_type()));
    auto field = await(io_, form.next_field());
    ASSERT_TRUE(field && *field) << step;
    EXPECT_EQ((*field)->name, "messaging_product");
    EXPECT_EQ(await(io_, form.text(100)).value(), "whatsapp");
    field = await(io_, form.next_field());
    ASSERT_TRUE(field && *field) << step;
    EXPECT_EQ(await(io_, form.text(100)).value(), "");
    field = await(io_, form.next_field());
    ASSERT_TRUE(field && *field) << step;
    EXPECT_EQ((*field)->filename, "a _quoted___name.pdf");
    EXPECT_EQ((*field)->content_type, "application/pdf");
    EXPECT_EQ(await(io_, form.text(100)).value(), content);
    field = await(io_, form.next_field());
    EXPECT_TRUE(field && !*field) << step;
  }
}

TEST_F(StreamingTest, WhatIsNoFormIsRefused) {
  for (const char* text : {"", "no form", "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nnever ends"}) {
    PiecesOf body(text, 4);
    FormReader form(body, "b");
    auto field = await(io_, form.next_field());
    if (field && *field) {
      const auto whole = await(io_, form.text(1000));
      EXPECT_EQ(whole ? ErrorKind::kFatal : whole.error().kind, ErrorKind::kInvalid) << text;
    } else {
      ASSERT_FALSE(field) << text;
      EXPECT_EQ(field.error().kind, ErrorKind::kInvalid);
    }
  }
  EXPECT_FALSE(FormReader::boundary_of("application/json"));
  EXPECT_FALSE(FormReader::boundary_of("multipart/form-data"));
  EXPECT_EQ(FormReader::boundary_of("Multipart/Form-Data; charset=x; boundary=\"a b\""), "a b");
}

TEST(ByteRangeTest, ReadsWhatBrowsersAskFor) {
  const auto part = [](std::uint64_t first, std::uint64_t last) {
    return std::tuple(ByteRange::Kind::kPart, first, last);
  };
  const auto read = [](std::string_view header, std::uint64_t size = 100) {
    const auto range = read_range(header, size);
    return std::tuple(range.kind, range.first, range.last);
  };
  EXPECT_EQ(read("bytes=0-"), part(0, 99));
  EXPECT_EQ(read("bytes=10-19"), part(10, 19));
  EXPECT_EQ(read("bytes=90-1000"), part(90, 99));
  EXPECT_EQ(read("bytes=-10"), part(90, 99));
  EXPECT_EQ(read("bytes=-1000"), part(0, 99));
  for (const char* whole : {"", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=0-1,5-6", "lines=0-1"})
    EXPECT_EQ(read_range(whole, 100).kind, ByteRange::Kind::kWhole) << whole;
  for (const char* outside : {"bytes=100-", "bytes=200-300", "bytes=-0"})
    EXPECT_EQ(read_range(outside, 100).kind, ByteRange::Kind::kUnsatisfiable) << outside;
}

}  // namespace
}  // namespace claw::net
