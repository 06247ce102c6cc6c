#include "api/settings_api.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/audit.hpp"
#include "ledger/sqlite/unclaimed.hpp"
#include "support/fake_inbox.hpp"
#include "support/test_people.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
namespace json = boost::json;

class SettingsApiTest : public ::testing::Test {
 protected:
  SettingsApiTest() {
    api_.add_routes(router_);
    admin_.set_listener(
        [this](TenantId tenant, std::string_view what) { told_.push_back(fmt::format("{} {}", tenant.value, what)); });
    tenants_.add_token(acme_, "acme");
    tenants_.add_token(beta_, "beta");
    tenants_.add_token(acme_, "reader", {Permission::kInboxRead, Permission::kSettingsRead});
    Permissions all = permissions_of(Role::kPlatform);
    tenants_.add_token(acme_, "platform", all);
  }

  net::HttpResponse call(std::string method, const std::string& target, std::string body = "",
                         const std::string& token = "acme", std::vector<net::HttpHeader> headers = {}) {
    net::HttpRequest request;
    request.method = std::move(method);
    request.path = target.substr(0, target.find('?'));
    request.target = target;
    if (const auto at = target.find('?'); at != std::string::npos) {
      const auto pair = target.substr(at + 1);
      request.query.emplace_back(pair.substr(0, pair.find('=')), pair.substr(pair.find('=') + 1));
    }
    request.body = std::move(body);
    request.headers = std::move(headers);
    request.headers.push_back({"Authorization", "Bearer " + token});
    request.peer = "192.0.2.7";
    auto response = world_.run(router_.dispatch(request));
    all_answers_ += response.body;
    return response;
  }
  json::object ok(std::string method, const std::string& target, std::string body = "",
                  const std::string& token = "acme") {
    const auto response = call(std::move(method), target, std::move(body), token);
    EXPECT_TRUE(response.status == 200 || response.status == 201) << target << response.body;
    return json::parse(response.body).as_object();
  }
  /// Status and detail of a refusal.
  std::string refused(std::string method, const std::string& target, std::string body = "",
                      const std::string& token = "acme", std::vector<net::HttpHeader> headers = {}) {
    const auto response = call(std::move(method), target, std::move(body), token, std::move(headers));
    EXPECT_EQ(response.content_type, "application/problem+json") << target << response.body;
    const auto body_ = json::parse(response.body).as_object();
    return fmt::format("{} {}", response.status, std::string_view(body_.at("detail").as_string()));
  }
  static std::string etag(const net::HttpResponse& response) {
    return std::string(net::find_header(response.headers, "ETag"));
  }
  std::vector<std::string> said(const std::string& target = "/api/v1/audit", const std::string& token = "acme") {
    std::vector<std::string> list;
    for (const auto& entry : ok("GET", target, "", token).at("entries").as_array())
      list.emplace_back(entry.at("what").as_string());
    return list;
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  TenantId beta_ = tenants_.add("beta", "222");
  sqlite::SqliteAuditLog audit_{*world_.store};
  Admin admin_{tenants_.store, tenants_.directory, tenants_.vault, world_.clock};
  sqlite::SqliteUnclaimedItems unclaimed_{*world_.store};
  FakeInbox inbox_;
  UnclaimedDelivery delivery_{unclaimed_, inbox_, world_.clock};
  ApiTokens tokens_{world_.io, tenants_.directory, tenants_.store, world_.clock};
  TestPeople people_{world_};
  Guard guard_{tenants_.directory, tokens_, people_.people, {}};
  SettingsApi api_{admin_,
                   tenants_.directory,
                   *world_.ledger,
                   audit_,
                   guard_,
                   PublicIds(SecretString(std::string("key"))),
                   SettingsApi::Platform{unclaimed_, delivery_},
                   {"https://claw.example.org"}};
  net::Router router_;
  std::vector<std::string> told_;
  std::string all_answers_;
};

TEST_F(SettingsApiTest, GivesATokenExactlyItsScopes) {
  EXPECT_EQ(call("GET", "/api/v1/secrets", "", "reader").status, 200);
  EXPECT_THAT(refused("PUT", "/api/v1/secrets/OWN", R"({"value":"x"})", "reader"), HasSubstr("403"));
  EXPECT_THAT(refused("PUT", "/api/v1/secrets/OWN", R"({"value":"x"})", "reader"), HasSubstr("settings.write"));
  EXPECT_THAT(refused("GET", "/api/v1/audit", "", "reader"), HasSubstr("audit.read"));
  EXPECT_THAT(refused("GET", "/api/v1/tokens", "", "reader"), HasSubstr("members"));
  for (const char* path : {"/api/v1/tenants", "/api/v1/tenants/beta", "/api/v1/platform/audit"})
    EXPECT_THAT(refused("GET", path), HasSubstr("403")) << "an owner is not the platform";
}

TEST_F(SettingsApiTest, ShowsATenantItself) {
  const auto shown = ok("GET", "/api/v1/tenant");
  EXPECT_EQ(shown.at("name").as_string(), "acme");
  EXPECT_EQ(shown.at("webhook").as_string(), "https://claw.example.org/t/acme/webhooks/whatsapp");
  EXPECT_EQ(json::serialize(shown.at("numbers")), R"(["111"])");
  EXPECT_EQ(json::serialize(shown.at("missing")),
            R"(["WHATSAPP_ACCESS_TOKEN","WHATSAPP_APP_SECRET","WHATSAPP_VERIFY_TOKEN"])");
  EXPECT_EQ(shown.at("default_agent").as_string(), "bot");
  EXPECT_EQ(json::serialize(shown.at("limits")),
            R"({"inbound_per_second":0,"turns_at_a_time":0,"stored_bytes":0,"retention_days":0,"media_days":0})");
  EXPECT_EQ(json::serialize(shown.at("usage")), R"({"stored_bytes":0,"messages":0})");
}

TEST_F(SettingsApiTest, LetsThePlatformMakeDisableAndLimitTenants) {
  EXPECT_EQ(call("POST", "/api/v1/tenants", R"({"name":"gamma"})", "platform").status, 201);
  EXPECT_THAT(refused("POST", "/api/v1/tenants", R"({"name":"gamma"})", "platform"), HasSubstr("409"));
  EXPECT_THAT(refused("POST", "/api/v1/tenants", R"({"name":"No"})", "platform"), HasSubstr("400"));
  const auto changed =
      ok("PATCH", "/api/v1/tenants/gamma", R"({"enabled":false,"limits":{"retention_days":30}})", "platform");
  EXPECT_EQ(changed.at("enabled").as_bool(), false);
  EXPECT_EQ(changed.at("limits").at("retention_days").as_int64(), 30);
  EXPECT_FALSE(tenants_.directory.by_name("gamma")->enabled);
  ok("PATCH", "/api/v1/tenants/gamma", R"({"limits":{"turns_at_a_time":4}})", "platform");
  EXPECT_EQ(tenants_.directory.by_name("gamma")->limits.retention_days, 30) << "what is not named stays";
  EXPECT_EQ(tenants_.directory.by_name("gamma")->limits.turns_at_a_time, 4);
  EXPECT_THAT(refused("PATCH", "/api/v1/tenants/gamma", R"({"limits":{"speed":4}})", "platform"), HasSubstr("400"));
  EXPECT_THAT(refused("PATCH", "/api/v1/tenants/gamma", R"({"limits":{"retention_days":999999999999}})", "platform"),
              HasSubstr("400"))
      << "a time that long would wrap, and everything be older";
  EXPECT_THAT(refused("PATCH", "/api/v1/tenants/gamma", R"({"limits":{"stored_bytes":-1}})", "platform"),
              HasSubstr("0 (no limit) or more"));
  EXPECT_THAT(refused("PATCH", "/api/v1/tenants/nobody", "{}", "platform"), HasSubstr("404"));
  EXPECT_THAT(said("/api/v1/platform/audit", "platform"),
              ::testing::Contains("disabled the tenant, set the limit retention_days to 30"));
  const auto page = ok("GET", "/api/v1/tenants?limit=1", "", "platform");
  ASSERT_THAT(page.at("tenants").as_array(), SizeIs(1));
  EXPECT_EQ(page.at("next").as_string(), "acme");
  const auto rest = ok("GET", "/api/v1/tenants?after=acme", "", "platform").at("tenants").as_array();
  ASSERT_THAT(rest, SizeIs(2));
  EXPECT_EQ(rest[0].at("name").as_string(), "beta");
}

TEST_F(SettingsApiTest, ListsTheNamesOfTheProductFirstSetOrNotAndNeverAValue) {
  ok("PUT", "/api/v1/secrets/WHATSAPP_APP_SECRET", R"({"value":" hush-1\n"})");
  ok("PUT", "/api/v1/secrets/A_KEY", R"({"value":"hush-2","description":"for the shop"})");
  ok("PUT", "/api/v1/secrets/WHATSAPP_WABA_ID", R"({"value":"4711"})");
  const auto list = ok("GET", "/api/v1/secrets").at("secrets").as_array();
  ASSERT_THAT(list, SizeIs(7));
  const char* const names[] = {kAccessToken, kAppSecret, kVerifyToken, kPhoneNumberId, kWabaId, kAppId, "A_KEY"};
  for (std::size_t i = 0; i < list.size(); ++i) {
    EXPECT_EQ(list[i].at("name").as_string(), names[i]);
    EXPECT_FALSE(list[i].at("description").as_string().empty());
  }
  EXPECT_FALSE(list[0].at("set").as_bool());
  EXPECT_TRUE(list[0].at("version").is_null());
  EXPECT_TRUE(list[1].at("set").as_bool());
  EXPECT_EQ(list[4].at("value").as_string(), "4711") << "an id is no secret";
  EXPECT_EQ(list[6].at("description").as_string(), "for the shop");
  EXPECT_EQ(tenants_.directory.by_id(acme_)->app_secret.expose(), "hush-1") << "with effect at once";
  ok("GET", "/api/v1/secrets/A_KEY");
  ok("GET", "/api/v1/audit");
  EXPECT_THAT(all_answers_, Not(HasSubstr("hush")));
  EXPECT_THAT(told_, ElementsAre("1 secrets", "1 secrets", "1 secrets"));
}

TEST_F(SettingsApiTest, DescribesASecretAndDeletesIt) {
  ok("PUT", "/api/v1/secrets/A_KEY", R"({"value":"x","description":"one"})");
  EXPECT_EQ(ok("PUT", "/api/v1/secrets/A_KEY", R"({"description":"two"})").at("description").as_string(), "two");
  EXPECT_EQ(ok("PUT", "/api/v1/secrets/A_KEY", R"({"value":"y"})").at("description").as_string(), "two");
  EXPECT_EQ(call("DELETE", "/api/v1/secrets/A_KEY").status, 204);
  EXPECT_THAT(refused("DELETE", "/api/v1/secrets/A_KEY"), HasSubstr("404"));
  EXPECT_THAT(refused("GET", "/api/v1/secrets/A_KEY"), HasSubstr("404"));
}

TEST_F(SettingsApiTest, LetsNobodyOverwriteUnseen) {
  const auto put = [&](const std::string& target, const std::string& body, const char* header,
                       const std::string& value) { return call("PUT", target, body, "acme", {{header, value}}); };
  const std::string key = "/api/v1/secrets/A_KEY";
  const auto first = put(key, R"({"value":"x"})", "If-None-Match", "*");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(put(key, R"({"value":"y"})", "If-None-Match", "*").status, 412);
  EXPECT_EQ(put(key, R"({"value":"y"})", "If-Match", etag(first)).status, 200);
  EXPECT_EQ(put(key, R"({"value":"z"})", "If-Match", etag(first)).status, 412);
  EXPECT_THAT(refused("DELETE", key, "", "acme", {{"If-Match", etag(first)}}), HasSubstr("412 somebody changed it"));
  EXPECT_EQ(call("DELETE", key, "", "acme", {{"If-Match", etag(call("GET", key))}}).status, 204);

  const auto agent = call("GET", "/api/v1/agents/bot");
  EXPECT_EQ(put("/api/v1/agents/bot", R"({"kind":"echo"})", "If-Match", etag(agent)).status, 200);
  EXPECT_EQ(put("/api/v1/agents/bot", R"({"kind":"echo"})", "If-Match", etag(agent)).status, 412);

  const auto tenant = call("GET", "/api/v1/tenant");
  EXPECT_EQ(put("/api/v1/channel", R"({"policy":"disabled"})", "If-Match", etag(tenant)).status, 200);
  EXPECT_EQ(put("/api/v1/channel", R"({"policy":"open"})", "If-Match", etag(tenant)).status, 412);
  EXPECT_EQ(tenants_.directory.by_id(acme_)->policy, ChannelPolicy::kDisabled);
  EXPECT_EQ(put("/api/v1/channel", R"({"policy":"open"})", "If-Match", "no tag").status, 400);
}

TEST_F(SettingsApiTest, RefusesABodyWithWordsWhereSomethingInItIsOdd) {
  const struct {
    const char* method;
    const char* path;
    const char* body;
    const char* words;
  } rows[] = {
      {"PUT", "/api/v1/secrets/K", "", "400 the body must be a JSON object"},
      {"PUT", "/api/v1/secrets/K", "[]", "400 the body must be a JSON object"},
      {"PUT", "/api/v1/secrets/K", "{}", "400 give a value, a description, or both"},
      {"PUT", "/api/v1/secrets/K", R"({"value":7})", "400 value must be a text"},
      {"PUT", "/api/v1/secrets/K", R"({"valeu":"x"})", "there are: value, description"},
      {"PUT", "/api/v1/secrets/K", R"({"value":" "})", "400 the value is empty"},
      {"PUT", "/api/v1/secrets/k", R"({"value":"x"})", "400 a secret's name"},
      {"PUT", "/api/v1/secrets/WHATSAPP_PHONE_NUMBER_ID", R"({"value":"222"})", "409 222 belongs to another tenant"},
      {"PUT", "/api/v1/secrets/WHATSAPP_APP_SECRET", R"({"value":"x","description":"y"})",
       "400 WHATSAPP_APP_SECRET has"},
      {"PUT", "/api/v1/channel", R"({"policy":"closed"})", "400 there is no policy"},
      {"PUT", "/api/v1/channel", "{}", "400 policy must be one of open"},
      {"PUT", "/api/v1/agents/Bot", R"({"kind":"echo"})", "400 an agent's name"},
      {"PUT", "/api/v1/agents/bot", R"({"kind":"magic"})", "400 there is no agent kind"},
      {"PUT", "/api/v1/agents/bot", R"({"kind":"echo","options":{"url":"http://x"}})", "has no option \"url\""},
      {"PUT", "/api/v1/agents/bot", R"({"kind":"openai","options":{"url":"http://u:p@host","model":"m"}})",
       "no user name or password"},
      {"PUT", "/api/v1/agents/bot", R"({"kind":"openai","options":{"timeout":"1"}})", "timeout must be a whole number"},
      {"PUT", "/api/v1/agents/bot", R"({"kind":"echo","default":"yes"})", "400 default must be true or false"},
      {"POST", "/api/v1/tokens", R"({"label":"x"})", "400 scopes must be a list"},
      {"POST", "/api/v1/tokens", R"({"label":"x","scopes":["all"]})", "400 there is no scope \"all\""},
      {"POST", "/api/v1/tokens", R"({"label":"x","scopes":[]})", "400 a token without scopes"},
      {"POST", "/api/v1/tokens", R"({"label":"x","scopes":["pairing"],"expires_in_days":1.5})", "400 expires_in_days"},
      {"POST", "/api/v1/tokens", R"({"label":"x","scopes":["platform"]})", "403 A token cannot have a scope"},
      {"GET", "/api/v1/audit?before=x", "", "400 before"},
      {"GET", "/api/v1/agents/nobody", "", "404"},
      {"DELETE", "/api/v1/agents/nobody", "", "404"},
      {"DELETE", "/api/v1/tokens/x", "", "404"},
  };
  const auto before = said();
  for (const auto& row : rows)
    EXPECT_THAT(refused(row.method, row.path, row.body), HasSubstr(row.words)) << row.path << row.body;
  EXPECT_EQ(said(), before) << "a refused change is none";
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(SettingsApiTest, MakesAgentsThatCanBeEditedAgain) {
  const auto made = ok("PUT", "/api/v1/agents/helper",
                       R"({"kind":"openai","default":true,"options":{"url":"http://127.0.0.1:9","model":"small"}})");
  EXPECT_TRUE(made.at("default").as_bool());
  const auto shown = ok("GET", "/api/v1/agents/helper");
  EXPECT_EQ(shown, made);
  json::object again{{"kind", "openai"}, {"options", shown.at("options")}};
  EXPECT_EQ(ok("PUT", "/api/v1/agents/helper", json::serialize(again)).at("options"), shown.at("options"));
  EXPECT_THAT(refused("DELETE", "/api/v1/agents/helper"), HasSubstr("409 helper is the default agent"));
  ok("PUT", "/api/v1/agents/bot", R"({"kind":"echo","default":true})");
  EXPECT_EQ(call("DELETE", "/api/v1/agents/helper").status, 204);
  EXPECT_EQ(tenants_.directory.by_id(acme_)->default_agent, "bot");
}

TEST_F(SettingsApiTest, MakesATokenOnceAndNoneThatMayMoreThanItsMaker) {
  const auto made =
      ok("POST", "/api/v1/tokens", R"({"label":"ci","scopes":["members","inbox.read"],"expires_in_days":1})");
  const std::string token(made.at("token").as_string());
  const std::string id(made.at("id").as_string());
  all_answers_.clear();
  const auto list = ok("GET", "/api/v1/tokens", "", token).at("tokens").as_array();
  EXPECT_EQ(json::serialize(list.back().at("scopes")), R"(["inbox.read","members"])");
  EXPECT_EQ(list.back().at("expires_at").as_string(), "2026-09-22T14:13:20.000Z");
  EXPECT_THAT(all_answers_, Not(HasSubstr(token)));
  EXPECT_THAT(refused("POST", "/api/v1/tokens", R"({"label":"x","scopes":["settings.write"]})", token),
              HasSubstr("403"));
  EXPECT_THAT(refused("DELETE", "/api/v1/tokens/" + id, "", "beta"), HasSubstr("404"));
  EXPECT_EQ(call("DELETE", "/api/v1/tokens/" + id).status, 204);
  EXPECT_EQ(call("GET", "/api/v1/tokens", "", token).status, 401);
}

TEST_F(SettingsApiTest, TellsWhoDidItAndShowsATenantItsOwnRowsOnly) {
  ok("PUT", "/api/v1/channel", R"({"policy":"open"})");
  ok("PUT", "/api/v1/channel", R"({"policy":"open"})", "beta");
  const auto entry = ok("GET", "/api/v1/audit?limit=1").at("entries").as_array().at(0).as_object();
  EXPECT_EQ(entry.at("who").at("kind").as_string(), "token");
  EXPECT_EQ(entry.at("from").as_string(), "192.0.2.7");
  EXPECT_EQ(entry.at("action").as_string(), "channel.set");
  EXPECT_FALSE(entry.contains("tenant"));
  const auto of_all = ok("GET", "/api/v1/platform/audit?limit=2", "", "platform").at("entries").as_array();
  EXPECT_EQ(of_all.at(0).at("tenant").as_string(), "beta");
  EXPECT_EQ(of_all.at(1).at("tenant").as_string(), "acme");
  EXPECT_THAT(said("/api/v1/audit?q=policy"), SizeIs(1));
}

TEST_F(SettingsApiTest, MakesUpAVerifyTokenAndKeepsNothingOfIt) {
  const auto one = ok("POST", "/api/v1/verify-token").at("value").as_string();
  EXPECT_GE(one.size(), 24U);
  EXPECT_NE(one, ok("POST", "/api/v1/verify-token").at("value").as_string());
  EXPECT_FALSE(tenants_.directory.by_id(acme_)->secrets_set.contains(kVerifyToken));
}

}  // namespace
}  // namespace claw
