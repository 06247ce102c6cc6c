#include "api/open_id_provider.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/oidc_api.hpp"
#include "support/await.hpp"
#include "support/signing_key.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace json = boost::json;

/// A provider that answers what it is told to, and notes what it was asked.
class FakeHttp final : public net::HttpClient {
 public:
  [[nodiscard]] Task<Result<net::ClientResponse>> send(net::ClientRequest request) override {
    asked.push_back(request.url);
    bodies[request.url] = request.body;
    authorizations[request.url] = net::find_header(request.headers, "Authorization");
    if (away) co_return fail(ErrorKind::kTransient, "away");
    const auto found = pages.find(request.url);
    net::ClientResponse response;
    response.status = found == pages.end() ? 404 : 200;
    if (found != pages.end()) response.body = found->second;
    co_return response;
  }
  std::map<std::string, std::string> pages;
  std::vector<std::string> asked;
  std::map<std::string, std::string> bodies, authorizations;  // by URL, of the last request
  bool away = false;
};

class OpenIdProviderTest : public ::testing::Test {
 protected:
  OpenIdProviderTest() {
    publish(configuration());
    http_.pages["https://id.example/keys"] = key_set({key_});
  }
  static json::object configuration() {
    return {{"issuer", "https://id.example"},
            {"authorization_endpoint", "https://id.example/auth"},
            {"token_endpoint", "https://id.example/token"},
            {"userinfo_endpoint", "https://id.example/me"},
            {"jwks_uri", "https://id.example/keys"}};
  }
  void publish(const json::object& object) {
    http_.pages["https://id.example/.well-known/openid-configuration"] = json::serialize(object);
  }
  void give(const SigningKey& key, bool with_email = true) {
    const auto now = to_ms(clock_.now()) / 1000;
    json::object claims{{"iss", "https://id.example"},
                        {"aud", "claw"},
                        {"sub", "4711"},
                        {"nonce", "nonce"},
                        {"exp", now + 300},
                        {"iat", now}};
    if (with_email) claims["email"] = "ada@acme.example";
    http_.pages["https://id.example/token"] =
        json::serialize(json::object{{"id_token", key.token(claims)}, {"access_token", "access"}});
  }
  Result<IdentityClaims> redeem() {
    http_.asked.clear();
    return await(io_, provider_.redeem("the code", {"state", "nonce", "verifier"}));
  }
  Result<std::string> url() { return await(io_, provider_.authorization_url({"state", "nonce", "verifier"})); }

  IoPool io_{1};
  FakeClock clock_;
  FakeHttp http_;
  const SigningKey key_ = SigningKey::p256("first");
  OpenIdProvider provider_{http_,
                           clock_,
                           {"https://id.example", "claw", SecretString(std::string("s/c")), "Sign in",
                            "https://claw.example.org/api/v1/oidc/callback"}};
};

TEST_F(OpenIdProviderTest, SendsTheBrowserThereWithAllThatTheAnswerMustFit) {
  EXPECT_EQ(url().value(),
            "https://id.example/auth?response_type=code&scope=openid%20email%20profile&client_id=claw"
            "&redirect_uri=https%3A%2F%2Fclaw.example.org%2Fapi%2Fv1%2Foidc%2Fcallback&state=state&nonce=nonce"
            "&code_challenge=iMnq5o6zALKXGivsnlom_0F5_WYda32GHkxlV7mq7hQ&code_challenge_method=S256");
}

TEST_F(OpenIdProviderTest, RedeemsACodeWithSecretAndVerifier) {
  give(key_);
  const auto who = redeem();
  ASSERT_TRUE(who) << who.error().message;
  EXPECT_EQ(who->subject, "4711");
  EXPECT_EQ(who->email, "ada@acme.example");
  EXPECT_THAT(http_.asked, ElementsAre("https://id.example/.well-known/openid-configuration",
                                       "https://id.example/token", "https://id.example/keys"));
  redeem().value();
  EXPECT_THAT(http_.asked, ElementsAre("https://id.example/token")) << "the rest is kept";
}

