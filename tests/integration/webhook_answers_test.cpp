// Every line of the ingress table: what comes in, what is answered, what is kept. After each, the next request is
// served.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "support/eventually.hpp"
#include "support/live_gateway.hpp"
#include "support/webhook_bodies.hpp"

namespace claw::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kNumber = "100000000000001";

class WebhookAnswersTest : public ::testing::Test {
 protected:
  /// A right request is answered and its message stored: whatever came before did no harm.
  void expect_next_is_served() {
    const std::string wamid = fmt::format("wamid.next{}", ++next_);
    ASSERT_EQ(gateway_.post(acme_, texts(kNumber, {{"next", wamid}})).status, 200);
    gateway_.settle(acme_);
    const auto stored = gateway_.messages(acme_, "direction=inbound");
    ASSERT_FALSE(stored.empty());
    EXPECT_EQ(text_of(stored.back(), "wamid"), wamid);
  }
  double counted(const char* result) {
    return gateway_.metric(fmt::format("clawcentral_webhook_requests_total{{result=\"{}\"}}", result));
  }
  /// A text webhook of exactly `bytes` bytes.
  static std::string body_of(std::size_t bytes) {
    const std::string short_body = texts(kNumber, {{"", "wamid.long"}});
    return texts(kNumber, {{std::string(bytes - short_body.size(), 'x'), "wamid.long"}});
  }

  LiveGateway gateway_;
  TestTenant acme_ = gateway_.make_tenant("acme", kNumber);
  int next_ = 0;
};

TEST_F(WebhookAnswersTest, AcknowledgesAndKeepsWhatIsRight) {
  const auto answer = gateway_.post(acme_, texts(kNumber, {{"Where is my order?", "wamid.1"}}));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, IsEmpty());
  gateway_.settle(acme_);
  const auto stored = gateway_.messages(acme_, "direction=inbound");
  EXPECT_THAT(all_of(stored, "text"), ElementsAre("Where is my order?"));
  EXPECT_THAT(all_of(stored, "wamid"), ElementsAre("wamid.1"));
  EXPECT_EQ(counted("ok"), 1);
  expect_next_is_served();
}

TEST_F(WebhookAnswersTest, TakesABodyOfMetasLargestSizeAndRefusesOneBeyondOurs) {
  EXPECT_EQ(gateway_.post(acme_, body_of(3'000'000)).status, 200);
  gateway_.settle(acme_);
  EXPECT_THAT(gateway_.messages(acme_, "direction=inbound"), SizeIs(1));

  EXPECT_EQ(gateway_.post(acme_, body_of(4 * 1024 * 1024)).status, 200) << "the limit itself is allowed";
  EXPECT_EQ(gateway_.post(acme_, body_of(4 * 1024 * 1024 + 1)).status, 413);
  gateway_.settle(acme_);
  EXPECT_THAT(gateway_.messages(acme_, "direction=inbound"), SizeIs(1)) << "same wamid, so nothing new";
  expect_next_is_served();
}

TEST_F(WebhookAnswersTest, AnswersByTenant) {
  auto locked = gateway_.make_tenant("locked", "100000000000008");
  auto bare = gateway_.make_tenant("bare", "100000000000009");
  gateway_.admin("tenant.disable", {{"tenant", "locked"}});
  gateway_.admin("secret.delete", {{"tenant", "bare"}, {"name", "WHATSAPP_APP_SECRET"}});
  auto nobody = acme_;
  nobody.name = "nobody";
  const auto body = texts(kNumber, {{"hello", "wamid.1"}});

  EXPECT_EQ(gateway_.post(nobody, body).status, 404);
  expect_next_is_served();
  const auto disabled = gateway_.post(locked, texts(locked.number, {{"hello", "wamid.1"}}));
  EXPECT_EQ(disabled.status, 503);
  EXPECT_EQ(disabled.header("retry-after"), "2");
  expect_next_is_served();
  for (const auto& sign : {signature(bare.app_secret, body), signature("", body), std::string()}) {
    const auto answer = gateway_.post(bare, body, sign);
    EXPECT_EQ(answer.status, 503) << sign;
    EXPECT_EQ(answer.header("retry-after"), "2");
  }
  expect_next_is_served();
  EXPECT_THAT(gateway_.messages(bare), IsEmpty());
  EXPECT_EQ(counted("unknown_tenant"), 1);
  EXPECT_EQ(counted("tenant_not_ready"), 4);

  gateway_.admin("tenant.enable", {{"tenant", "locked"}});
  EXPECT_EQ(gateway_.post(locked, texts(locked.number, {{"hello", "wamid.1"}})).status, 200) << "and recovers";
}

