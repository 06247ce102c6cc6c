#include "net/server.hpp"

#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/await.hpp"
#include "support/raw_client.hpp"

namespace claw::net {
namespace {

using claw::testing::RawClient;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() : io_(2) {
    router_.add("GET", "/hello/{name}", [](HttpRequest& request) -> Task<HttpResponse> {
      co_return text_response(200, "hello " + std::string(request.param("name")));
    });
    router_.add("POST", "/echo",
                [](HttpRequest& request) -> Task<HttpResponse> { co_return text_response(200, request.body); });
    router_.add("GET", "/dropped", [](HttpRequest&) -> Task<HttpResponse> {
      HttpResponse response = text_response(200, "nobody will read this");
      response.drop = true;
      co_return response;
    });
    router_.add("GET", "/broken", [](HttpRequest&) -> Task<HttpResponse> {
      throw std::runtime_error("a bug");
      co_return text_response(200, "");
    });
    router_.add("GET", "/events", [](HttpRequest&) -> Task<HttpResponse> {
      HttpResponse response;
      response.content_type = "text/event-stream";
      response.stream = [](BodyWriter& writer) -> Task<> {
        for (int i = 0; i < 3; ++i)
          if (!co_await writer.write("data: tick\n\n")) co_return;
      };
      co_return response;
    });
  }

  Server& start(ServerLimits limits = {}) {
    server_.emplace(io_, router_, limits);
    const auto bound = server_->listen("127.0.0.1:0");
    EXPECT_TRUE(bound.has_value()) << bound.error().message;
    return *server_;
  }