TEST_F(OpenIdProviderTest, GivesTheSecretAsTheProviderWantsIt) {
  give(key_);
  redeem().value();
  const std::string token = "https://id.example/token";
  const std::string asks =
      "grant_type=authorization_code&code=the%20code&redirect_uri=https%3A%2F%2Fclaw.example.org%2Fapi%2Fv1%2F"
      "oidc%2Fcallback&code_verifier=verifier";
  EXPECT_EQ(http_.bodies[token], asks);
  EXPECT_EQ(http_.authorizations[token], "Basic " + to_base64("claw:s%2Fc"));
  auto other = configuration();
  other["token_endpoint_auth_methods_supported"] = json::array{"private_key_jwt", "client_secret_post"};
  publish(other);
  clock_.advance(OpenIdProvider::kMetadataLife);
  give(key_);
  redeem().value();
  EXPECT_EQ(http_.bodies[token], asks + "&client_id=claw&client_secret=s%2Fc");
  EXPECT_EQ(http_.authorizations[token], "");
}

TEST_F(OpenIdProviderTest, LooksForNewKeysWhereATokenNamesOneAndNotOften) {
  give(key_);
  redeem().value();
  const auto second = SigningKey::p256("second");
  give(second);
  EXPECT_EQ(redeem().error().kind, ErrorKind::kInvalid);
  http_.pages["https://id.example/keys"] = key_set({key_, second});
  EXPECT_EQ(redeem().error().kind, ErrorKind::kInvalid) << "asked a moment ago";
  clock_.advance(OpenIdProvider::kKeysPause);
  give(second);
  EXPECT_TRUE(redeem());
}

TEST_F(OpenIdProviderTest, AsksForTheEmailThatATokenDoesNotSay) {
  give(key_, false);
  http_.pages["https://id.example/me"] = R"({"sub":"4711","email":"ada@acme.example","email_verified":true})";
  EXPECT_TRUE(redeem()->email_verified);
  http_.pages["https://id.example/me"] = R"({"sub":"another","email":"eve@acme.example","email_verified":true})";
  EXPECT_EQ(redeem().error().kind, ErrorKind::kInvalid);
}

TEST_F(OpenIdProviderTest, SaysThatAProviderIsAwayAndRecovers) {
  http_.away = true;
  EXPECT_EQ(url().error().kind, ErrorKind::kTransient);
  EXPECT_EQ(redeem().error().kind, ErrorKind::kTransient);
  http_.away = false;
  EXPECT_TRUE(url());
  clock_.advance(OpenIdProvider::kMetadataLife);
  http_.away = true;
  EXPECT_TRUE(url()) << "what it said last is better than nothing";
}

TEST_F(OpenIdProviderTest, UsesNoConfigurationThatIsAnotherIssuersOrLacksSomething) {
  auto other = configuration();
  other["issuer"] = "https://id.example/";
  publish(other);
  EXPECT_FALSE(url());
  for (const char* needed : {"authorization_endpoint", "token_endpoint", "jwks_uri"}) {
    auto lacking = configuration();
    lacking.erase(needed);
    publish(lacking);
    EXPECT_FALSE(url()) << needed;
    lacking[needed] = "javascript:alert(1)";
    publish(lacking);
    EXPECT_FALSE(url()) << needed;
  }
  publish(configuration());
  EXPECT_TRUE(url()) << "and recovers";
}

TEST(OwnPathTest, LeadsToNoOtherSite) {
  for (const char* ours : {"/", "/t/acme/overview", "/t/acme/conversations?x=1#y", "/a//b"})
    EXPECT_EQ(own_path(ours), ours);
  for (const char* theirs : {"", "//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\\b", "/a b",
                             "/\t/evil.example", "/\r\nSet-Cookie: x", "/ä"})
    EXPECT_EQ(own_path(theirs), "/") << theirs;
  EXPECT_EQ(own_path("/" + std::string(500, 'x')), "/");
}

}  // namespace
}  // namespace claw
