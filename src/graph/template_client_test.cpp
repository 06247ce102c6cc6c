#include "graph/template_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/curl_client.hpp"
#include "net/server.hpp"
#include "support/await.hpp"
#include "support/loopback.hpp"

namespace claw {
namespace {

using claw::testing::await;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = GraphFailure::Kind;

constexpr const char* kNumber = "111";
constexpr const char* kWaba = "222";

/// Meta as a server of ours that keeps what it was sent.
class GraphTemplateClientTest : public ::testing::Test {
 protected:
  GraphTemplateClientTest() : server_(io_, router_, {}), http_(io_, testing::loopback()) {
    for (const char* method : {"GET", "POST", "DELETE"})
      router_.add(method, "/{path...}", [this](net::HttpRequest& request) -> Task<net::HttpResponse> {
        request_ = request;
        co_return net::json_response(status_, answer_ ? answer_(request) : body_);
      });
    EXPECT_TRUE(server_.listen("127.0.0.1:0"));
    tenant_->name = "acme";
    tenant_->access_token = SecretString(std::string("EAAG"));
    tenant_->app_secret = SecretString(std::string("app-secret"));
  }
  GraphTemplateClient client() {
    return {http_, metrics_, {"http://127.0.0.1:" + std::to_string(server_.port()), "v25.0"}};
  }
  std::string query(std::string_view name) { return std::string(request_.query_value(name).value_or("")); }

  IoPool io_{1};
  Metrics metrics_;
  net::Router router_;
  net::Server server_;
  net::CurlClient http_;
  std::shared_ptr<Tenant> tenant_ = std::make_shared<Tenant>();
  net::HttpRequest request_;
  int status_ = 200;
  std::function<std::string(const net::HttpRequest&)> answer_;
  std::string body_ = R"({"data":[{"id":"7","name":"a","language":"en"}],
    "paging":{"cursors":{"after":"A=="},"next":"https://graph.facebook.com/next"}})";
};

TEST_F(GraphTemplateClientTest, ReadsAPageAndTheOneBehindIt) {
  auto asked = client();
  const auto page = await(io_, asked.page(tenant_, kNumber, kWaba, ""));
  ASSERT_TRUE(page) << page.error().reason;
  EXPECT_EQ(page->templates.at(0).name, "a");
  EXPECT_EQ(page->after, "A==");
  EXPECT_EQ(request_.path, "/v25.0/222/message_templates");
  EXPECT_EQ(request_.header("Authorization"), "Bearer EAAG");
  EXPECT_FALSE(query("appsecret_proof").empty());
  EXPECT_EQ(query("fields"), whatsapp::kTemplateFields);
  EXPECT_EQ(query("limit"), "100");
  EXPECT_FALSE(request_.query_value("after"));
  ASSERT_TRUE(await(io_, asked.page(tenant_, kNumber, kWaba, "A==")));
  EXPECT_EQ(query("after"), "A==");
}

TEST_F(GraphTemplateClientTest, MakesOneOfTheRequestAsItIs) {
  body_ = R"({"id":"7","status":"PENDING","category":"MARKETING"})";
  auto asked = client();
  const auto made = await(io_, asked.create(tenant_, kNumber, kWaba, R"({"name":"a"})"));
  ASSERT_TRUE(made) << made.error().reason;
  EXPECT_EQ(made->id, "7");
  EXPECT_EQ(made->category, "MARKETING") << "Meta may put it elsewhere";
  EXPECT_EQ(request_.method, "POST");
  EXPECT_EQ(request_.path, "/v25.0/222/message_templates");
  EXPECT_EQ(request_.body, R"({"name":"a"})");
  EXPECT_EQ(request_.header("Content-Type"), "application/json");
}

TEST_F(GraphTemplateClientTest, DeletesOneLanguageOfAName) {
  body_ = R"({"success":true})";
  auto asked = client();
  ASSERT_TRUE(await(io_, asked.remove(tenant_, kNumber, kWaba, "a&b", "7")));
  EXPECT_EQ(request_.method, "DELETE");
  EXPECT_EQ(query("name"), "a&b");
  EXPECT_EQ(query("hsm_id"), "7");
}

TEST_F(GraphTemplateClientTest, SaysWhoseMoveItIsWhereMetaRefuses) {
  status_ = 400;
  body_ = R"({"error":{"code":100,"error_subcode":2388024,"message":"Invalid parameter",
    "error_user_msg":"There is already content in this language.","fbtrace_id":"A"}})";
  auto asked = client();
  const auto made = await(io_, asked.create(tenant_, kNumber, kWaba, "{}"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, Kind::kRefused);
  EXPECT_THAT(made.error().reason, HasSubstr("There is already content in this language."));
  EXPECT_THAT(made.error().reason, Not(HasSubstr("EAAG")));
}

TEST_F(GraphTemplateClientTest, AnExampleOfAFileGoesToASessionOfTheApp) {
  std::vector<net::HttpRequest> seen;
  answer_ = [&](const net::HttpRequest& request) {
    seen.push_back(request);
    return std::string(seen.size() == 1 ? R"({"id":"upload:MTph=?sig=AR-x_1"})" : R"({"h":"4::abc"})");
  };
  auto asked = client();
  const auto handle = await(io_, asked.sample(tenant_, kNumber, "333", {"image/png", "a b.png", "bytes"}));
  ASSERT_TRUE(handle) << handle.error().reason;
  EXPECT_EQ(*handle, "4::abc");
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].path, "/v25.0/333/uploads");
  EXPECT_EQ(seen[0].query_value("file_name"), "a b.png");
  EXPECT_EQ(seen[0].query_value("file_length"), "5");
  EXPECT_EQ(seen[0].query_value("file_type"), "image/png");
  EXPECT_EQ(seen[1].path, "/v25.0/upload:MTph=");
  EXPECT_EQ(seen[1].query_value("sig"), "AR-x_1");
  EXPECT_EQ(seen[1].header("Authorization"), "OAuth EAAG");
  EXPECT_EQ(seen[1].header("file_offset"), "0");
  EXPECT_EQ(seen[1].body, "bytes");
}

TEST_F(GraphTemplateClientTest, ASessionLeadsToNoOtherPath) {
  answer_ = [](const net::HttpRequest&) { return std::string(R"({"id":"upload:x/../../me"})"); };
  auto asked = client();
  const auto handle = await(io_, asked.sample(tenant_, kNumber, "333", {"image/png", "a.png", "bytes"}));
  ASSERT_FALSE(handle);
  EXPECT_EQ(request_.path, "/v25.0/333/uploads");
}

TEST_F(GraphTemplateClientTest, NothingLeavesWithoutATokenOrForWhatIsNoIdOfMetas) {
  auto asked = client();
  const auto odd = await(io_, asked.find(tenant_, kNumber, "7/../me"));
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.error().kind, Kind::kNotSent);
  tenant_->access_token = SecretString();
  const auto without = await(io_, asked.find(tenant_, kNumber, "7"));
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().kind, Kind::kNoToken);
  EXPECT_EQ(request_.method, "") << "no call was made";
}

}  // namespace
}  // namespace claw
