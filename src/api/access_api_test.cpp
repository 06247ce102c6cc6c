#include "api/access_api.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/sqlite_access_store.hpp"
#include "support/accept_items.hpp"
#include "support/api_request.hpp"
#include "support/test_people.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace json = boost::json;

class AccessApiTest : public ::testing::Test {
 protected:
  AccessApiTest() {
    access_.set_listener([this](Access::Changed) { ++told_; });
    api_.add_routes(router_);
    for (const TenantId tenant : {acme_, beta_}) tenants_.set(tenant, "channel.policy", "pairing");
    tenants_.set(acme_, "access.max_pending", "100");
    tenants_.add_token(acme_, "acme");
    tenants_.add_token(beta_, "beta");
    tenants_.add_token(acme_, "reader", {Permission::kInboxRead, Permission::kSettingsRead});
  }

  net::HttpResponse call(std::string method, const std::string& target, std::string body = "",
                         const std::string& token = "acme") {
    auto request = api_request(std::move(method), "/api/v1" + target, std::move(body));
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
                      const std::string& token = "acme") {
    const auto response = call(std::move(method), target, std::move(body), token);
    EXPECT_EQ(response.content_type, "application/problem+json") << target << response.body;
    return fmt::format("{} {}", response.status, std::string_view(json::parse(response.body).at("detail").as_string()));
  }
  /// A message that access decides about; what its sender is told.
  std::string write(const std::string& person, const std::string& text, const std::string& number = "111") {
    std::vector<AcceptItem> items;
    items.push_back(
        on_number(message_of(phone(person, "Name of " + person), text, fmt::format("w{}", ++count_)), number));
    items.back().item.tenant = acme_;
    const auto accepted = world_.run(world_.ledger->accept(std::move(items), world_.ledger->fence())).value();
    return world_.run(access_.decide(*tenants_.directory.by_id(acme_), accepted.pending.front())).value().reply;
  }
  json::array list(const std::string& query = "") { return ok("GET", "/access" + query).at("access").as_array(); }
  std::vector<std::string> addresses(const std::string& query = "") {
    std::vector<std::string> found;
    for (const auto& entry : list(query)) found.emplace_back(entry.at("address").as_string());
    return found;
  }
  std::string id_of(const std::string& address) {
    for (const auto& entry : list("?limit=200"))
      if (entry.at("address").as_string() == address) return std::string(entry.at("id").as_string());
    ADD_FAILURE() << "nothing is known of " << address;
    return {};
  }
  std::string code_of(const std::string& address) {
    for (const auto& entry : list("?limit=200"))
      if (entry.at("address").as_string() == address) return std::string(entry.at("code").as_string());
    ADD_FAILURE() << address << " does not wait";
    return {};
  }
  std::vector<std::string> said() {
    std::vector<std::string> words;
    for (const auto& row : *world_.run(audit_.entries(acme_, {})))
      if (!row.what.empty()) words.push_back(row.action + ": " + row.what);
    return words;
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111,112");
  TenantId beta_ = tenants_.add("beta", "222");
  const PublicIds ids_{SecretString(std::string("key"))};
  sqlite::SqliteAuditLog audit_{*world_.store};
  sqlite::SqliteAccessStore store_{*world_.store};
  Access access_{store_, world_.clock};
  TestPeople people_{world_};
  ApiTokens tokens_{world_.io, tenants_.directory, tenants_.store, world_.clock};
  Guard guard_{tenants_.directory, tokens_, people_.people, {}};
  AccessApi api_{access_, *world_.ledger, guard_, world_.clock, ids_};
  net::Router router_;
  int count_ = 0;
  int told_ = 0;
};

TEST_F(AccessApiTest, ShowsWhoWaitsWithTheirFirstWordsAndTheirCode) {
  const std::string told = write("491511", "Hello, is the shop open on Sunday?");
  const auto entry = list().at(0).as_object();
  EXPECT_EQ(entry.at("address"), "491511");
  EXPECT_EQ(entry.at("number"), "111");
  EXPECT_EQ(entry.at("standing"), "pending");
  EXPECT_EQ(entry.at("name"), "Name of 491511");
  EXPECT_TRUE(entry.at("by").is_null());
  EXPECT_EQ(entry.at("since"), "2026-09-21T14:13:20.000Z");
  EXPECT_EQ(entry.at("expires_at"), "2026-09-21T15:13:20.000Z");
  EXPECT_THAT(told, HasSubstr(std::string(entry.at("code").as_string())));
  EXPECT_EQ(entry.at("message").at("type"), "text");
  EXPECT_EQ(entry.at("message").at("text"), "Hello, is the shop open on Sunday?");
}

TEST_F(AccessApiTest, ShowsNoMoreOfALongMessageThanAListNeeds) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "é";
  write("491511", text);
  const auto shown = list().at(0).at("message").at("text").as_string();
  EXPECT_EQ(shown.size(), 400U) << "200 characters of two bytes";
}

