#include "api/event_sinks_api.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/standard_webhook.hpp"
#include "ledger/sqlite/audit.hpp"
#include "ledger/sqlite/sqlite_event_store.hpp"
#include "net/curl_client.hpp"
#include "net/server.hpp"
#include "support/accept_items.hpp"
#include "support/eventually.hpp"
#include "support/http_call.hpp"
#include "support/loopback.hpp"
#include "support/test_people.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using testing::eventually;
using ::testing::HasSubstr;
using testing::HttpAnswer;
using testing::HttpHeaders;
using ::testing::StartsWith;

/// The API, a program of the tenant's on this machine, and what brings events from one to the other.
class EventSinksApiTest : public ::testing::Test {
 protected:
  EventSinksApiTest() {
    acme_ = tenants_.add("acme", "111");
    const auto beta = tenants_.add("beta", "222");
    tenants_.add_token(acme_, "acme-token");
    tenants_.add_token(acme_, "reader-token", {Permission::kSettingsRead});
    tenants_.add_token(acme_, "inbox-token", {Permission::kInboxRead});
    tenants_.add_token(beta, "beta-token");
    api_.add_routes(router_);
    router_.add("POST", "/hook", [this](net::HttpRequest& request) -> Task<net::HttpResponse> {
      std::scoped_lock lock(mutex_);
      heard_.push_back(request.body);
      signature_ = request.header("webhook-signature");
      id_ = request.header("webhook-id");
      timestamp_ = request.header("webhook-timestamp");
      co_return net::text_response(status_, "thanks");
    });
    EXPECT_TRUE(server_.listen("127.0.0.1:0"));
    delivery_.start();
  }
  ~EventSinksApiTest() override { delivery_.stop(std::chrono::seconds(20)); }

  HttpAnswer call(const std::string& method, const std::string& target, const std::string& body = "",
                  HttpHeaders headers = {}, const std::string& token = "acme-token") {
    headers.emplace_back("Authorization", "Bearer " + token);
    if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
    return testing::http_call(server_.port(), method, target, headers, body);
  }
  static boost::json::object json(const HttpAnswer& answer) { return boost::json::parse(answer.body).as_object(); }
  std::string hook() { return "http://127.0.0.1:" + std::to_string(server_.port()) + "/hook"; }
  boost::json::object make(const std::string& url, const std::string& name = "orders") {
    const auto made = call("POST", "/api/v1/event-sinks",
                           R"({"name":")" + name + R"(","url":")" + url + R"(","events":["message.received"]})");
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.header("cache-control"), "no-store");
    return json(made);
  }
  static std::string path(const boost::json::object& sink, const std::string& rest = "") {
    return "/api/v1/event-sinks/" + std::string(sink.at("id").as_string()) + rest;
  }
  void comes(const std::string& text) {
    std::vector<AcceptItem> items;
    items.push_back(testing::of_tenant(testing::text_from("491511", text), acme_.value));
    (void)world_.run(world_.ledger->accept(std::move(items), world_.ledger->fence())).value();
    delivery_.wrote();
  }
  std::size_t heard() {
    std::scoped_lock lock(mutex_);
    return heard_.size();
  }

  testing::OpenLedger world_;
  testing::TestTenants tenants_{world_};
  Metrics metrics_;
  TenantId acme_;
  const PublicIds ids_{tenants_.vault.derive("public ids")};
  sqlite::SqliteEventStore store_{*world_.store};
  net::CurlClient http_{world_.io, testing::loopback()};
  EventDelivery delivery_{
      {world_.io, store_, *world_.ledger, tenants_.directory, tenants_.vault, http_, world_.clock, metrics_}, ids_};
  Sinks sinks_{store_, tenants_.vault, world_.clock, [this](TenantId) { delivery_.wake(); }};
  testing::TestPeople people_{world_};
  ApiTokens tokens_{world_.io, tenants_.directory, tenants_.store, world_.clock};
  Guard guard_{tenants_.directory, tokens_, people_.people, net::NetworkSet::make({}).value()};
  EventSinksApi api_{sinks_, store_, delivery_, guard_, ids_};
  net::Router router_;
  std::mutex mutex_;
  std::vector<std::string> heard_;  // guarded by mutex_
  std::string signature_, id_, timestamp_;
  int status_ = 200;
  net::Server server_{world_.io, router_, {}};
};