TEST_F(WebhookAnswersTest, LetsNoStrangerFillTheLogThroughADisabledTenant) {
  auto locked = gateway_.make_tenant("locked", "100000000000008");
  gateway_.admin("tenant.disable", {{"tenant", "locked"}});
  log::set_level(log::Level::kWarn);
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(gateway_.post(locked, "{}", "sha256=none").status, 503);
  log::set_level(log::Level::kError);
  const std::string lines = ::testing::internal::GetCapturedStderr();
  const auto first = lines.find("webhook.not_ready tenant=locked");
  ASSERT_NE(first, std::string::npos) << lines;
  EXPECT_EQ(lines.find("webhook.not_ready", first + 1), std::string::npos) << lines;
}

TEST_F(WebhookAnswersTest, RefusesEveryOtherFormOfSignatureWithoutAWord) {
  const auto body = texts(kNumber, {{"forged", "wamid.forged"}});
  const auto right = signature(acme_.app_secret, body);
  std::string upper = right;
  std::ranges::transform(upper.begin() + 7, upper.end(), upper.begin() + 7,
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const std::string wrong[] = {"",
                               signature("another secret", body),
                               right.substr(0, right.size() - 1),
                               right.substr(0, 7 + 32),
                               right + "0",
                               upper,
                               "SHA256=" + right.substr(7),
                               "sha1=" + right.substr(7, 40),
                               "sha512=" + right.substr(7),
                               right.substr(7),
                               "sha256=",
                               "nonsense",
                               signature(acme_.app_secret, body + " ")};
  double refused = 0;
  for (const auto& sign : wrong) {
    const auto answer = gateway_.post(acme_, body, sign);
    EXPECT_EQ(answer.status, 401) << sign;
    EXPECT_THAT(answer.body, IsEmpty());
    EXPECT_EQ(counted("bad_signature"), ++refused);
  }
  expect_next_is_served();
  EXPECT_THAT(gateway_.messages(acme_, "direction=inbound"), SizeIs(1)) << "nothing forged was stored";
  EXPECT_EQ(gateway_.post(acme_, body, right).status, 200) << "the same body with the right one";
}

TEST_F(WebhookAnswersTest, SignsTheBytesAsTheyCameAndNotWhatTheyMean) {
  const std::string escaped =
      R"({"object":"whatsapp_business_account","entry":[{"id":"2","changes":[{"field":"messages",)"
      R"("value":{"metadata":{"phone_number_id":"100000000000001"},"messages":[{"from":"49155",)"
      R"("id":"wamid.e","timestamp":"1","type":"text","text":{"body":"gr\u00fc\u00dfe \/"}}]}}]}]})";
  std::string unescaped = escaped;
  unescaped.replace(unescaped.find(R"(gr\u00fc\u00dfe \/)"), 18, "grüße /");
  EXPECT_EQ(gateway_.post(acme_, unescaped, signature(acme_.app_secret, escaped)).status, 401);
  EXPECT_EQ(gateway_.post(acme_, escaped).status, 200);
  gateway_.settle(acme_);
  EXPECT_THAT(all_of(gateway_.messages(acme_, "direction=inbound"), "text"), ElementsAre("grüße /"));
}

TEST_F(WebhookAnswersTest, KeepsSignedBytesThatAreNoWebhookAndShowsThem) {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  const struct {
    const char* what;
    std::string body;
  } rows[] = {
      {"no JSON", "this is no JSON"},
      {"half a JSON", texts(kNumber, {{"cut", "wamid.cut"}}).substr(0, 200)},
      {"JSON and more", texts(kNumber, {{"more", "wamid.more"}}) + "}"},
      {"invalid UTF-8", "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"\xC3\x28\xFF\"}]}"},
      {"nested too deep", R"({"object":"whatsapp_business_account","entry":)" + deep + "}"},
      {"a hundred thousand levels", std::string(100'000, '[')},
      {"another shape: a list", R"([1,2,{"a":null}])"},
      {"another shape: a word", R"("entry")"},
      {"another shape: no entry", R"({"object":"page","something":[true]})"},
      {"another shape: entry is no list", R"({"object":"whatsapp_business_account","entry":{"id":"1"}})"},
      {"zero bytes inside", std::string("{\"a\":\0}", 7)},
  };
  for (const auto& row : rows) {
    const auto before = gateway_.events(acme_, "kind=unparsed").size();
    const auto answer = gateway_.post(acme_, row.body);
    EXPECT_EQ(answer.status, 200) << row.what;
    gateway_.settle(acme_);
    const auto kept = gateway_.events(acme_, "kind=unparsed");
    ASSERT_THAT(kept, SizeIs(before + 1)) << row.what;
    const auto& event = kept.back();
    if (const auto* bytes = event.if_contains("raw_base64"))
      EXPECT_EQ(bytes->as_string(), to_base64(row.body)) << row.what;
    else
      EXPECT_EQ(event.at("raw"), boost::json::parse(row.body)) << row.what;
    EXPECT_FALSE(text_of(event, "text").empty()) << row.what;
  }
  expect_next_is_served();
}

TEST_F(WebhookAnswersTest, KeepsWhatIsForANumberOfSomebodyElseFromEverybodyElse) {
  const auto other = gateway_.make_tenant("other", "100000000000002");
  // Signed by acme's app, for the number of another tenant, and for one that nobody has.
  for (const char* number : {"100000000000002", "999999999999999"}) {
    EXPECT_EQ(gateway_.post(acme_, texts(number, {{"not for acme", fmt::format("wamid.{}", number)}})).status, 200);
    EXPECT_EQ(gateway_.post(acme_, statuses(number, {{fmt::format("wamid.s{}", number), "read"}})).status, 200);
  }
  gateway_.settle(acme_);
  EXPECT_THAT(gateway_.messages(acme_), IsEmpty());
  EXPECT_THAT(gateway_.messages(other), IsEmpty());
  EXPECT_THAT(gateway_.events(other), IsEmpty());
  const auto foreign = gateway_.events(acme_, "kind=foreign");
  EXPECT_THAT(all_of(foreign, "phone_number_id"),
              ElementsAre("100000000000002", "100000000000002", "999999999999999", "999999999999999"));
  for (const auto& event : foreign) EXPECT_TRUE(event.at("raw").is_object()) << "shown with all that came";
  EXPECT_THAT(gateway_.graph().calls(), IsEmpty()) << "nobody is answered";
  EXPECT_EQ(gateway_.metric("clawcentral_intake_items_total{result=\"foreign_number\"}"), 4);
  expect_next_is_served();
}

TEST_F(WebhookAnswersTest, AnswersMetasVerificationAndNotesHowItWent) {
  const auto verify = [&](const std::string& mode, const std::string& token) {
    return gateway_.call("GET", acme_.webhook_path() + "?hub.mode=" + mode + "&hub.challenge=11%3C58%2B2044&" +
                                    "hub.verify_token=" + token);
  };
  const auto noted = [&] {
    const auto shown = gateway_.admin("tenant.show", {{"tenant", "acme"}});
    gateway_.clock().advance(std::chrono::seconds(5));  // the next outcome is noted as well
    return text_of(shown.at("settings").as_object(), "webhook.last_verification");
  };
  const auto right = verify("subscribe", acme_.verify_token);
  EXPECT_EQ(right.status, 200);
  EXPECT_EQ(right.body, "11<58+2044");
  EXPECT_THAT(right.header("content-type"), HasSubstr("text/plain"));
  EXPECT_EQ(right.header("x-content-type-options"), "nosniff");
  EXPECT_THAT(noted(), HasSubstr("verified"));

  for (const char* token : {"another", "", "verify-token-of-acm", "verify-token-of-acme1"}) {
    const auto wrong = verify("subscribe", token);
    EXPECT_EQ(wrong.status, 403) << token;
    EXPECT_THAT(wrong.body, IsEmpty());
    EXPECT_THAT(noted(), HasSubstr("the verify token is another one"));
  }
  EXPECT_EQ(verify("unsubscribe", acme_.verify_token).status, 400);
  EXPECT_THAT(noted(), HasSubstr("hub.mode is not subscribe"));
  EXPECT_EQ(gateway_.call("GET", acme_.webhook_path()).status, 400) << "a browser that looks by";

  gateway_.admin("secret.delete", {{"tenant", "acme"}, {"name", "WHATSAPP_VERIFY_TOKEN"}});
  EXPECT_EQ(verify("subscribe", "").status, 403) << "a token that is not set fits nothing";
  EXPECT_EQ(gateway_.call("GET", "/t/nobody/webhooks/whatsapp?hub.mode=subscribe").status, 404);
  expect_next_is_served();
}

}  // namespace
}  // namespace claw::testing
