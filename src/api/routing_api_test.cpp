// Routing, policies of numbers and how conversations are held, over the API: what is refused, what goes together, and
// what an explanation shows. What routing decides is told in tenancy/routing_test.cpp and
// conversation/explain_test.cpp.
#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/access_api.hpp"
#include "api/rest_api.hpp"
#include "api/settings_api.hpp"
#include "ledger/sqlite/audit.hpp"
#include "ledger/sqlite/sqlite_access_store.hpp"
#include "ledger/sqlite/unclaimed.hpp"
#include "support/api_request.hpp"
#include "support/fake_inbox.hpp"
#include "support/test_people.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace json = boost::json;

class RoutingApiTest : public ::testing::Test {
 protected:
  RoutingApiTest() {
    settings_.add_routes(router_);
    access_api_.add_routes(router_);
    rest_.add_routes(router_);
    admin_.set_listener([this](TenantId, std::string_view what) { told_.emplace_back(what); });
    tenants_.add_token(acme_, "acme");
    tenants_.add_token(acme_, "reader", {Permission::kSettingsRead});
    for (const char* agent : {"helper", "sales"})
      world_.run(tenants_.store.put_agent({acme_, agent, "echo"}, false, tenants_.change())).value();
    tenants_.reload();
  }
  ~RoutingApiTest() override { world_.store->close(); }

  net::HttpResponse call(std::string method, const std::string& target, std::string body = "",
                         std::vector<net::HttpHeader> headers = {}, const std::string& token = "acme") {
    auto request = api_request(std::move(method), "/api/v1" + target, std::move(body), std::move(headers));
    request.headers.push_back({"Authorization", "Bearer " + token});
    return world_.run(router_.dispatch(request));
  }
  json::object ok(std::string method, const std::string& target, std::string body = "") {
    const auto response = call(std::move(method), target, std::move(body));
    EXPECT_EQ(response.status, 200) << target << response.body;
    return json::parse(response.body).as_object();
  }
  /// Status and detail of a refusal.
  std::string refused(std::string method, const std::string& target, std::string body = "",
                      std::vector<net::HttpHeader> headers = {}) {
    const auto response = call(std::move(method), target, std::move(body), std::move(headers));
    EXPECT_EQ(response.content_type, "application/problem+json") << target << response.body;
    return fmt::format("{} {}", response.status, std::string_view(json::parse(response.body).at("detail").as_string()));
  }
  json::object route(const std::string& rules, const std::string& more = "") {
    return ok("PUT", "/routing", fmt::format(R"({{"rules":{}{}}})", rules, more));
  }
  std::vector<std::string> said() {
    std::vector<std::string> words;
    for (const auto& row : *world_.run(audit_.entries(acme_, {})))
      if (!row.what.empty()) words.push_back(row.action + ": " + row.what);
    return words;
  }
  std::string explained(const std::string& query) {
    const auto about = ok("GET", "/routing/explain?" + query);
    const auto shown = [](const json::value& value) { return json::serialize(value); };
    return fmt::format("{} {} {} {}", shown(about.at("agent")), shown(about.at("matched_by")), shown(about.at("rule")),
                       shown(about.at("access").at("admission")));
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111,112");
  const PublicIds ids_{SecretString(std::string("key"))};
  sqlite::SqliteAuditLog audit_{*world_.store};
  Admin admin_{tenants_.store, tenants_.directory, tenants_.vault, world_.clock};
  sqlite::SqliteAccessStore store_{*world_.store};
  Access access_{store_, world_.clock};
  sqlite::SqliteUnclaimedItems unclaimed_{*world_.store};
  FakeInbox inbox_;
  UnclaimedDelivery delivery_{unclaimed_, inbox_, world_.clock};
  TestPeople people_{world_};
  ApiTokens tokens_{world_.io, tenants_.directory, tenants_.store, world_.clock};
  Guard guard_{tenants_.directory, tokens_, people_.people, {}};
  LiveFeed feed_{world_.io, *world_.ledger, ids_, world_.clock};
  SettingsApi settings_{admin_,
                        tenants_.directory,
                        *world_.ledger,
                        audit_,
                        guard_,
                        ids_,
                        SettingsApi::Platform{unclaimed_, delivery_},
                        {"https://claw.example.org"}};
  AccessApi access_api_{access_, *world_.ledger, guard_, world_.clock, ids_};
  RestApi rest_{*world_.ledger, guard_, feed_, world_.clock, ids_};
  net::Router router_;
  std::vector<std::string> told_;
};

TEST_F(RoutingApiTest, SetsAllRulesAtOnceAndShowsThemAsTheyAreUsed) {
  const auto nothing = ok("GET", "/routing");
  EXPECT_EQ(json::serialize(nothing.at("rules")), "[]");
  EXPECT_EQ(nothing.at("default_agent"), "bot");
  const auto set = route(R"([{"by":"peer","value":"+49 151 12345678","agent":"sales"},
                             {"by":"keyword","value":"help","number":"112","agent":"helper"}])",
                         R"(,"default_agent":"helper")");
  EXPECT_EQ(json::serialize(set.at("rules")), R"([{"by":"peer","value":"4915112345678","agent":"sales"},)"
                                              R"({"by":"keyword","value":"help","number":"112","agent":"helper"}])");
  EXPECT_EQ(set.at("default_agent"), "helper");
  EXPECT_EQ(ok("GET", "/routing"), set);
  EXPECT_NE(set.at("version"), nothing.at("version"));
  EXPECT_THAT(told_, ElementsAre("routing"));
  EXPECT_THAT(said(), ElementsAre("routing.set: set the routing: 2 rules, helper is the default agent"));
  route("[]");
  EXPECT_EQ(ok("GET", "/routing").at("default_agent"), "helper") << "what is not named stays";
  EXPECT_EQ(said().front(), "routing.set: took all rules from the routing");
}

