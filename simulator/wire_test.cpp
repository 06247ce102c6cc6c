#include "simulator/wire.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw::sim {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

TEST(WireJsonTest, WritesAsciiOnlyAsMetaDoes) {
  struct Case {
    const char* text;
    const char* wire;
  };
  for (const auto& [text, wire] : {
           Case{"plain", R"("plain")"},
           Case{"a/b", R"("a\/b")"},
           Case{"Grüße", R"("Gr\u00fc\u00dfe")"},
           Case{"日本", R"("\u65e5\u672c")"},
           Case{"👍", R"("\ud83d\udc4d")"},
           Case{"line\nnext \"quoted\" back\\slash", R"("line\nnext \"quoted\" back\\slash")"},
           Case{"\x7f", "\"\x7f\""},
       }) {
    EXPECT_EQ(wire_json(json::value(text)), wire);
  }
}

TEST(WireJsonTest, MeansTheSameAsBefore) {
  const json::value value{{"text", "Zoë / 👩‍👩‍👧 / 100 %"}, {"n", 5}, {"list", {true, nullptr}}};
  EXPECT_EQ(json::parse(wire_json(value)), value);
}

TEST(SignatureTest, IsTheHmacOfExactlyTheseBytes) {
  // Computed with: printf '%s' '{"a":"\u00fc"}' | openssl dgst -sha256 -hmac sim-app-secret
  EXPECT_EQ(signature_of("sim-app-secret", R"({"a":"\u00fc"})"),
            "sha256=7552fbc0e7c2d030710fce1f5a70e563a420ae266a8f7ae132d116fd7386affd");
  EXPECT_NE(signature_of("sim-app-secret", R"({"a":"ü"})"), signature_of("sim-app-secret", R"({"a":"\u00fc"})"));
}

class WebhookTest : public testing::Test {
 protected:
  const Number number_ = default_number();
  const Sender maria_{"4915112345678", "DE.123", "María"};
  static json::object text(std::string_view body) { return {{"text", {{"body", body}}}}; }
};

TEST_F(WebhookTest, OfAMessageHasMetasEnvelope) {
  EXPECT_EQ(message_webhook(number_, maria_, "wamid.X", from_ms(1'790'000'000'999), "text", text("hi"), ""),
            R"({"object":"whatsapp_business_account","entry":[{"id":"200000000000001","changes":[{"value":{)"
            R"("messaging_product":"whatsapp","metadata":{"display_phone_number":"15550001001",)"
            R"("phone_number_id":"100000000000001"},"contacts":[{"profile":{"name":"Mar\u00eda"},)"
            R"("wa_id":"4915112345678","user_id":"DE.123"}],"messages":[{"from":"4915112345678",)"
            R"("from_user_id":"DE.123","id":"wamid.X","timestamp":"1790000000","text":{"body":"hi"},)"
            R"("type":"text"}]},"field":"messages"}]}]})");
}

TEST_F(WebhookTest, OfAReplyQuotesTheMessage) {
  const auto body = message_webhook(number_, maria_, "wamid.X", from_ms(0), "text", text("hi"), "wamid.Q");
  EXPECT_THAT(body, HasSubstr(R"("context":{"from":"15550001001","id":"wamid.Q"})"));
}

TEST_F(WebhookTest, OfAReplyThatWasForwardedHasBothInItsContext) {
  auto message = text("hi");
  message["context"] = {{"forwarded", true}};
  const auto body = message_webhook(number_, maria_, "wamid.X", from_ms(0), "text", message, "wamid.Q");
  EXPECT_THAT(body, HasSubstr(R"("context":{"from":"15550001001","id":"wamid.Q","forwarded":true})"));
}

TEST_F(WebhookTest, OfAPersonWithAUsernameHasNoPhoneInIt) {
  const Sender hidden{"", "DE.123", "María", "maria.k", "DE.ENT.9"};
  const auto body = message_webhook(number_, hidden, "wamid.X", from_ms(0), "text", text("hi"), "");
  EXPECT_THAT(body, HasSubstr(R"("contacts":[{"profile":{"name":"Mar\u00eda","username":"maria.k"},"user_id":"DE.123",)"
                              R"("parent_user_id":"DE.ENT.9"}])"));
  EXPECT_THAT(body, HasSubstr(R"("messages":[{"from_user_id":"DE.123","from_parent_user_id":"DE.ENT.9","id":)"));
  EXPECT_THAT(body, Not(HasSubstr("wa_id")));
}