TEST_F(AccessApiTest, LetsInWhoeverWasToldACodeHoweverItIsTyped) {
  write("491511", "hello");
  std::string typed = code_of("491511");
  for (char& c : typed) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  typed.insert(4, " - ");
  const int before = told_;
  const auto entry = ok("POST", "/access/approve", json::serialize(json::object{{"code", typed}}));
  EXPECT_EQ(entry.at("standing"), "allowed");
  EXPECT_TRUE(entry.at("code").is_null());
  EXPECT_TRUE(entry.at("message").is_null());
  EXPECT_EQ(told_, before + 1) << "whoever shows it hears of it";
  EXPECT_EQ(write("491511", "again"), "") << "they are known now";
  EXPECT_THAT(said(), ElementsAre("access.approve: let in 491511"));
  EXPECT_THAT(refused("POST", "/access/approve", json::serialize(json::object{{"code", typed}})), HasSubstr("404"));
}

TEST_F(AccessApiTest, DecidesNothingAboutARequestThatHasExpired) {
  write("491511", "hello");
  const auto id = id_of("491511");
  const auto code = code_of("491511");
  world_.clock.advance(Access::kCodeLife);
  EXPECT_THAT(list(), IsEmpty());
  for (const char* decision : {"approve", "reject", "block"})
    EXPECT_THAT(refused("POST", "/access/" + id + "/" + decision), HasSubstr("404 there is no such request"));
  EXPECT_THAT(refused("POST", "/access/approve", json::serialize(json::object{{"code", code}})), HasSubstr("404"));
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(AccessApiTest, RejectsForNowAndBlocksForGood) {
  write("491511", "hello");
  write("491522", "hello");
  EXPECT_EQ(ok("POST", "/access/" + id_of("491511") + "/reject").at("standing"), "unknown");
  EXPECT_EQ(ok("POST", "/access/" + id_of("491522") + "/block").at("standing"), "blocked");
  EXPECT_THAT(write("491511", "again"), HasSubstr("code"));
  EXPECT_EQ(write("491522", "again"), "");
  EXPECT_THAT(said(), ElementsAre("access.block: blocked 491522", "access.reject: turned away 491511"));
}

TEST_F(AccessApiTest, DecidesAboutThoseWhoAreNamedAndNobodyElse) {
  for (const char* person : {"491511", "491522", "491533"}) write(person, "hello");
  // Who says that it is not about all means it.
  const auto decided =
      ok("POST", "/access/decide",
         json::serialize(json::object{
             {"decision", "approve"}, {"all", false}, {"ids", {id_of("491511"), "a_0000000000000000", "nonsense"}}}));
  EXPECT_EQ(json::serialize(decided), R"({"decided":1,"gone":2})");
  EXPECT_THAT(addresses("?standing=pending"), ElementsAre("491533", "491522"));
  EXPECT_THAT(addresses("?standing=allowed"), ElementsAre("491511"));
}

TEST_F(AccessApiTest, DecidesAboutAllWhoWaitAtANumberOrAtAny) {
  write("491511", "hello", "111");
  write("491522", "hello", "112");
  write("491533", "hello", "112");
  EXPECT_EQ(ok("POST", "/access/decide", R"({"decision":"reject","all":true,"number":"112"})").at("decided"), 2);
  EXPECT_THAT(addresses(), ElementsAre("491511"));
  EXPECT_EQ(ok("POST", "/access/decide", R"({"decision":"block","all":true})").at("decided"), 1);
  EXPECT_THAT(addresses("?standing=blocked"), ElementsAre("491511"));
  EXPECT_THAT(said(), SizeIs(3)) << "a row for each of them";
}

TEST_F(AccessApiTest, PutsPeopleOnTheListAsTheirNumbersAreWritten) {
  const auto entries = ok("POST", "/access",
                          R"({"addresses":["+49 151 12345678","0049-151-12345678","DE.1349120"],)"
                          R"("standing":"allowed","name":"Ada"})")
                           .at("access")
                           .as_array();
  ASSERT_THAT(entries, SizeIs(2)) << "the same number twice is one";
  EXPECT_EQ(entries[0].at("address"), "4915112345678");
  EXPECT_TRUE(entries[0].at("number").is_null()) << "at every number";
  EXPECT_EQ(entries[1].at("address"), "DE.1349120");
  EXPECT_EQ(write("4915112345678", "hello"), "") << "no code for who is known";
  ok("POST", "/access", R"({"addresses":["4915112345678"],"standing":"blocked","number":"112"})");
  EXPECT_THAT(addresses("?standing=blocked&number=112"), ElementsAre("4915112345678"));
  EXPECT_THAT(addresses("?standing=blocked&number=111"), IsEmpty());
  EXPECT_THAT(said().front(), "access.block: blocked 4915112345678");
}

TEST_F(AccessApiTest, WritesNothingWhereOneOfTheAddressesIsNone) {
  const auto refusal = refused("POST", "/access", R"({"addresses":["+49 1511","12","Ada"],"standing":"allowed"})");
  EXPECT_THAT(refusal, AllOf(HasSubstr("400"), HasSubstr("\"12\""), HasSubstr("\"Ada\"")));
  EXPECT_THAT(refusal, ::testing::Not(HasSubstr("1511\"")));
  EXPECT_THAT(list(), IsEmpty());
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(AccessApiTest, TakesADecisionBackAndLeavesAnOptOut) {
  ok("POST", "/access", R"({"addresses":["491511","491522"],"standing":"allowed"})");
  write("491511", "STOP");
  EXPECT_THAT(addresses("?opted_out=true"), ElementsAre("491511"));
  for (const char* person : {"491511", "491522"}) {
    const auto gone = call("DELETE", "/access/" + id_of(person));
    EXPECT_EQ(gone.status, 204) << gone.body;
  }
  const auto left = list();
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].at("address"), "491511");
  EXPECT_EQ(left[0].at("standing"), "unknown");
  EXPECT_EQ(left[0].at("opted_out_at"), "2026-09-21T14:13:20.000Z");
  EXPECT_THAT(write("491522", "hello"), HasSubstr("code")) << "a stranger again";
  EXPECT_THAT(refused("DELETE", "/access/a_0000000000000000"), HasSubstr("404"));
  EXPECT_THAT(refused("DELETE", "/access/nonsense"), HasSubstr("404"));
}

