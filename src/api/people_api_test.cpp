#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/members_api.hpp"
#include "api/rest_api.hpp"
#include "api/session_cookie.hpp"
#include "api/sign_in_api.hpp"
#include "base/totp.hpp"
#include "support/api_request.hpp"
#include "support/test_people.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
namespace json = boost::json;

/// A browser, as far as the API sees one: it keeps the cookie, and has a page that knows the session's csrf.
struct Browser {
  std::string cookie;
  std::string csrf;
  std::string tenant;
};

class PeopleApiTest : public ::testing::Test {
 protected:
  PeopleApiTest() {
    rest_.add_routes(router_);
    sign_in_.add_routes(router_);
    members_.add_routes(router_);
    ada_ = people_.add_member("ada@acme.example", acme_, Role::kOwner);
    bob_ = people_.add_member("bob@acme.example", acme_, Role::kAdmin);
    vera_ = people_.add_member("vera@acme.example", acme_, Role::kViewer);
    people_.add_member("zoe@beta.example", beta_, Role::kOwner);
    people_.add("root@example.org", true);
    tenants_.add_token(acme_, "acme");
  }
  ~PeopleApiTest() override { world_.store->close(); }

  net::HttpResponse send(std::string method, const std::string& target, const std::string& body = "",
                         std::vector<net::HttpHeader> headers = {}) {
    auto request = api_request(std::move(method), target, body, std::move(headers));
    auto response = world_.run(router_.dispatch(request));
    all_answers_ += response.body;
    return response;
  }
  net::HttpResponse send(const Browser& browser, std::string method, const std::string& target,
                         const std::string& body = "", std::vector<net::HttpHeader> headers = {}) {
    headers.push_back({"Cookie", "other=1; claw_session=" + browser.cookie});
    if (!browser.csrf.empty()) headers.push_back({"X-CSRF-Token", browser.csrf});
    if (!browser.tenant.empty()) headers.push_back({"X-Claw-Tenant", browser.tenant});
    return send(std::move(method), target, body, std::move(headers));
  }
  /// The browser after an answer: what it set, and what the page read.
  static Browser browser_of(const net::HttpResponse& response, std::string tenant = "acme") {
    Browser browser{.cookie = {}, .csrf = {}, .tenant = std::move(tenant)};
    const std::string set(net::find_header(response.headers, "Set-Cookie"));
    EXPECT_THAT(set, StartsWith("claw_session="));
    browser.cookie = set.substr(13, set.find(';') - 13);
    browser.csrf = json::parse(response.body).at("csrf").as_string();
    return browser;
  }
  static std::string credentials(const std::string& email, const std::string& password = TestPeople::kPassword) {
    return json::serialize(json::object{{"email", email}, {"password", password}});
  }
  Browser sign_in(const std::string& email, std::string tenant = "acme") {
    const auto response = send("POST", "/api/v1/session", credentials(email));
    EXPECT_EQ(response.status, 200) << response.body;
    return browser_of(response, std::move(tenant));
  }
  std::string id(PersonId person) { return ids_.name('p', person.value); }
  json::object member(const Browser& browser, PersonId person) {
    const auto page = json::parse(send(browser, "GET", "/api/v1/members").body);
    for (const auto& entry : page.at("members").as_array())
      if (entry.at("id").as_string() == id(person)) return entry.as_object();
    return {};
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TestPeople people_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  TenantId beta_ = tenants_.add("beta", "222");
  const PublicIds ids_{SecretString(std::string("key"))};
  LiveFeed feed_{world_.io, *world_.ledger, ids_, world_.clock};
  ApiTokens tokens_{world_.io, tenants_.directory, tenants_.store, world_.clock};
  Guard guard_{tenants_.directory, tokens_, people_.people, {}};
  RestApi rest_{*world_.ledger, guard_, feed_, world_.clock, ids_};
  SignInApi sign_in_{guard_,
                     tenants_.directory,
                     people_.people,
                     people_.sign_ins,
                     people_.account,
                     people_.second_factor,
                     feed_,
                     ids_,
                     true,
                     ""};
  MembersApi members_{guard_, people_.store, people_.people, feed_, world_.clock, ids_, "https://claw.example.org"};
  net::Router router_;
  PersonId ada_, bob_, vera_;
  std::string all_answers_;
};

TEST_F(PeopleApiTest, SignsInWithACookieThatNoScriptCanReadAndSaysWhatThePersonMay) {
  const auto response = send("POST", "/api/v1/session", credentials("Vera@acme.example"));
  EXPECT_EQ(response.status, 200);
  const auto set = net::find_header(response.headers, "Set-Cookie");
  EXPECT_THAT(std::string(set), HasSubstr("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure"));
  const auto vera = browser_of(response);
  EXPECT_THAT(all_answers_, Not(HasSubstr(vera.cookie))) << "the token is in the cookie and nowhere else";
  const auto shown = json::parse(send(vera, "GET", "/api/v1/session").body);
  EXPECT_EQ(shown, json::parse(response.body));
  EXPECT_EQ(shown.at("person").at("email").as_string(), "vera@acme.example");
  EXPECT_EQ(json::serialize(shown.at("tenants")),
            R"([{"name":"acme","role":"viewer","permissions":["inbox.read","settings.read"]}])");
}

TEST_F(PeopleApiTest, TellsNobodyWhetherThereIsAnAccount) {
  const auto wrong = send("POST", "/api/v1/session", credentials("ada@acme.example", "wrong password 1"));
  const auto unknown = send("POST", "/api/v1/session", credentials("who@acme.example", "wrong password 1"));
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(wrong.body, unknown.body);
  EXPECT_EQ(net::find_header(wrong.headers, "Set-Cookie"), "");
}

TEST_F(PeopleApiTest, HoldsUpWhoGuesses) {
  net::HttpResponse last;
  for (int i = 0; i < 7; ++i) last = send("POST", "/api/v1/session", credentials("ada@acme.example", "wrong"));
  EXPECT_EQ(last.status, 429);
  EXPECT_EQ(net::find_header(last.headers, "Retry-After"), "60");
}

TEST_F(PeopleApiTest, LetsAPersonIntoTheirTenantsByHeaderOrQuery) {
  auto vera = sign_in("vera@acme.example");
  EXPECT_EQ(send(vera, "GET", "/api/v1/messages").status, 200);
  vera.tenant = "";
  EXPECT_EQ(send(vera, "GET", "/api/v1/messages?tenant=acme").status, 200);
  EXPECT_EQ(send(vera, "GET", "/api/v1/messages").status, 400);
  for (const char* strange : {"beta", "nobody", "ACME", "acme "}) {
    vera.tenant = strange;
    EXPECT_EQ(send(vera, "GET", "/api/v1/messages").status, 404) << strange;
  }
}

TEST_F(PeopleApiTest, AnswersForAStrangersTenantAsIfThereWasNone) {
  auto vera = sign_in("vera@acme.example", "beta");
  const auto theirs = send(vera, "GET", "/api/v1/messages");
  vera.tenant = "nobody";
  EXPECT_EQ(theirs.body, send(vera, "GET", "/api/v1/messages").body);
}

TEST_F(PeopleApiTest, HoldsEachRoleToItsPermissions) {
  const auto vera = sign_in("vera@acme.example");
  EXPECT_EQ(send(vera, "GET", "/api/v1/numbers").status, 200);
  EXPECT_EQ(send(vera, "PUT", "/api/v1/kv/k", R"({"value":"x"})").status, 403);
  EXPECT_EQ(send(vera, "GET", "/api/v1/members").status, 403);
  const auto bob = sign_in("bob@acme.example");
  EXPECT_EQ(send(bob, "PUT", "/api/v1/kv/k", R"({"value":"x"})").status, 200);
  EXPECT_EQ(send(bob, "GET", "/api/v1/members").status, 200);
}

TEST_F(PeopleApiTest, LetsAPlatformAdminIntoEveryTenant) {
  auto root = sign_in("root@example.org", "beta");
  EXPECT_EQ(send(root, "GET", "/api/v1/members").status, 200);
  const auto shown = json::parse(send(root, "GET", "/api/v1/session").body);
  EXPECT_THAT(shown.at("tenants").as_array(), SizeIs(2));
  EXPECT_EQ(shown.at("tenants").at(0).at("role").as_string(), "platform");
}

TEST_F(PeopleApiTest, TakesNoWriteThatAnotherSitesPageCouldSend) {
  auto bob = sign_in("bob@acme.example");
  const auto csrf = bob.csrf;
  for (const std::string& wrong : {std::string(), csrf.substr(1), csrf + "x", bob.cookie}) {
    bob.csrf = wrong;
    EXPECT_EQ(send(bob, "PUT", "/api/v1/kv/k", R"({"value":"x"})").status, 403) << wrong;
    EXPECT_EQ(send(bob, "DELETE", "/api/v1/sessions").status, 403);
    EXPECT_EQ(send(bob, "GET", "/api/v1/messages").status, 200) << "reading changes nothing";
  }
  bob.csrf = csrf;
  for (const char* site : {"cross-site", "same-site"})
    EXPECT_EQ(send(bob, "PUT", "/api/v1/kv/k", R"({"value":"x"})", {{"Sec-Fetch-Site", site}}).status, 403);
  EXPECT_EQ(send("POST", "/api/v1/session", credentials("bob@acme.example"), {{"Sec-Fetch-Site", "cross-site"}}).status,
            403)
      << "nor is anybody signed in by one";
  EXPECT_EQ(send(bob, "PUT", "/api/v1/kv/k", R"({"value":"x"})", {{"Sec-Fetch-Site", "same-origin"}}).status, 200);
  EXPECT_NE(csrf, sign_in("bob@acme.example").csrf) << "each session has its own";
}

TEST_F(PeopleApiTest, LetsATokenDoAsBeforeAndNothingThatIsForPeople) {
  const std::vector<net::HttpHeader> token{{"Authorization", "Bearer acme"}};
  EXPECT_EQ(send("PUT", "/api/v1/kv/k", R"({"value":"x"})", token).status, 200) << "programs need no csrf";
  EXPECT_EQ(send("GET", "/api/v1/session", "", token).status, 403);
  EXPECT_EQ(send("DELETE", "/api/v1/sessions", "", token).status, 403);
  const auto bob = sign_in("bob@acme.example");
  EXPECT_EQ(send(bob, "GET", "/api/v1/messages", "", {{"Authorization", "Bearer wrong"}}).status, 401)
      << "a cookie does not make a wrong token right";
}

TEST_F(PeopleApiTest, EndsAccessWithTheNextRequest) {
  const auto vera = sign_in("vera@acme.example");
  const auto stream = api_request("GET", "/api/v1/stream?tenant=acme", "", {{"Cookie", "claw_session=" + vera.cookie}});
  const auto allowed = guard_.still_allowed(stream, Permission::kInboxRead);
  EXPECT_TRUE(allowed());
  const auto ada = sign_in("ada@acme.example");
  EXPECT_EQ(send(ada, "DELETE", "/api/v1/members/" + id(vera_)).status, 204);
  EXPECT_EQ(send(vera, "GET", "/api/v1/messages").status, 404);
  EXPECT_FALSE(allowed()) << "an open stream ends too";
  EXPECT_EQ(send(vera, "GET", "/api/v1/session").status, 200) << "the account is another matter";
  const auto out = send(vera, "DELETE", "/api/v1/session");
  EXPECT_EQ(out.status, 204);
  EXPECT_THAT(std::string(net::find_header(out.headers, "Set-Cookie")), HasSubstr("claw_session=; Path=/; Max-Age=0"));
  EXPECT_EQ(send(vera, "GET", "/api/v1/session").status, 401);
}

TEST_F(PeopleApiTest, ShowsSessionsAndEndsThemEverywhere) {
  const auto here = sign_in("ada@acme.example");
  const auto there = sign_in("ada@acme.example");
  sign_in("bob@acme.example");
  const auto list = json::parse(send(here, "GET", "/api/v1/sessions").body).at("sessions").as_array();
  ASSERT_THAT(list, SizeIs(2));
  EXPECT_TRUE(list[0].at("current").as_bool());
  EXPECT_FALSE(list[1].at("current").as_bool());
  EXPECT_EQ(list[0].at("from").as_string(), "192.0.2.1");
  EXPECT_EQ(send(there, "DELETE", "/api/v1/sessions").status, 204);
  EXPECT_EQ(send(here, "GET", "/api/v1/session").status, 401);
  EXPECT_EQ(send(there, "GET", "/api/v1/session").status, 401);
}

TEST_F(PeopleApiTest, ShowsOfABrowserWhatCanBeShown) {
  const auto response =
      send("POST", "/api/v1/session", credentials("ada@acme.example"), {{"User-Agent", std::string(400, 'x')}});
  const auto other = send("POST", "/api/v1/session", credentials("ada@acme.example"), {{"User-Agent", "a\xFF z"}});
  const auto list = json::parse(send(browser_of(response), "GET", "/api/v1/sessions").body).at("sessions").as_array();
  EXPECT_EQ(list[0].at("agent").as_string(), std::string(300, 'x'));
  EXPECT_EQ(list[1].at("agent").as_string(), "a\uFFFD z");
}

TEST_F(PeopleApiTest, ChangesPasswordAndName) {
  const auto ada = sign_in("ada@acme.example");
  const auto put = [&](const char* what, const json::object& body) {
    return send(ada, "PUT", std::string("/api/v1/session/") + what, json::serialize(body));
  };
  EXPECT_EQ(put("password", {{"old", "wrong"}, {"new", "another horse battery"}}).status, 403);
  EXPECT_EQ(put("password", {{"old", TestPeople::kPassword}, {"new", "short"}}).status, 400);
  EXPECT_EQ(put("password", {{"old", TestPeople::kPassword}, {"new", "another horse battery"}}).status, 204);
  EXPECT_EQ(send("POST", "/api/v1/session", credentials("ada@acme.example")).status, 401);
  EXPECT_EQ(send("POST", "/api/v1/session", credentials("ada@acme.example", "another horse battery")).status, 200);
  EXPECT_EQ(put("profile", {{"name", ""}}).status, 400);
  const auto named = put("profile", {{"name", " Ada L. "}});
  EXPECT_EQ(json::parse(named.body).at("person").at("name").as_string(), "Ada L.");
}

TEST_F(PeopleApiTest, AsksForTheSecondFactorWhereItIsOn) {
  const auto ada = sign_in("ada@acme.example");
  const auto begun = json::parse(send(ada, "POST", "/api/v1/session/totp").body);
  const std::string secret(begun.at("secret").as_string());
  EXPECT_THAT(std::string(begun.at("uri").as_string()), HasSubstr("secret=" + secret));
  EXPECT_EQ(send(ada, "PUT", "/api/v1/session/totp", R"({"code":"000"})").status, 400);
  const auto now = [&](int steps_later = 0) {
    const auto row = world_.run(people_.store.person(ada_)).value();
    const auto opened = people_.vault.open(TenantId{}, "totp/" + std::to_string(ada_.value), row.totp).value();
    return totp_code(opened.expose(), totp_step(world_.clock.now()) + steps_later);
  };
  const auto on = send(ada, "PUT", "/api/v1/session/totp", json::serialize(json::object{{"code", now()}}));
  ASSERT_EQ(on.status, 200) << on.body;
  const auto recovery = json::parse(on.body).at("recovery_codes").as_array();
  ASSERT_THAT(recovery, SizeIs(10));
  EXPECT_EQ(send(ada, "POST", "/api/v1/session/totp").status, 409);
  EXPECT_TRUE(json::parse(send(ada, "GET", "/api/v1/session").body).at("person").at("totp").as_bool());
  const auto try_with = [&](const std::string& code) {
    json::object body{{"email", "ada@acme.example"}, {"password", TestPeople::kPassword}, {"code", code}};
    return send("POST", "/api/v1/session", json::serialize(body));
  };
  const auto missing = try_with("");
  EXPECT_EQ(missing.status, 401);
  EXPECT_TRUE(json::parse(missing.body).at("totp_required").as_bool());
  EXPECT_EQ(try_with(now()).status, 401) << "the code that turned it on was used";
  const auto next = now(1);
  EXPECT_EQ(try_with(next).status, 200);
  EXPECT_EQ(try_with(next).status, 401) << "once";
  const std::string spare(recovery[0].as_string());
  EXPECT_EQ(try_with(spare).status, 200);
  EXPECT_EQ(try_with(spare).status, 401) << "once";
  EXPECT_EQ(send(ada, "DELETE", "/api/v1/session/totp", R"({"password":"wrong"})").status, 403);
  EXPECT_EQ(send(ada, "DELETE", "/api/v1/session/totp", R"({"password":"correct horse battery"})").status, 204);
  EXPECT_EQ(send(ada, "DELETE", "/api/v1/session/totp", R"({"password":"correct horse battery"})").status, 409);
  EXPECT_EQ(try_with("").status, 200) << "and recovers";
  EXPECT_THAT(people_.audit(), IsSupersetOf({"person.totp_on ada@acme.example", "person.totp_off ada@acme.example"}));
}

TEST_F(PeopleApiTest, HoldsUpWhoKnowsThePasswordAndGuessesTheCode) {
  const auto ada = people_.people.by_id(ada_);
  ASSERT_TRUE(world_.run(people_.second_factor.begin(ada)));
  ASSERT_TRUE(world_.run(people_.store.turn_totp_on(ada_, 0, {}, {})));
  people_.reload();
  json::object body{{"email", "ada@acme.example"}, {"password", TestPeople::kPassword}};
  int tries = 0;
  for (int status = 401; status == 401 && tries < 50; ++tries) {
    body.erase("code");
    EXPECT_NE(send("POST", "/api/v1/session", json::serialize(body)).status, 200);
    body["code"] = "1234567";
    status = send("POST", "/api/v1/session", json::serialize(body)).status;
  }
  EXPECT_LE(tries, 7) << "asking for the code between guesses gains nothing";
}

TEST_F(PeopleApiTest, InvitesByALinkThatIsShownOnce) {
  const auto bob = sign_in("bob@acme.example");
  const auto made = send(bob, "POST", "/api/v1/invitations", R"({"email":"New@acme.example","role":"operator"})");
  EXPECT_EQ(made.status, 201);
  const std::string link(json::parse(made.body).at("link").as_string());
  EXPECT_THAT(link, StartsWith("https://claw.example.org/join#"));
  const std::string code = link.substr(link.find('#') + 1);
  EXPECT_THAT(send(bob, "GET", "/api/v1/members").body, Not(HasSubstr(code)));
  EXPECT_EQ(send("GET", "/api/v1/invitations/" + code).body,
            R"({"email":"new@acme.example","tenant":"acme","role":"operator"})");
  const auto join = json::serialize(
      json::object{{"code", code}, {"name", "New"}, {"password", TestPeople::kPassword}, {"email", "x@y.example"}});
  const auto joined = send("POST", "/api/v1/invitations/accept", join);
  EXPECT_EQ(joined.status, 201) << joined.body;
  EXPECT_EQ(send(browser_of(joined), "PUT", "/api/v1/kv/k", R"({"value":"x"})").status, 200);
  EXPECT_EQ(send("GET", "/api/v1/invitations/" + code).status, 404);
  EXPECT_EQ(send("POST", "/api/v1/invitations/accept", join).status, 404);
  EXPECT_EQ(send(bob, "POST", "/api/v1/invitations", R"({"email":"new@acme.example","role":"viewer"})").status, 409);
}

TEST_F(PeopleApiTest, LetsWhoIsSignedInJoinByTheCodeAlone) {
  const auto ada = sign_in("ada@acme.example");
  const auto made = send(ada, "POST", "/api/v1/invitations", R"({"email":"zoe@beta.example","role":"owner"})");
  const std::string link(json::parse(made.body).at("link").as_string());
  const auto body = json::serialize(json::object{{"code", link.substr(link.find('#') + 1)}});
  EXPECT_EQ(send("POST", "/api/v1/invitations/accept", body).status, 409) << "there is an account: sign in first";
  EXPECT_EQ(send(ada, "POST", "/api/v1/invitations/accept", body).status, 404) << "it is not hers";
  const auto zoe = sign_in("zoe@beta.example");
  const auto joined = send(zoe, "POST", "/api/v1/invitations/accept", body);
  EXPECT_EQ(joined.status, 201);
  EXPECT_THAT(json::parse(joined.body).at("tenants").as_array(), SizeIs(2));
  EXPECT_EQ(send(zoe, "GET", "/api/v1/members").status, 200);
}

TEST_F(PeopleApiTest, TakesInvitationsBackOfItsOwnTenantOnly) {
  const auto bob = sign_in("bob@acme.example");
  const auto zoe = sign_in("zoe@beta.example", "beta");
  const auto made = send(bob, "POST", "/api/v1/invitations", R"({"email":"new@acme.example","role":"viewer"})");
  const std::string path = "/api/v1/invitations/" + std::string(json::parse(made.body).at("id").as_string());
  EXPECT_EQ(send(zoe, "DELETE", path).status, 404);
  EXPECT_EQ(send(bob, "DELETE", path).status, 204);
  EXPECT_EQ(send(bob, "DELETE", path).status, 404);
}

TEST_F(PeopleApiTest, LetsOnlyOwnersMakeAndRemoveOwners) {
  const auto ada = sign_in("ada@acme.example");
  const auto bob = sign_in("bob@acme.example");
  EXPECT_EQ(send(bob, "PATCH", "/api/v1/members/" + id(vera_), R"({"role":"owner"})").status, 403);
  EXPECT_EQ(send(bob, "DELETE", "/api/v1/members/" + id(ada_)).status, 403);
  EXPECT_EQ(send(bob, "POST", "/api/v1/invitations", R"({"email":"x@acme.example","role":"owner"})").status, 403);
  EXPECT_EQ(
      send("PATCH", "/api/v1/members/" + id(vera_), R"({"role":"owner"})", {{"Authorization", "Bearer acme"}}).status,
      403);
  EXPECT_EQ(send(ada, "DELETE", "/api/v1/members/" + id(ada_)).status, 409) << "the last owner";
  EXPECT_EQ(send(ada, "PATCH", "/api/v1/members/" + id(ada_), R"({"role":"admin"})").status, 409);
  EXPECT_EQ(send(ada, "PATCH", "/api/v1/members/" + id(bob_), R"({"role":"owner"})").status, 200);
  EXPECT_EQ(send(bob, "DELETE", "/api/v1/members/" + id(ada_)).status, 204) << "and recovers";
  EXPECT_EQ(send(ada, "GET", "/api/v1/members").status, 404);
}

TEST_F(PeopleApiTest, LetsATokenGiveNobodyMoreThanItHas) {
  tenants_.add_token(acme_, "inviter", {Permission::kMembers});
  const std::vector<net::HttpHeader> token{{"Authorization", "Bearer inviter"}};
  EXPECT_EQ(send("POST", "/api/v1/invitations", R"({"email":"x@acme.example","role":"admin"})", token).status, 403);
  EXPECT_EQ(send("PATCH", "/api/v1/members/" + id(vera_), R"({"role":"admin"})", token).status, 403);
  const std::vector<net::HttpHeader> whole{{"Authorization", "Bearer acme"}};
  EXPECT_EQ(send("POST", "/api/v1/invitations", R"({"email":"x@acme.example","role":"admin"})", whole).status, 201);
}

TEST_F(PeopleApiTest, TakesBackWhatARemovedMemberPromisedOthers) {
  const auto bob = sign_in("bob@acme.example");
  const auto made = send(bob, "POST", "/api/v1/invitations", R"({"email":"new@acme.example","role":"admin"})");
  const std::string link(json::parse(made.body).at("link").as_string());
  const std::string code = link.substr(link.find('#') + 1);
  EXPECT_EQ(send("GET", "/api/v1/invitations/" + code).status, 200);
  EXPECT_EQ(send(sign_in("ada@acme.example"), "DELETE", "/api/v1/members/" + id(bob_)).status, 204);
  EXPECT_EQ(send("GET", "/api/v1/invitations/" + code).status, 404);
}

TEST_F(PeopleApiTest, ChangesAMemberOnlyAsItWasRead) {
  const auto ada = sign_in("ada@acme.example");
  const auto path = "/api/v1/members/" + id(vera_);
  const std::string version = "\"" + std::string(member(ada, vera_).at("version").as_string()) + "\"";
  const auto patch = [&](const char* role) {
    return send(ada, "PATCH", path, std::string(R"({"role":")") + role + "\"}", {{"If-Match", version}}).status;
  };
  EXPECT_EQ(patch("operator"), 200);
  EXPECT_EQ(patch("admin"), 412);
  EXPECT_EQ(member(ada, vera_).at("role").as_string(), "operator");
  EXPECT_EQ(send(ada, "DELETE", path, "", {{"If-Match", version}}).status, 412);
  EXPECT_EQ(send(ada, "PATCH", path, R"({"role":"platform"})").status, 400);
  EXPECT_EQ(send(ada, "PATCH", "/api/v1/members/p_0000000000000000", R"({"role":"admin"})").status, 404);
}

TEST_F(PeopleApiTest, SetsUpTheFirstAdminOnce) {
  EXPECT_EQ(send("GET", "/api/v1/setup").body, R"({"needed":false})");
  const auto body = R"({"code":"x","email":"a@b.example","name":"A","password":"correct horse battery"})";
  EXPECT_EQ(send("POST", "/api/v1/setup", body).status, 409);
  const auto root = people_.people.by_email("root@example.org");
  ASSERT_TRUE(world_.run(people_.store.set_enabled(root->id, false, {})));
  people_.reload();
  EXPECT_EQ(send("GET", "/api/v1/setup").body, R"({"needed":true})");
  EXPECT_EQ(send("POST", "/api/v1/setup", body).status, 404);
  json::object right = json::parse(body).as_object();
  right["code"] = world_.run(people_.sign_ins.new_setup_code()).value();
  const auto made = send("POST", "/api/v1/setup", json::serialize(right));
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_TRUE(json::parse(made.body).at("person").at("platform_admin").as_bool());
  EXPECT_EQ(send(browser_of(made, "beta"), "GET", "/api/v1/members").status, 200);
}

TEST_F(PeopleApiTest, RefusesBodiesThatAreNone) {
  const auto ada = sign_in("ada@acme.example");
  for (const char* body : {"", "[]", "{", R"({"email":1,"password":"x"})", R"({"email":"x"})"})
    EXPECT_EQ(send("POST", "/api/v1/session", body).status, 400) << body;
  EXPECT_EQ(send(ada, "POST", "/api/v1/invitations", R"({"email":"none","role":"viewer"})").status, 400);
  EXPECT_EQ(send(ada, "POST", "/api/v1/invitations", R"({"email":"a@b.example","role":"king"})").status, 400);
}

TEST_F(PeopleApiTest, WritesDownWhoChangedWhom) {
  const auto ada = sign_in("ada@acme.example");
  send(ada, "PATCH", "/api/v1/members/" + id(vera_), R"({"role":"operator"})");
  send(ada, "POST", "/api/v1/invitations", R"({"email":"new@acme.example","role":"viewer"})");
  send(ada, "DELETE", "/api/v1/members/" + id(vera_));
  EXPECT_THAT(people_.audit(), IsSupersetOf({"person.sign_in ada@acme.example", "member.role vera@acme.example",
                                             "member.invite new@acme.example", "member.remove vera@acme.example"}));
  sqlite::SqliteAuditLog log(*world_.store);
  const auto row = world_.run(log.entries(acme_, {})).value().at(0);
  EXPECT_EQ(row.who_kind, "person");
  EXPECT_EQ(row.who, "ada@acme.example");
  EXPECT_EQ(row.who_id, ada_.value);
  EXPECT_EQ(row.from, "192.0.2.1");
}

}  // namespace
}  // namespace claw