TEST_F(EventSinksApiTest, AnEventGoesToTheAddressSignedWithTheSecretThatIsShownOnce) {
  const auto sink = make(hook());
  const std::string secret(sink.at("secret").as_string());
  EXPECT_THAT(secret, StartsWith("whsec_"));
  EXPECT_FALSE(json(call("GET", path(sink))).contains("secret"));
  EXPECT_THAT(call("GET", "/api/v1/event-sinks").body, ::testing::Not(HasSubstr("whsec_")));
  comes("hello");
  ASSERT_TRUE(eventually([&] { return heard() == 1; }));
  EXPECT_EQ(
      signature_,
      standard_webhook_signature(SecretString(std::string(secret)), id_, std::stoll(timestamp_), heard_[0]).value());
  ASSERT_TRUE(eventually([&] {
    const auto log = json(call("GET", path(sink, "/events?state=delivered"))).at("events").as_array();
    return log.size() == 1 && log[0].at("id").as_string() == id_ && log[0].at("answer_status").as_int64() == 200;
  }));
}

TEST_F(EventSinksApiTest, ShowsWhatThereIsToAskFor) {
  const auto body = json(call("GET", "/api/v1/event-sinks"));
  EXPECT_EQ(body.at("kinds").as_array().size(), kEventKinds.size());
  EXPECT_TRUE(body.at("sinks").as_array().empty());
}

TEST_F(EventSinksApiTest, ATestSaysWhatTheAddressAnswered) {
  const auto sink = make(hook());
  auto tried = json(call("POST", path(sink, "/test")));
  EXPECT_TRUE(tried.at("delivered").as_bool());
  EXPECT_EQ(tried.at("answer_status").as_int64(), 200);
  status_ = 500;
  tried = json(call("POST", path(sink, "/test")));
  EXPECT_FALSE(tried.at("delivered").as_bool());
  EXPECT_THAT(tried.at("reason").as_string().c_str(), HasSubstr("answered 500: thanks"));
}

TEST_F(EventSinksApiTest, NeverReachesANetworkThatIsNotOpen) {
  const auto sink = make("http://10.0.0.1/hook");
  const auto tried = json(call("POST", path(sink, "/test")));
  EXPECT_FALSE(tried.at("delivered").as_bool());
  EXPECT_TRUE(tried.at("answer_status").is_null());
  EXPECT_THAT(tried.at("reason").as_string().c_str(), HasSubstr("no answer"));
}