TEST_F(WebhookTest, OfASystemMessageHasNoContacts) {
  const auto body = message_webhook(number_, maria_, "wamid.X", from_ms(0), "system",
                                    {{"system", {{"type", "customer_identity_changed"}}}}, "");
  EXPECT_THAT(body, Not(HasSubstr("contacts")));
}

TEST_F(WebhookTest, OfAnAccountHasATimeAndNothingOfANumber) {
  EXPECT_EQ(change_webhook("2001", "account_review_update", {{"decision", "APPROVED"}}, from_ms(1'790'000'000'000)),
            R"({"object":"whatsapp_business_account","entry":[{"id":"2001","time":1790000000,"changes":[{"value":)"
            R"({"decision":"APPROVED"},"field":"account_review_update"}]}]})");
}

StatusFacts sent() {
  return {.id = "wamid.Y",
          .status = "sent",
          .at = from_ms(1'790'000'000'000),
          .priced = true,
          .sent_at = from_ms(1'790'000'000'000)};
}

TEST_F(WebhookTest, OfAStatusCarriesThePriceOfTheCurrentModel) {
  const auto body = status_webhook(number_, maria_, sent());
  EXPECT_THAT(body, HasSubstr(R"({"id":"wamid.Y","status":"sent","timestamp":"1790000000",)"
                              R"("recipient_id":"4915112345678","recipient_user_id":"DE.123",)"
                              R"("pricing":{"billable":false,"pricing_model":"PMP","category":"service",)"
                              R"("type":"free_customer_service"}})"));
  EXPECT_THAT(body, Not(HasSubstr("conversation")));
  EXPECT_THAT(body, Not(HasSubstr("biz_opaque_callback_data")));
}

TEST_F(WebhookTest, OfAStatusGivesTheCallbackDataBackAsItWasSent) {
  auto facts = sent();
  facts.callback_data = "turn=7/ä";
  facts.has_callback_data = true;
  EXPECT_THAT(status_webhook(number_, maria_, facts), HasSubstr(R"("biz_opaque_callback_data":"turn=7\/\u00e4")"));
}

TEST_F(WebhookTest, OfAStatusTellsTheConversationOnlyBeforeV24) {
  auto facts = sent();
  facts.version = 23;
  const auto body = status_webhook(number_, maria_, facts);
  EXPECT_THAT(body, HasSubstr(R"("origin":{"type":"service"},"expiration_timestamp":"1790086400")"));
}

TEST_F(WebhookTest, OfAStatusCarriesThePriceOfTheOldModelWhereTheNumberHasIt) {
  Number number = number_;
  number.pricing_model = "CBP";
  const auto body = status_webhook(number, maria_, sent());
  EXPECT_THAT(body, HasSubstr(R"("origin":{"type":"service"},"expiration_timestamp":"1790086400"})"));
  EXPECT_THAT(body, HasSubstr(R"("pricing":{"billable":false,"pricing_model":"CBP","category":"service"}})"));
}

TEST_F(WebhookTest, OfAFailureCarriesTheErrorAndNoContacts) {
  auto facts = sent();
  facts.status = "failed";
  facts.priced = false;
  facts.error_code = 131026;
  facts.error_title = "Message undeliverable";
  facts.error_details = "Message Undeliverable.";
  const auto body = status_webhook(number_, {"4915100", "", ""}, facts);
  EXPECT_THAT(body, HasSubstr(R"("errors":[{"code":131026,"title":"Message undeliverable","message":"Message )"
                              R"(undeliverable","error_data":{"details":"Message Undeliverable."},"href":)"));
  EXPECT_THAT(body, Not(HasSubstr("contacts")));
  EXPECT_THAT(body, Not(HasSubstr("recipient_user_id")));
  EXPECT_THAT(body, Not(HasSubstr("pricing")));
}

}  // namespace
}  // namespace claw::sim
