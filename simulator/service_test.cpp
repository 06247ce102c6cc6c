#include "simulator/service.hpp"

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/curl_client.hpp"
#include "net/server.hpp"
#include "support/await.hpp"

namespace claw::sim {
namespace {

namespace json = boost::json;
using claw::testing::await;
using ::testing::HasSubstr;

/// What a business received, waited for.
class Mailbox {
 public:
  void put(std::string body) {
    std::scoped_lock lock(mutex_);
    bodies_.push_back(std::move(body));
    changed_.notify_all();
  }
  /// Empty if nothing comes for 20 s.
  std::string next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(20), [this] { return !bodies_.empty(); })) return {};
    std::string body = std::move(bodies_.front());
    bodies_.pop_front();
    return body;
  }
  bool empty() {
    std::scoped_lock lock(mutex_);
    return bodies_.empty();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> bodies_;  // guarded by mutex_
};

/// The simulator and a business behind real sockets, on a clock that stands still.
class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() : client_(io_, loopback()), business_(io_, business_router_, {}) {
    business_router_.add("POST", "/hook", [this](net::HttpRequest& request) -> Task<net::HttpResponse> {
      received_.put(request.body);
      co_return net::text_response(200, "");
    });
    EXPECT_TRUE(business_.listen("127.0.0.1:0"));
    Number number = default_number();
    number.callback = fmt::format("http://127.0.0.1:{}/hook", business_.port());
    Habits habits;
    habits.statuses.clear();
    service_ =
        std::make_unique<Service>(io_, clock_, ServiceOptions{"127.0.0.1:0", {std::move(number)}, habits, 7, Limits{}});
    EXPECT_TRUE(service_->start());
  }

  static net::CurlClient::Options loopback() {
    net::CurlClient::Options options;
    options.addresses = net::AddressPolicy(*net::NetworkSet::make({"127.0.0.0/8"}));
    return options;
  }

  Result<net::ClientResponse> call(std::string method, std::string_view path, std::string body = {},
                                   std::vector<net::HttpHeader> headers = {}) {
    net::ClientRequest request;
    request.method = std::move(method);
    request.url = fmt::format("http://127.0.0.1:{}{}", service_->port(), path);
    request.headers = std::move(headers);
    request.body = std::move(body);
    return await(io_, client_.send(std::move(request)));
  }
  json::object control(std::string method, std::string_view path, std::string body = {}, int status = 200) {
    const auto answer = call(std::move(method), path, std::move(body));
    EXPECT_TRUE(answer.has_value()) << path;
    if (!answer) return {};
    EXPECT_EQ(answer->status, status) << answer->body;
    return json::parse(answer->body).as_object();
  }
  void set(std::string fault) { control("POST", "/_sim/faults", std::move(fault), 201); }
  void say(std::string_view text) {
    control("POST", "/_sim/phones/4915112345678/messages", json::serialize(json::object{{"text", text}}), 202);
  }
  Result<net::ClientResponse> reply() {
    return call("POST", "/v25.0/100000000000001/messages",
                R"({"messaging_product":"whatsapp","to":"4915112345678","type":"text","text":{"body":"hello"}})",
                {{"Authorization", "Bearer sim-access-token"}, {"Content-Type", "application/json"}});
  }
  std::int64_t stat(std::string_view name) { return control("GET", "/_sim/stats").at(name).to_number<std::int64_t>(); }

  IoPool io_{2};
  FakeClock clock_;
  net::CurlClient client_;
  Mailbox received_;
  net::Router business_router_;
  net::Server business_;
  std::unique_ptr<Service> service_;
};

TEST_F(ServiceTest, AcceptsAMessageAndClosesTheConnectionWithoutAnAnswer) {
  say("hi");
  EXPECT_THAT(received_.next(), HasSubstr("\"hi\""));
  set(R"({"kind":"lose_answer"})");
  const auto lost = reply();
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().kind, ErrorKind::kAmbiguous);
  EXPECT_EQ(stat("business_messages"), 1);
  EXPECT_EQ(control("GET", "/_sim/faults").at("faults").at(0).at("struck"), 1);

  const auto answer = reply();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 200) << "and recovers";
}

TEST_F(ServiceTest, ClosesTheConnectionBeforeItAccepts) {
  set(R"({"kind":"drop_connection"})");
  EXPECT_FALSE(reply().has_value());
  EXPECT_EQ(stat("business_messages"), 0);
  ASSERT_TRUE(reply().has_value()) << "and recovers";
  EXPECT_EQ(stat("business_messages"), 1);
}

TEST_F(ServiceTest, SendsHalfOfAWebhookAndThenRepeatsItWhole) {
  set(R"({"kind":"drop_delivery"})");
  say("whole at last");
  while (stat("webhook_failures") == 0) std::this_thread::yield();
  EXPECT_TRUE(received_.empty());
  control("POST", "/_sim/clock", R"({"advance_ms":1000})");
  EXPECT_THAT(received_.next(), HasSubstr("whole at last")) << "and recovers";
}

TEST_F(ServiceTest, KeepsAnAnswerBackForItsTime) {
  set(R"({"kind":"slow","ms":5000})");
  auto answer = std::async(std::launch::async, [this] { return reply(); });
  while (stat("business_messages") == 0) std::this_thread::yield();
  EXPECT_EQ(answer.wait_for(std::chrono::milliseconds(0)), std::future_status::timeout) << "accepted, not answered";
  // The sleep may begin a moment after the message was counted: time goes on until it is over.
  while (answer.wait_for(std::chrono::milliseconds(1)) == std::future_status::timeout)
    clock_.advance(std::chrono::milliseconds(5000));
  const auto got = answer.get();
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->status, 200);
}

TEST_F(ServiceTest, SetsAllFaultsOfAListOrNone) {
  EXPECT_EQ(call("POST", "/_sim/faults", R"([{"kind":"duplicate"},{"kind":"earthquake"}])")->status, 400);
  EXPECT_EQ(call("POST", "/_sim/faults", "nonsense")->status, 400);
  EXPECT_TRUE(control("GET", "/_sim/faults").at("faults").as_array().empty());
  set(R"([{"kind":"duplicate"},{"kind":"slow"}])");
  const auto faults = control("GET", "/_sim/faults").at("faults").as_array();
  ASSERT_EQ(faults.size(), 2U);
  const auto id = faults[0].at("id").to_number<int>();
  EXPECT_EQ(control("DELETE", fmt::format("/_sim/faults/{}", id)).at("faults").as_array().size(), 1U);
  EXPECT_EQ(call("DELETE", fmt::format("/_sim/faults/{}", id))->status, 404);
  EXPECT_TRUE(control("DELETE", "/_sim/faults").at("faults").as_array().empty());
}

TEST_F(ServiceTest, TakesNoFaultFromAnotherSitesPage) {
  const auto answer =
      call("POST", "/_sim/faults", R"({"kind":"duplicate"})", {{"Origin", "https://elsewhere.example"}});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 403);
}

}  // namespace
}  // namespace claw::sim