TEST_F(EventSinksApiTest, IsChangedByWhoHasSeenIt) {
  const auto sink = make(hook());
  const auto version = call("GET", path(sink)).header("etag");
  const auto changed = call("PATCH", path(sink), R"({"enabled":false,"events":["message.sent","message.failed"]})",
                            {{"If-Match", version}});
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_FALSE(json(changed).at("enabled").as_bool());
  EXPECT_EQ(json(changed).at("events").as_array().size(), 2U);
  EXPECT_EQ(json(changed).at("url").as_string(), hook());
  EXPECT_EQ(call("PATCH", path(sink), R"({"enabled":true})", {{"If-Match", version}}).status, 412);
  EXPECT_EQ(call("PATCH", path(sink), R"({"events":["message.eaten"]})").status, 400);
  EXPECT_EQ(call("PATCH", path(sink), R"({"colour":"red"})").status, 400);
  EXPECT_EQ(call("POST", "/api/v1/event-sinks",
                 R"({"name":"orders","url":"https://x.example.org/h","events":["message.sent"]})")
                .status,
            409);
  EXPECT_EQ(call("DELETE", path(sink)).status, 204);
  EXPECT_EQ(call("GET", path(sink)).status, 404);
}

TEST_F(EventSinksApiTest, ASecretIsMadeNewAndTheOldOneHoldsForADay) {
  const auto sink = make(hook());
  const auto rotated = json(call("POST", path(sink, "/secret")));
  EXPECT_NE(rotated.at("secret").as_string(), sink.at("secret").as_string());
  EXPECT_TRUE(rotated.at("old_secret_until").is_string());
}

TEST_F(EventSinksApiTest, SendsAgainOneOrATime) {
  const auto sink = make(hook());
  comes("hello");
  ASSERT_TRUE(eventually([&] { return heard() == 1; }));
  ASSERT_TRUE(eventually(
      [&] { return json(call("GET", path(sink, "/events?state=delivered"))).at("events").as_array().size() == 1; }));
  auto again = call("POST", path(sink, "/replay"), R"({"events":[")" + id_ + R"("]})");
  EXPECT_EQ(again.status, 202) << again.body;
  EXPECT_EQ(json(again).at("events").as_int64(), 1);
  ASSERT_TRUE(eventually([&] { return heard() == 2; }));
  ASSERT_TRUE(eventually(
      [&] { return json(call("GET", path(sink, "/events?state=delivered"))).at("events").as_array().size() == 1; }));
  again = call("POST", path(sink, "/replay"), R"({"from":"2020-01-01T00:00:00Z","to":"2100-01-01T00:00:00.500Z"})");
  EXPECT_EQ(json(again).at("events").as_int64(), 1);
  EXPECT_FALSE(json(again).at("more").as_bool());
  for (const char* wrong : {R"({"events":[]})", R"({"events":["m_1"]})", R"({"from":"yesterday","to":"today"})", "{}"})
    EXPECT_EQ(call("POST", path(sink, "/replay"), wrong).status, 400) << wrong;
  EXPECT_EQ(call("GET", path(sink, "/events?state=eaten")).status, 400);
}

TEST_F(EventSinksApiTest, IsForTheTenantAloneAndForWhoMaySeeSettings) {
  const auto sink = make(hook());
  for (const auto* rest : {"", "/events"}) EXPECT_EQ(call("GET", path(sink, rest), "", {}, "beta-token").status, 404);
  EXPECT_EQ(call("POST", path(sink, "/replay"), R"({"events":["n_0000000000000000"]})", {}, "beta-token").status, 404);
  EXPECT_EQ(call("DELETE", path(sink), "", {}, "beta-token").status, 404);
  EXPECT_EQ(call("GET", "/api/v1/event-sinks", "", {}, "inbox-token").status, 403);
  EXPECT_EQ(call("GET", path(sink), "", {}, "reader-token").status, 200);
  for (const auto* rest : {"/test", "/secret", "/replay"})
    EXPECT_EQ(call("POST", path(sink, rest), "{}", {}, "reader-token").status, 403);
}

TEST_F(EventSinksApiTest, TheSinkOfABotIsShownAndChangedWithItsAgentAlone) {
  world_.run(tenants_.store.put_agent({acme_, "shop-bot", "cloud-api"}, false, tenants_.change())).value();
  const auto sink = json(call("GET", "/api/v1/event-sinks")).at("sinks").as_array().at(0).as_object();
  EXPECT_EQ(sink.at("agent").as_string(), "shop-bot");
  EXPECT_EQ(call("PATCH", path(sink), R"({"enabled":false})").status, 409);
  EXPECT_EQ(call("DELETE", path(sink)).status, 409);
  EXPECT_EQ(call("POST", path(sink, "/test")).status, 409);
}

TEST_F(EventSinksApiTest, EachChangeStandsInTheLogOfChangesWithoutTheSecret) {
  const auto sink = make(hook());
  (void)call("POST", path(sink, "/secret"));
  (void)call("DELETE", path(sink));
  sqlite::SqliteAuditLog audit(*world_.store);
  std::vector<std::string> actions;
  for (const auto& row : world_.run(audit.entries(acme_, {})).value())
    if (row.action.starts_with("webhook.")) {
      actions.push_back(row.action);
      EXPECT_THAT(row.what, ::testing::Not(HasSubstr("whsec_")));
    }
  EXPECT_THAT(actions, ::testing::ElementsAre("webhook.delete", "webhook.secret", "webhook.create"));
}

}  // namespace
}  // namespace claw
