#include "graph/account_client.hpp"

#include <deque>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "net/curl_client.hpp"
#include "net/server.hpp"
#include "support/await.hpp"
#include "support/loopback.hpp"

namespace claw {
namespace {

using claw::testing::await;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = GraphFailure::Kind;

constexpr const char* kToken = "EAAG-token/of+acme=";
constexpr const char* kNumber = "111";
constexpr const char* kWaba = "222";

/// Meta as a server of ours that keeps what it was sent.
class GraphAccountClientTest : public ::testing::Test {
 protected:
  GraphAccountClientTest() : server_(io_, router_, {}), http_(io_, testing::loopback()) {
    for (const char* method : {"GET", "POST"})
      router_.add(method, "/{path...}", [this](net::HttpRequest& request) -> Task<net::HttpResponse> {
        request_ = request;
        ++calls_;
        auto response = net::json_response(status_, body_);
        response.headers.push_back({"Retry-After", "7"});
        co_return response;
      });
    EXPECT_TRUE(server_.listen("127.0.0.1:0"));
    tenant_->name = "acme";
    tenant_->access_token = SecretString(std::string(kToken));
    tenant_->app_secret = SecretString(std::string("app-secret"));
  }
  GraphAccountClient client(std::string base_url = "") {
    if (base_url.empty()) base_url = "http://127.0.0.1:" + std::to_string(server_.port());
    return {http_, metrics_, {std::move(base_url), "v25.0", std::chrono::seconds(1), total_timeout_}};
  }
  auto token() {
    auto asked = client();
    return await(io_, asked.token(tenant_, kNumber));
  }
  auto number() {
    auto asked = client();
    return await(io_, asked.number(tenant_, kNumber));
  }
  /// How each call fails now, in the order of the header.
  std::vector<GraphFailure> failures(const std::string& base_url = "") {
    auto asked = client(base_url);
    std::vector<GraphFailure> found;
    const auto note = [&found](const auto& read) {
      EXPECT_FALSE(read);
      if (!read) found.push_back(read.error());
    };
    note(await(io_, asked.token(tenant_, kNumber)));
    note(await(io_, asked.number(tenant_, kNumber)));
    note(await(io_, asked.waba(tenant_, kNumber, kWaba)));
    note(await(io_, asked.numbers_of(tenant_, kNumber, kWaba)));
    note(await(io_, asked.subscribed_apps(tenant_, kNumber, kWaba)));
    note(await(io_, asked.subscribe(tenant_, kNumber, kWaba)));
    return found;
  }
  void expect_credentials() {
    EXPECT_EQ(request_.header("Authorization"), std::string("Bearer ") + kToken);
    EXPECT_EQ(request_.query_value("appsecret_proof"), to_hex(hmac_sha256("app-secret", kToken)));
  }