TEST_F(AccessApiTest, FindsPeopleByNumberAndNameHoweverTheyAreWritten) {
  ok("POST", "/access", R"({"addresses":["4915111111"],"standing":"allowed","name":"Ada"})");
  ok("POST", "/access", R"({"addresses":["4916222222"],"standing":"blocked","name":"Bob"})");
  EXPECT_THAT(addresses("?search=%2B49%20151"), ElementsAre("4915111111"));
  EXPECT_THAT(addresses("?search=49"), SizeIs(2));
  EXPECT_THAT(addresses("?search=bo"), ElementsAre("4916222222"));
  EXPECT_THAT(addresses("?standing=allowed"), ElementsAre("4915111111"));
  const auto page = ok("GET", "/access?limit=1");
  EXPECT_EQ(page.at("access").at(0).at("address"), "4916222222") << "newest first";
  const auto next = std::string(page.at("next").as_string());
  EXPECT_THAT(addresses("?before=" + next), ElementsAre("4915111111"));
}

TEST_F(AccessApiTest, ShowsATenantNothingOfAnother) {
  write("491511", "hello");
  const auto id = id_of("491511");
  EXPECT_THAT(call("GET", "/access", "", "beta").body, ::testing::Not(HasSubstr("491511")));
  for (const char* decision : {"approve", "reject", "block"})
    EXPECT_THAT(refused("POST", "/access/" + id + "/" + decision, "", "beta"), HasSubstr("404"));
  EXPECT_THAT(refused("DELETE", "/access/" + id, "", "beta"), HasSubstr("404"));
  const json::object code{{"code", code_of("491511")}};
  EXPECT_THAT(refused("POST", "/access/approve", json::serialize(code), "beta"), HasSubstr("404"));
  const json::object many{{"decision", "block"}, {"ids", {id}}};
  EXPECT_EQ(call("POST", "/access/decide", json::serialize(many), "beta").body, R"({"decided":0,"gone":1})");
  EXPECT_THAT(addresses("?standing=pending"), ElementsAre("491511"));
}

