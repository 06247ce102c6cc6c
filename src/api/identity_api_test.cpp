#include "api/identity_api.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/rest_api.hpp"
#include "ledger/sqlite/sqlite_identity_store.hpp"
#include "support/accept_items.hpp"
#include "support/api_request.hpp"
#include "support/test_people.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace json = boost::json;

class IdentityApiTest : public ::testing::Test {
 protected:
  IdentityApiTest() {
    api_.add_routes(router_);
    rest_.add_routes(router_);
    tenants_.add_token(acme_, "acme");
    tenants_.add_token(beta_, "beta");
    tenants_.add_token(acme_, "reader", {Permission::kInboxRead, Permission::kSettingsRead});
  }
  ~IdentityApiTest() override { world_.store->close(); }

  net::HttpResponse call(std::string method, const std::string& target, std::string body = "",
                         const std::string& token = "acme") {
    auto request = api_request(std::move(method), target, std::move(body));
    request.headers.push_back({"Authorization", "Bearer " + token});
    return world_.run(router_.dispatch(request));
  }
  json::object ok(std::string method, const std::string& target, std::string body = "") {
    const auto response = call(std::move(method), target, std::move(body));
    EXPECT_EQ(response.status, 200) << target << response.body;
    return json::parse(response.body).as_object();
  }
  json::object refused(int status, std::string method, const std::string& target, std::string body = "",
                       const std::string& token = "acme") {
    const auto response = call(std::move(method), target, std::move(body), token);
    EXPECT_EQ(response.status, status) << target << response.body;
    return json::parse(response.body).as_object();
  }
  void receive(AcceptItem item) {
    Ledger& ledger = *world_.ledger;
    ASSERT_TRUE(world_.run(ledger.accept({std::move(item)}, ledger.fence())));
  }
  static AcceptItem in_group(const std::string& group, const std::string& text) {
    auto item = message_of(phone("491511", "Omar"), text);
    std::get<whatsapp::Message>(item.event.what).group_id = group;
    return item;
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  TenantId beta_ = tenants_.add("beta", "222");
  const PublicIds ids_{SecretString(std::string("key"))};
  sqlite::SqliteIdentityStore store_{*world_.store, world_.clock};
  Admin admin_{tenants_.store, tenants_.directory, tenants_.vault, world_.clock};
  LiveFeed feed_{world_.io, *world_.ledger, ids_, world_.clock};
  TestPeople people_{world_};
  ApiTokens tokens_{world_.io, tenants_.directory, tenants_.store, world_.clock};
  Guard guard_{tenants_.directory, tokens_, people_.people, {}};
  std::vector<IdentityChange> told_;
  IdentityApi api_{store_,       admin_, guard_,
                   world_.clock, ids_,   [this](const IdentityChange& changed) { told_.push_back(changed); }};
  RestApi rest_{*world_.ledger, guard_, feed_, world_.clock, ids_};
  net::Router router_;
};

TEST_F(IdentityApiTest, LinksAnAddressAsPeopleWriteItAndTellsWhoeverKeepsPeopleInMemory) {
  receive(text_from("491511", "a"));
  const auto linked = ok("PUT", "/api/v1/users/491511/addresses/%2B49%20(152)%202");
  EXPECT_EQ(linked.at("addresses"), json::parse(R"([{"address":"491511","kind":"phone"},
                                                    {"address":"491522","kind":"phone"}])"));
  ASSERT_THAT(told_, SizeIs(1));
  EXPECT_EQ(told_[0].tenant, acme_);
  EXPECT_THAT(told_[0].users, ElementsAre("491511"));
  ok("PUT", "/api/v1/users/491511/addresses/491522");
  EXPECT_THAT(told_, SizeIs(1)) << "nothing changed";
  EXPECT_EQ(ok("PUT", "/api/v1/users/491511/addresses/US.a").at("bsuid"), "US.a");
  EXPECT_THAT(people_.audit(), ::testing::Contains("user.link 491511"));
}

TEST_F(IdentityApiTest, NamesWhoHasAnAddressThatCannotBeLinked) {
  receive(text_from("491511", "a"));
  receive(text_from("491522", "b"));
  const auto problem = refused(409, "PUT", "/api/v1/users/491511/addresses/491522");
  EXPECT_EQ(problem.at("user"), "491522");
  EXPECT_THAT(std::string(problem.at("detail").as_string()), HasSubstr("merge"));
  EXPECT_THAT(told_, IsEmpty());
  refused(400, "PUT", "/api/v1/users/491511/addresses/nonsense");
  refused(404, "PUT", "/api/v1/users/491511/addresses/491533", "", "beta");
  refused(403, "PUT", "/api/v1/users/491511/addresses/491533", "", "reader");
}

TEST_F(IdentityApiTest, TakesAnAddressAwayButNeverTheLast) {
  receive(text_from("491511", "a"));
  ok("PUT", "/api/v1/users/491511/addresses/491522");
  const auto left = ok("DELETE", "/api/v1/users/491511/addresses/491511");
  EXPECT_EQ(left.at("phone"), "491522");
  ok("DELETE", "/api/v1/users/491511/addresses/491511");
  refused(409, "DELETE", "/api/v1/users/491511/addresses/491522");
  EXPECT_EQ(people_.audit().back(), "user.unlink 491511");
}

TEST_F(IdentityApiTest, MergesTwoUsersAndTheOldIdFindsTheOneThatStays) {
  receive(text_from("491511", "a"));
  receive(text_from("491522", "b"));
  const auto merged = ok("POST", "/api/v1/users/491522/merge", R"({"user":"491511"})");
  EXPECT_EQ(merged.at("id"), "491522");
  EXPECT_EQ(merged.at("also_known_as"), json::parse(R"(["491511"])"));
  EXPECT_THAT(merged.at("conversations").as_array(), SizeIs(1));
  ASSERT_THAT(told_, SizeIs(1));
  EXPECT_THAT(told_[0].joined, SizeIs(1));
  EXPECT_EQ(ok("GET", "/api/v1/users/491511").at("id"), "491522");
  refused(409, "POST", "/api/v1/users/491522/merge", R"({"user":"491511"})");
  refused(400, "POST", "/api/v1/users/491522/merge", R"({"users":"491511"})");
  refused(404, "POST", "/api/v1/users/491522/merge", R"({"user":"nobody"})");
  refused(403, "POST", "/api/v1/users/491522/merge", R"({"user":"491511"})", "reader");
  EXPECT_EQ(people_.audit().back(), "user.merge 491522");
}

TEST_F(IdentityApiTest, ShowsGroupsWithTheirAuthorsAndSetsWhichAreAnswered) {
  receive(in_group("G1", "who brings the cake?"));
  auto group = ok("GET", "/api/v1/groups").at("groups").at(0).as_object();
  EXPECT_EQ(group.at("id"), "G1");
  EXPECT_EQ(group.at("number"), "111");
  EXPECT_TRUE(group.at("name").is_null());
  EXPECT_EQ(group.at("answered"), false);
  const std::string conversation(group.at("conversation").as_string());
  const auto message =
      ok("GET", "/api/v1/conversations/" + conversation + "/messages").at("messages").at(0).as_object();
  EXPECT_EQ(message.at("author"), json::parse(R"({"address":"491511","name":"Omar"})"));
  EXPECT_EQ(message.at("user"), json::parse(R"({"id":"group:G1","name":null,"kind":"group"})"));
  EXPECT_EQ(ok("GET", "/api/v1/users/group:G1").at("kind"), "group");
  EXPECT_EQ(ok("GET", "/api/v1/users/491511").at("kind"), "person");

  EXPECT_EQ(ok("PUT", "/api/v1/groups/G1", R"({"answered":true})").at("answered"), true);
  EXPECT_TRUE(tenants_.directory.by_id(acme_)->answers_group("G1")) << "in force at once";
  ok("PUT", "/api/v1/groups/G1", R"({"answered":true})");
  EXPECT_EQ(people_.audit().back(), "group.set G1");
  EXPECT_EQ(std::ranges::count(people_.audit(), "group.set G1"), 1) << "the same again changes nothing";
  receive(in_group("G2", "another"));
  ok("PUT", "/api/v1/groups/G2", R"({"answered":true})");
  EXPECT_EQ(ok("PUT", "/api/v1/groups/G1", R"({"answered":false})").at("answered"), false);
  EXPECT_THAT(tenants_.directory.by_id(acme_)->groups_answered, ElementsAre("G2"));

  refused(400, "PUT", "/api/v1/groups/G1", "{}");
  refused(404, "PUT", "/api/v1/groups/G3", R"({"answered":true})");
  refused(404, "PUT", "/api/v1/groups/G1", R"({"answered":true})", "beta");
  refused(403, "PUT", "/api/v1/groups/G1", R"({"answered":true})", "reader");
  EXPECT_EQ(ok("GET", "/api/v1/groups?limit=1").at("next"), "G1");
  EXPECT_EQ(ok("GET", "/api/v1/groups?limit=1&after=G1").at("groups").at(0).at("id"), "G2");
  refused(400, "GET", "/api/v1/groups?limit=0");
}

}  // namespace
}  // namespace claw