  IoPool io_;
  Router router_;
  std::optional<Server> server_;
};

TEST_F(ServerTest, AnswersPipelinedRequestsInOrderOnOneConnection) {
  RawClient client(start().port());
  client.send(
      "GET /hello/a HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
      "GET /hello/%C3%A9 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_answer(), HasSubstr("\r\n\r\nhello a"));
  EXPECT_THAT(client.read_answer(), HasSubstr("\r\n\r\nabc"));
  EXPECT_THAT(client.read_answer(), HasSubstr("\r\n\r\nhello \xC3\xA9"));
}

TEST_F(ServerTest, PutsTogetherARequestThatComesByteByByte) {
  RawClient client(start().port());
  for (const char c : std::string_view("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok"))
    client.send(std::string_view(&c, 1));
  EXPECT_THAT(client.read_answer(), HasSubstr("\r\n\r\nok"));
}

TEST_F(ServerTest, RefusesWhatIsTooLargeOrNoHttpAndServesTheNextClient) {
  ServerLimits limits;
  limits.max_body_bytes = 1000;
  limits.max_header_bytes = 2000;
  start(limits);
  const struct {
    std::string sent;
    const char* answer;
  } rows[] = {
      {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'), "HTTP/1.1 413"},
      {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, 'x'),
       "HTTP/1.1 413"},
      {"GET /hello/a HTTP/1.1\r\nHost: x\r\nLong: " + std::string(3000, 'x') + "\r\n\r\n", "HTTP/1.1 431"},
      {"this is no HTTP\r\n\r\n", "HTTP/1.1 400"},
      {"POST /echo HTTP/1.1\r\nContent-Length: -5\r\n\r\n", "HTTP/1.1 400"},
      {"GET xhello/a HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400"},
      {"GET http://x/hello/a HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400"},
      {"PATCH /echo HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 405"},
      {"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404"},
      {"GET /broken HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 500"},
  };
  for (const auto& row : rows) {
    RawClient client(server_->port());
    client.send(row.sent);
    EXPECT_THAT(client.read_answer(), StartsWith(row.answer)) << row.sent.substr(0, 60);
    RawClient next(server_->port());
    next.send("GET /hello/b HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(next.read_answer(), HasSubstr("hello b"));
  }
}

TEST_F(ServerTest, BoundsWhatAClientMayPutAroundItsChunks) {
  start();
  const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string long_text(200'000, 'x');
  for (const auto& sent : {head + "1;" + long_text, head + "0\r\nTrailer: " + long_text + "\r\n\r\n",
                           head + "0\r\n" + long_text + ": x\r\n\r\n"}) {
    RawClient client(server_->port());
    client.send(sent);
    EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 4")) << sent.substr(0, 80);
    RawClient next(server_->port());
    next.send("GET /hello/b HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(next.read_answer(), HasSubstr("hello b"));
  }
}

TEST_F(ServerTest, TakesNoBodyForTheNextRequest) {
  start();
  const std::string hidden = "0\r\n\r\nGET /hello/hidden HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const char* fields :
       {"Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity", "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5", "Content-Length: 0\r\nContent-Length: 5"}) {
    RawClient client(server_->port());
    client.send(std::string("POST /echo HTTP/1.1\r\nHost: x\r\n") + fields + "\r\n\r\n" + hidden);
    client.finish_sending();
    EXPECT_THAT(client.read_all(), AllOf(Not(HasSubstr("HTTP/1.1 2")), Not(HasSubstr("hidden")))) << fields;
  }
}

TEST_F(ServerTest, ClosesOnAClientThatStopsInTheMiddleOfARequest) {
  ServerLimits limits;
  limits.head_timeout = std::chrono::seconds(1);
  limits.body_timeout = std::chrono::seconds(1);
  start(limits);
  RawClient half_head(server_->port());
  half_head.send("GET /hello/a HTT");
  RawClient half_body(server_->port());
  half_body.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhal");
  EXPECT_THAT(half_head.read_all(), IsEmpty());
  EXPECT_THAT(half_body.read_all(), IsEmpty());
  RawClient next(server_->port());
  next.send("GET /hello/b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(next.read_answer(), HasSubstr("hello b")) << "and recovers";
}

TEST_F(ServerTest, NeverCallsTheHandlerForABodyThatWasCutOff) {
  start();
  RawClient client(server_->port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhal");
  client.finish_sending();
  EXPECT_THAT(client.read_all(), Not(HasSubstr("200")));
}

TEST_F(ServerTest, TellsAClientThatAsksFirstToGoOn) {
  RawClient client(start().port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 100"));
  client.send("ok");
  EXPECT_THAT(client.read_answer(), AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("\r\n\r\nok")));
}

TEST_F(ServerTest, StreamsAnAnswerWithoutEndAndThenCloses) {
  RawClient client(start().port());
  client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_all(),
              AllOf(HasSubstr("text/event-stream"), HasSubstr("data: tick\n\ndata: tick\n\ndata: tick\n\n")));
}

TEST_F(ServerTest, ClosesWithoutAnsweringWhereAHandlerDropsItsAnswerAndServesTheNextClient) {
  RawClient client(start().port());
  client.send("GET /dropped HTTP/1.1\r\nHost: x\r\n\r\nGET /hello/behind HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_all(), IsEmpty());
  RawClient next(server_->port());
  next.send("GET /hello/b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(next.read_answer(), HasSubstr("hello b")) << "and recovers";
}

TEST_F(ServerTest, ServesAUnixSocketThatOnlyItsOwnerMayOpen) {
  server_.emplace(io_, router_, ServerLimits{});
  const std::string path = ::testing::TempDir() + "server_test.sock";
  ASSERT_TRUE(server_->listen("unix:" + path));
  const auto pipe = std::unique_ptr<FILE, int (*)(FILE*)>(
      popen(("curl -s --unix-socket " + path + " http://x/hello/unix; stat -c %a " + path).c_str(), "r"), pclose);
  char buffer[200] = "";
  const auto count = fread(buffer, 1, sizeof buffer - 1, pipe.get());
  EXPECT_EQ(std::string(buffer, count), "hello unix600\n");
}

TEST_F(ServerTest, SaysWhyItCannotListen) {
  start();
  Server second(io_, router_, {});
  const auto taken = second.listen("127.0.0.1:" + std::to_string(server_->port()));
  ASSERT_FALSE(taken.has_value());
  EXPECT_THAT(taken.error().message, HasSubstr("in use"));
  EXPECT_EQ(second.listen("localhost").error().kind, ErrorKind::kInvalid);
}

TEST_F(ServerTest, FinishesWhatIsUnderWayBeforeItStopsAndClosesIdleConnections) {
  std::promise<void> entered;
  std::promise<void> release;
  router_.add("GET", "/slow", [&](HttpRequest&) -> Task<HttpResponse> {
    co_await complete_with<int>([&](Completion<int> done) {
      std::thread([&, done = std::move(done)]() mutable {
        entered.set_value();
        release.get_future().wait();
        done(0);
      }).detach();
    });
    co_return text_response(200, "finished");
  });
  start();
  RawClient idle(server_->port());
  idle.send("GET /hello/a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(idle.read_answer(), HasSubstr("hello a"));
  RawClient busy(server_->port());
  busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  entered.get_future().wait();

  auto stopped = std::async(std::launch::async, [&] { server_->stop(std::chrono::seconds(5)); });
  EXPECT_THAT(idle.read_all(), IsEmpty());
  release.set_value();
  EXPECT_THAT(busy.read_all(), AllOf(HasSubstr("finished"), HasSubstr("Connection: close")));
  stopped.get();
  EXPECT_EQ(server_->connections(), 0U);
}

}  // namespace
}  // namespace claw::net