TEST_F(AccessApiTest, IsForWhoMayPairOnly) {
  const std::pair<const char*, const char*> routes[] = {
      {"GET", "/access"},      {"POST", "/access"},           {"POST", "/access/approve"},  {"POST", "/access/decide"},
      {"DELETE", "/access/x"}, {"POST", "/access/x/approve"}, {"POST", "/access/x/reject"}, {"POST", "/access/x/block"},
  };
  for (const auto& [method, target] : routes)
    EXPECT_THAT(refused(method, target, "", "reader"), AllOf(HasSubstr("403"), HasSubstr("pairing"))) << target;
}

TEST_F(AccessApiTest, RefusesWhatIsOddWithWordsAndChangesNothing) {
  const struct {
    const char* method;
    const char* target;
    const char* body;
    const char* words;
  } rows[] = {
      {"GET", "/access?standing=unknown", "", "standing must be allowed, pending or blocked"},
      {"GET", "/access?opted_out=yes", "", "opted_out must be true or false"},
      {"GET", "/access?limit=0", "", "limit"},
      {"GET", "/access?before=x", "", "before"},
      {"POST", "/access", "[]", "the body must be a JSON object"},
      {"POST", "/access", R"({"standing":"allowed"})", "addresses must be a list of 1 to 1000 texts"},
      {"POST", "/access", R"({"addresses":[],"standing":"allowed"})", "addresses must be a list"},
      {"POST", "/access", R"({"addresses":[4915],"standing":"allowed"})", "addresses must be a list"},
      {"POST", "/access", R"({"addresses":["491511"]})", "standing must be a text"},
      {"POST", "/access", R"({"addresses":["491511"],"standing":"pending"})", "standing must be allowed or blocked"},
      {"POST", "/access", R"({"addresses":["491511"],"standing":"allowed","number":"222"})", "222 is not one of yours"},
      {"POST", "/access", R"({"addresses":["491511"],"standing":"allowed","note":"x"})", "there are: addresses"},
      {"POST", "/access/approve", "{}", "code must be a text"},
      {"POST", "/access/decide", R"({"decision":"allow","all":true})", "decision must be approve, reject or block"},
      {"POST", "/access/decide", R"({"decision":"block"})", "Say whom"},
      {"POST", "/access/decide", R"({"decision":"block","all":false})", "Say whom"},
      {"POST", "/access/decide", R"({"decision":"block","all":true,"ids":["a"]})", "Say whom"},
      {"POST", "/access/decide", R"({"decision":"block","all":"yes"})", "all must be true or false"},
      {"POST", "/access/decide", R"({"decision":"block","ids":[]})", "ids must be a list"},
      {"POST", "/access/decide", R"({"decision":"block","all":true,"number":"222"})", "222 is not one of yours"},
  };
  write("491511", "hello");
  for (const auto& row : rows)
    EXPECT_THAT(refused(row.method, row.target, row.body), AllOf(HasSubstr("400"), HasSubstr(row.words)))
        << row.target << row.body;
  EXPECT_THAT(addresses("?standing=pending"), ElementsAre("491511"));
  EXPECT_THAT(said(), IsEmpty());
}

}  // namespace
}  // namespace claw