TEST_F(RoutingApiTest, ShowsTheNewDefaultWhereAgentsAreShown) {
  const auto version_of = [&](const char* agent) {
    return ok("GET", std::string("/agents/") + agent).at("version").as_string();
  };
  const auto old_default = version_of("bot");
  const auto other = version_of("sales");
  route("[]", R"(,"default_agent":"helper")");
  EXPECT_EQ(ok("GET", "/agents/helper").at("default"), true);
  EXPECT_EQ(ok("GET", "/agents/bot").at("default"), false);
  EXPECT_NE(version_of("bot"), old_default) << "it is shown otherwise now";
  EXPECT_EQ(version_of("sales"), other);
}

TEST_F(RoutingApiTest, NamesTheRuleThatIsWrongAndWritesNoneOfThem) {
  const struct {
    const char* body;
    const char* words;
  } rows[] = {
      {R"({"rules":[{"by":"channel","agent":"bot"},{"by":"channel","agent":"x"}]})",
       "400 rule 2 names the agent \"x\", which is not there"},
      {R"({"rules":[{"by":"number","value":"999","agent":"bot"}]})", "400 rule 1 names the phone number id 999"},
      {R"({"rules":[{"by":"peer","value":"Ada","agent":"bot"}]})", "400 rule 1 wants the phone number or BSUID"},
      {R"({"rules":[{"by":"peer_prefix","value":"+","agent":"bot"}]})", "400 rule 1 wants the first digits"},
      {R"({"rules":[{"by":"pattern","value":"(","agent":"bot"}]})", "400 rule 1 has a pattern that cannot be read"},
      {R"({"rules":{}})", "400 the rules are no JSON array"},
      {R"({"default_agent":"bot"})", "400 rules must be a list"},
      {R"({"rules":[],"default_agent":"x"})", "400 the default agent \"x\" is not there"},
      {R"({"rules":[],"default_agent":null})", "400 default_agent must be a text"},
      {R"({"rules":[],"first":1})", "there are: rules, default_agent"},
  };
  for (const auto& row : rows) EXPECT_THAT(refused("PUT", "/routing", row.body), HasSubstr(row.words)) << row.body;
  EXPECT_EQ(json::serialize(ok("GET", "/routing").at("rules")), "[]");
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(RoutingApiTest, KeepsWhatARuleNamesUntilTheRoutingIsChanged) {
  route(R"([{"by":"keyword","value":"a","agent":"helper"},{"by":"number","value":"112","agent":"sales"},
            {"by":"keyword","value":"b","number":"112","agent":"helper"}])");
  EXPECT_THAT(refused("DELETE", "/agents/helper"),
              HasSubstr("409 rules 1, 3 of the routing name the agent helper: change the routing first"));
  EXPECT_THAT(refused("DELETE", "/agents/sales"), HasSubstr("409 rule 2 of the routing names the agent sales"));
  const std::string numbers = "/secrets/WHATSAPP_PHONE_NUMBER_ID";
  EXPECT_THAT(refused("PUT", numbers, R"({"value":"111"})"),
              HasSubstr("409 rules 2, 3 of the routing name the phone number id 112"));
  EXPECT_THAT(refused("DELETE", numbers), HasSubstr("409 rules 2, 3"));
  EXPECT_EQ(call("PUT", numbers, R"({"value":"112, 113"})").status, 200) << "of a number that no rule names";
  route("[]");
  EXPECT_EQ(call("DELETE", "/agents/helper").status, 204);
  EXPECT_EQ(call("PUT", numbers, R"({"value":"113"})").status, 200);
}

TEST_F(RoutingApiTest, LetsNobodyOverwriteUnseen) {
  const auto etag = [&](const char* path) { return std::string(net::find_header(call("GET", path).headers, "ETag")); };
  const struct {
    const char* method;
    const char* path;
    const char* body;
  } writes[] = {{"PUT", "/routing", R"({"rules":[]})"}, {"PATCH", "/conversation-settings", R"({"max_merged":3})"}};
  for (const auto& write : writes) {
    const auto seen = etag(write.path);
    EXPECT_EQ(call(write.method, write.path, write.body, {{"If-Match", seen}}).status, 200) << write.path;
    EXPECT_THAT(refused(write.method, write.path, write.body, {{"If-Match", seen}}), HasSubstr("412")) << write.path;
    EXPECT_EQ(call(write.method, write.path, write.body, {{"If-Match", etag(write.path)}}).status, 200) << write.path;
    EXPECT_EQ(call(write.method, write.path, write.body, {}, "reader").status, 403) << write.path;
  }
}

TEST_F(RoutingApiTest, GivesANumberAPolicyOfItsOwnAndTakesItAway) {
  const auto policies = [&] {
    std::vector<std::string> list;
    for (const auto& number : ok("GET", "/numbers").at("numbers").as_array())
      list.push_back(json::serialize(json::array{number.at("policy"), number.at("own_policy")}));
    return list;
  };
  EXPECT_THAT(policies(), ElementsAre(R"(["open",null])", R"(["open",null])"));
  const auto tenant = ok("PUT", "/channel", R"({"policy":"pairing","number":"112"})");
  EXPECT_EQ(tenant.at("policy"), "open");
  EXPECT_EQ(json::serialize(tenant.at("policies")), R"({"112":"pairing"})");
  ok("PUT", "/channel", R"({"policy":"allowlist"})");
  EXPECT_THAT(policies(), ElementsAre(R"(["allowlist",null])", R"(["pairing","pairing"])"));
  EXPECT_EQ(ok("PUT", "/channel", R"({"policy":null,"number":"112"})").at("policies"), json::object());
  EXPECT_THAT(policies(), ElementsAre(R"(["allowlist",null])", R"(["allowlist",null])"));
  EXPECT_THAT(said(), ElementsAre("channel.set: took its own policy from the number 112",
                                  "channel.set: set the channel's policy to allowlist",
                                  "channel.set: set the policy of the number 112 to pairing"));
  EXPECT_THAT(told_, ElementsAre("channel", "channel", "channel"));
  EXPECT_THAT(refused("PUT", "/channel", R"({"policy":null})"), HasSubstr("400 only a number can be without"));
  EXPECT_THAT(refused("PUT", "/channel", R"({"policy":"open","number":"999"})"),
              HasSubstr("400 the phone number id 999"));
  EXPECT_THAT(refused("PUT", "/channel", R"({"number":"112"})"), HasSubstr("400"));
}

TEST_F(RoutingApiTest, KeepsThePolicyOfANumberThatLeavesTheListBySlip) {
  ok("PUT", "/channel", R"({"policy":"disabled","number":"112"})");
  const auto numbers = [&](const char* value) {
    ok("PUT", "/secrets/WHATSAPP_PHONE_NUMBER_ID", fmt::format(R"({{"value":"{}"}})", value));
  };
  numbers("111");
  numbers("111,112");
  EXPECT_EQ(tenants_.directory.by_id(acme_)->policy_of("112"), ChannelPolicy::kDisabled)
      << "it must not come back open";
  numbers("111");
  ok("PUT", "/channel", R"({"policy":null,"number":"112"})");
  EXPECT_THAT(tenants_.directory.by_id(acme_)->access.by_number, IsEmpty()) << "what is left can be taken away";
}

TEST_F(RoutingApiTest, ChangesOfConversationsWhatIsNamedAndLeavesTheRest) {
  EXPECT_EQ(json::serialize(ok("GET", "/conversation-settings").at("daily_reset_minute")), "null");
  const auto set = ok("PATCH", "/conversation-settings",
                      R"({"queue":"interrupt","debounce_ms":2000,"daily_reset_minute":240,"approval_notice":true,)"
                      R"("owners":["+49 151 1","0049 151 2","491511"],"opt_out_words":[" Stopp ","STOP"]})");
  EXPECT_EQ(set.at("queue"), "interrupt");
  EXPECT_EQ(set.at("debounce_ms"), 2000);
  EXPECT_EQ(set.at("daily_reset_minute"), 240);
  EXPECT_EQ(set.at("approval_notice"), true);
  EXPECT_EQ(json::serialize(set.at("owners")), R"(["491511","491512"])");
  EXPECT_EQ(json::serialize(set.at("opt_out_words")), R"(["Stopp","STOP"])");
  EXPECT_EQ(set.at("max_merged"), 20);
  EXPECT_THAT(told_, ElementsAre("conversation-settings"));
  EXPECT_THAT(said().front(), AllOf(HasSubstr("conversations.set: set "), HasSubstr("debounce_ms to 2000"),
                                    HasSubstr("queue to interrupt"), HasSubstr("owners to 491511,491512")));
  const auto again = ok("PATCH", "/conversation-settings", R"({"daily_reset_minute":null,"owners":[]})");
  EXPECT_TRUE(again.at("daily_reset_minute").is_null()) << "not midnight";
  EXPECT_EQ(tenants_.directory.by_id(acme_)->session.daily_reset_minute, -1);
  EXPECT_EQ(json::serialize(again.at("owners")), "[]");
  EXPECT_EQ(again.at("queue"), "interrupt");
  EXPECT_EQ(said().front(), "conversations.set: set daily_reset_minute to never, owners to nobody");
}

TEST_F(RoutingApiTest, RefusesOddConversationSettingsAsAWhole) {
  const auto before = ok("GET", "/conversation-settings");
  const std::pair<const char*, const char*> rows[] = {
      {R"({"queue":"collect","debounce_ms":60001})", "debounce_ms is 0 to 60000"},
      {R"({"debounce_ms":"2000"})", "debounce_ms must be a whole number"},
      {R"({"daily_reset_minute":-1})", "0 to 1439 (UTC), or null"},
      {R"({"owners":["491511","nobody","12"]})", "an owner is a phone number or a BSUID, not \"nobody\", \"12\""},
      {R"({"owners":"491511"})", "owners must be a list of texts"},
      {R"({"opt_in_words":["stop"]})", "\"STOP\" cannot be a word for out and for in"},
      {R"({"approval_notice":1})", "approval_notice must be true or false"},
      {R"({"version":"x"})", "there are: queue"},
      {R"([])", "must be a JSON object"},
  };
  for (const auto& [body, words] : rows)
    EXPECT_THAT(refused("PATCH", "/conversation-settings", body), AllOf(HasSubstr("400"), HasSubstr(words))) << body;
  EXPECT_EQ(ok("GET", "/conversation-settings"), before);
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(RoutingApiTest, ExplainsWithoutWritingAnything) {
  route(R"([{"by":"keyword","value":"help","agent":"helper"},{"by":"number","value":"112","agent":"sales"}])");
  ok("PUT", "/channel", R"({"policy":"pairing","number":"112"})");
  const auto rows = said().size();
  EXPECT_EQ(explained("from=%2B49%201511&number=111"), R"("bot" "default" null "admit")");
  EXPECT_EQ(explained("from=491511&number=111&text=help"), R"("helper" "keyword" 1 "admit")");
  EXPECT_EQ(explained("from=491511&number=111&text=help&first=false"), R"("bot" "default" null "admit")");
  EXPECT_EQ(explained("from=491511&number=112&text=hello"), R"("sales" "number" 2 "hold")");
  const auto about = ok("GET", "/routing/explain?from=491511&number=112");
  EXPECT_EQ(json::serialize(about.at("from")), R"({"address":"491511","user":null,"name":null})");
  EXPECT_EQ(about.at("number"), "112");
  EXPECT_EQ(json::serialize(about.at("access")),
            R"({"admission":"hold","reason":"waits_for_approval","policy":"pairing","standing":"unknown",)"
            R"("opted_out":false})");
  EXPECT_TRUE(about.at("session").is_null());
  EXPECT_THAT(std::string(about.at("says").as_string()), HasSubstr("sales would answer: rule 2 fits (number 112)."));
  EXPECT_EQ(said().size(), rows);
  EXPECT_THAT(ok("GET", "/users").at("users").as_array(), IsEmpty()) << "nobody is made";
  EXPECT_THAT(*world_.run(access_.list(acme_, {})), IsEmpty()) << "and no request";
}

TEST_F(RoutingApiTest, SaysWhatIsWrongWithAQuestion) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "400 from must be a phone number"},
      {"from=Ada&number=111", "400 from must be a phone number"},
      {"from=491511", "400 say which number is written to: 111, 112"},
      {"from=491511&number=999", "400 the phone number id 999 is not one of yours"},
      {"from=491511&number=111&first=yes", "400 first must be true or false"},
  };
  for (const auto& [query, words] : rows)
    EXPECT_THAT(refused("GET", std::string("/routing/explain?") + query), HasSubstr(words)) << query;
}

}  // namespace
}  // namespace claw
