#include "api/id_token.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/signing_key.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::HasSubstr;
using ::testing::SizeIs;
namespace json = boost::json;

constexpr std::int64_t kNow = 1'790'000'000;

class IdTokenTest : public ::testing::Test {
 protected:
  static json::object claims() {
    return {{"iss", "https://id.example"},
            {"aud", "claw"},
            {"sub", "4711"},
            {"nonce", "once"},
            {"exp", kNow + 300},
            {"iat", kNow},
            {"email", "Ada@acme.example"},
            {"email_verified", true},
            {"name", "Ada"}};
  }
  static json::object with(const char* name, json::value value) {
    auto changed = claims();
    changed[name] = std::move(value);
    return changed;
  }
  static json::object without(const char* name) {
    auto changed = claims();
    changed.erase(name);
    return changed;
  }
  Result<IdentityClaims> read(const std::string& token) {
    return read_id_token(token, keys_, {"https://id.example", "claw", "once", from_ms(kNow * 1000)});
  }
  /// Why it is refused; empty if it is not.
  std::string refusal(const std::string& token) {
    const auto answer = read(token);
    return answer ? "" : answer.error().message;
  }

  const SigningKey rsa_ = SigningKey::rsa("r1");
  const SigningKey p256_ = SigningKey::p256("e1");
  const IssuerKeys keys_ = read_issuer_keys(key_set({rsa_, p256_})).value();
};

TEST_F(IdTokenTest, SaysWhoItIsForBothKindsOfSignature) {
  for (const auto* key : {&rsa_, &p256_}) {
    const auto said = read(key->token(claims()));
    ASSERT_TRUE(said) << said.error().message;
    EXPECT_EQ(said->subject, "4711");
    EXPECT_EQ(said->email, "Ada@acme.example");
    EXPECT_TRUE(said->email_verified);
    EXPECT_EQ(said->name, "Ada");
  }
}

TEST_F(IdTokenTest, BelievesNoSignatureThatIsNotOfTheProvider) {
  for (const auto* key : {&rsa_, &p256_}) {
    const std::string token = key->token(claims());
    for (std::size_t at = 0; at < token.size(); at += 7) {
      std::string damaged = token;
      damaged[at] = damaged[at] == 'A' ? 'B' : 'A';
      if (damaged != token) EXPECT_FALSE(read(damaged)) << at;
      EXPECT_FALSE(read(token.substr(0, at))) << at;
    }
  }
  EXPECT_THAT(refusal(SigningKey::rsa("r1").token(claims())), HasSubstr("signature is wrong"));
  EXPECT_THAT(refusal(SigningKey::p256("e1").token(claims())), HasSubstr("signature is wrong"));
  EXPECT_EQ(read(SigningKey::rsa("r2").token(claims())).error().kind, ErrorKind::kNotFound) << "keys may have changed";
}

TEST_F(IdTokenTest, TakesNoOtherAlgorithmWhateverTheTokenSays) {
  for (const char* algorithm : {"none", "HS256", "RS384", "ES384", "PS256", ""})
    EXPECT_THAT(refusal(rsa_.token(claims(), {{"alg", algorithm}})), HasSubstr("neither")) << algorithm;
  EXPECT_FALSE(read(rsa_.token(claims(), {{"alg", "ES256"}})));
  EXPECT_FALSE(read(p256_.token(claims(), {{"alg", "RS256"}})));
  EXPECT_FALSE(read(rsa_.token(claims(), {{"crit", json::array{"exp"}}})));
  const std::string token = rsa_.token(claims(), {{"alg", "none"}});
  EXPECT_FALSE(read(token.substr(0, token.rfind('.') + 1)));
}

TEST_F(IdTokenTest, IsRefusedUnlessItAnswersThisSignIn) {
  const std::pair<json::object, const char*> rows[] = {
      {with("iss", "https://id.example/"), "another issuer"},
      {with("aud", "other"), "another client"},
      {with("aud", json::array{"other"}), "another client"},
      {with("aud", json::array{"claw", "other"}), "another client"},
      {with("azp", "other"), "another client"},
      {with("aud", nullptr), "another client"},
      {with("nonce", "other"), "not the answer"},
      {without("nonce"), "not the answer"},
      {with("exp", kNow - 60), "expired"},
      {without("exp"), "expired"},
      {with("exp", "never"), "expired"},
      {with("exp", 1e300), "expired"},
      {with("iat", kNow + 61), "from the future"},
      {without("iat"), "from the future"},
      {with("sub", ""), "nobody"},
      {without("sub"), "nobody"},
  };
  for (const auto& [changed, words] : rows)
    EXPECT_THAT(refusal(rsa_.token(changed)), HasSubstr(words)) << json::serialize(changed);
  EXPECT_EQ(refusal(rsa_.token(with("exp", kNow - 59))), "") << "clocks differ a little";
  EXPECT_EQ(refusal(rsa_.token(with("aud", json::array{"claw"}))), "");
  auto several = with("aud", json::array{"claw", "other"});
  several["azp"] = "claw";
  EXPECT_EQ(refusal(rsa_.token(several)), "");
}

TEST_F(IdTokenTest, CallsAnEmailVerifiedOnlyWhereTheProviderDoes) {
  for (const json::value& no : {json::value(false), json::value(nullptr), json::value("yes"), json::value(1)})
    EXPECT_FALSE(read(rsa_.token(with("email_verified", no)))->email_verified) << json::serialize(no);
  EXPECT_FALSE(read(rsa_.token(without("email_verified")))->email_verified);
  EXPECT_TRUE(read(rsa_.token(with("email_verified", "true")))->email_verified);
}

TEST_F(IdTokenTest, FindsTheOnlyKeyThatFitsWhereTheTokenNamesNone) {
  EXPECT_EQ(refusal(rsa_.token(claims(), {{"kid", nullptr}})), "");
  const auto two = read_issuer_keys(key_set({rsa_, SigningKey::rsa("r2")})).value();
  EXPECT_FALSE(read_id_token(rsa_.token(claims(), {{"kid", nullptr}}), two,
                             {"https://id.example", "claw", "once", from_ms(kNow * 1000)}));
}

TEST_F(IdTokenTest, ReadsOnlyKeysThatAreStrongAndForSignatures) {
  auto for_encryption = rsa_.published();
  for_encryption["use"] = "enc";
  auto other_algorithm = rsa_.published();
  other_algorithm["alg"] = "PS512";
  auto off_curve = p256_.published();
  off_curve["x"] = off_curve.at("y");
  const json::array weak{SigningKey::rsa("short", 1024).published(),
                         for_encryption,
                         other_algorithm,
                         off_curve,
                         json::object{{"kty", "oct"}, {"k", "AAAA"}},
                         json::object{{"kty", "RSA"}, {"n", "*"}, {"e", "AQAB"}},
                         "no key"};
  EXPECT_THAT(read_issuer_keys(json::serialize(json::object{{"keys", weak}})).value(), SizeIs(0));
  for (const char* none : {"", "[]", "{}", R"({"keys":{}})"}) EXPECT_FALSE(read_issuer_keys(none)) << none;
}

TEST_F(IdTokenTest, ReadsUserinfoOfTheSamePersonOnly) {
  const char* const info = R"({"sub":"4711","email":"ada@acme.example","email_verified":true})";
  EXPECT_EQ(read_userinfo(info, "4711")->email, "ada@acme.example");
  EXPECT_FALSE(read_userinfo(info, "4712"));
  EXPECT_FALSE(read_userinfo("no JSON", ""));
}

}  // namespace
}  // namespace claw