  IoPool io_{2};
  net::Router router_;
  net::Server server_;
  net::CurlClient http_;
  Metrics metrics_;
  std::shared_ptr<Tenant> tenant_ = std::make_shared<Tenant>();
  net::HttpRequest request_;
  int calls_ = 0;
  int status_ = 200;
  std::string body_;
  std::chrono::milliseconds total_timeout_{5'000};
};

TEST_F(GraphAccountClientTest, AsksForTheNumberWithTheTokenInTheHeaderOnly) {
  body_ = R"({"id":"111","verified_name":"Acme","whatsapp_business_manager_messaging_limit":"TIER_2K"})";
  const auto found = number();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->verified_name, "Acme");
  EXPECT_EQ(request_.method, "GET");
  EXPECT_EQ(request_.path, "/v25.0/111");
  EXPECT_THAT(std::string(request_.query_value("fields").value_or("")),
              HasSubstr("whatsapp_business_manager_messaging_limit"));
  EXPECT_THAT(request_.target, Not(HasSubstr("EAAG")));
  expect_credentials();
}

TEST_F(GraphAccountClientTest, AsksForTheAccountItsNumbersAndItsApps) {
  auto asked = client();
  body_ = R"({"id":"222","name":"Acme Inc.","business_verification_status":"verified"})";
  const auto waba = await(io_, asked.waba(tenant_, kNumber, kWaba));
  ASSERT_TRUE(waba);
  EXPECT_EQ(waba->business_verification, "verified");
  EXPECT_EQ(request_.path, "/v25.0/222");
  expect_credentials();

  body_ = R"({"data":[{"id":"111"},{"id":"112"}]})";
  const auto numbers = await(io_, asked.numbers_of(tenant_, kNumber, kWaba));
  ASSERT_TRUE(numbers);
  EXPECT_THAT(*numbers, ElementsAre("111", "112"));
  EXPECT_EQ(request_.path, "/v25.0/222/phone_numbers");

  body_ = R"({"data":[{"whatsapp_business_api_data":{"id":"333","name":"App"}}]})";
  const auto apps = await(io_, asked.subscribed_apps(tenant_, kNumber, kWaba));
  ASSERT_TRUE(apps);
  EXPECT_EQ(apps->at(0).id, "333");
  EXPECT_EQ(request_.path, "/v25.0/222/subscribed_apps");
  EXPECT_EQ(request_.method, "GET");

  body_ = R"({"success":true})";
  EXPECT_TRUE(await(io_, asked.subscribe(tenant_, kNumber, kWaba)));
  EXPECT_EQ(request_.method, "POST");
  EXPECT_EQ(request_.path, "/v25.0/222/subscribed_apps");
  EXPECT_EQ(request_.body, "");
  expect_credentials();
}

TEST_F(GraphAccountClientTest, AsksForTheTokenByTheTokenItself) {
  body_ = R"({"data":{"app_id":"333","is_valid":true,"expires_at":0,"scopes":["whatsapp_business_messaging"]}})";
  const auto found = token();
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->valid);
  EXPECT_EQ(request_.path, "/v25.0/debug_token");
  EXPECT_EQ(request_.query_value("input_token"), kToken) << "escaped, whatever is in it";
  expect_credentials();
}

TEST_F(GraphAccountClientTest, SaysWhatToDoAndNeverWhatTheTokenIs) {
  status_ = 400;
  body_ = R"({"error":{"message":"Unsupported get request.","code":100,"error_subcode":33,"fbtrace_id":"Az"}})";
  const auto unseen = failures();
  ASSERT_EQ(unseen.size(), 6U);
  EXPECT_THAT(unseen[1].reason, HasSubstr("WHATSAPP_PHONE_NUMBER_ID"));
  for (std::size_t i = 2; i < unseen.size(); ++i) EXPECT_THAT(unseen[i].reason, HasSubstr("WHATSAPP_WABA_ID"));
  body_ = R"({"error":{"message":"Invalid appsecret_proof provided in the API argument","code":100}})";
  EXPECT_THAT(failures()[0].reason, HasSubstr("WHATSAPP_APP_SECRET is not the secret of the app"));
  body_ = R"({"error":{"message":"(#200) Permissions error","code":200}})";
  EXPECT_THAT(failures()[2].reason, HasSubstr("whatsapp_business_management"));
  status_ = 401;
  body_ = R"({"error":{"message":"Session has expired","code":190,"error_subcode":463}})";
  for (const auto& failure : failures()) {
    EXPECT_EQ(failure.kind, Kind::kRefused);
    EXPECT_EQ(failure.error.code, 190);
    EXPECT_EQ(failure.retry_after, std::chrono::seconds(7));
    EXPECT_THAT(failure.reason, HasSubstr("WHATSAPP_ACCESS_TOKEN"));
    EXPECT_THAT(failure.reason, Not(HasSubstr("EAAG")));
  }
  // Where the URL cannot be used, an error is about the URL.
  for (const auto* url : {"http://127.0.0.1:1", "http://10.255.255.1", "gopher://127.0.0.1", "http://not a host"})
    for (const auto& failure : failures(url)) {
      EXPECT_EQ(failure.kind, Kind::kNotSent) << url;
      EXPECT_THAT(failure.reason, Not(HasSubstr("EAAG"))) << url;
      EXPECT_THAT(failure.reason, Not(HasSubstr("input_token"))) << url;
    }
  EXPECT_THAT(metrics_.page(), Not(HasSubstr("EAAG")));
  status_ = 200;
  body_ = R"({"id":"111"})";
  EXPECT_TRUE(number()) << "and recovers";
}

TEST_F(GraphAccountClientTest, TakesNoPageOfAProxyForAnAnswer) {
  for (const auto& [status, body] : {std::pair(502, "<html>"), {200, "<html>"}, {200, ""}, {200, "[]"}}) {
    status_ = status;
    body_ = body;
    for (const auto& failure : failures()) EXPECT_EQ(failure.kind, Kind::kRefused) << body;
  }
}

TEST_F(GraphAccountClientTest, WaitsNoLongerThanItIsTold) {
  std::optional<Completion<int>> go;
  std::mutex mutex;
  net::Router router;
  router.add("GET", "/{path...}", [&](net::HttpRequest&) -> Task<net::HttpResponse> {
    co_await complete_with<int>([&](Completion<int> done) {
      std::scoped_lock lock(mutex);
      go = std::move(done);
    });
    co_return net::json_response(200, R"({"id":"111"})");
  });
  net::Server slow(io_, router, {});
  ASSERT_TRUE(slow.listen("127.0.0.1:0"));
  total_timeout_ = std::chrono::milliseconds(100);
  auto asked = client("http://127.0.0.1:" + std::to_string(slow.port()));
  const auto read = await(io_, asked.number(tenant_, kNumber));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, Kind::kAmbiguous);
  std::scoped_lock lock(mutex);
  if (go) (*go)(0);
}

TEST_F(GraphAccountClientTest, CallsNobodyWithoutATokenOrForAnIdThatIsNone) {
  auto asked = client();
  for (const char* id : {"", "../111", "111?x=1", "1 1", "me"})
    EXPECT_EQ(await(io_, asked.number(tenant_, id)).error().kind, Kind::kNotSent) << id;
  tenant_->access_token = {};
  for (const auto& failure : failures()) {
    EXPECT_EQ(failure.kind, Kind::kNoToken);
    EXPECT_THAT(failure.reason, HasSubstr("WHATSAPP_ACCESS_TOKEN is not set"));
  }
  EXPECT_EQ(calls_, 0);
}

}  // namespace
}  // namespace claw
