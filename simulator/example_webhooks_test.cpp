#include "simulator/example_webhooks.hpp"

#include "base/crypto.hpp"
#include "simulator/world_fixture.hpp"

namespace claw::sim {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class ExampleWebhooksTest : public WorldTest {
 protected:
  json::object change(const Attempt& attempt) {
    return json::parse(*attempt.body).at_pointer("/entry/0/changes/0").as_object();
  }
  void add_number(std::string id, std::string waba) {
    Number number = default_number();
    number.id = std::move(id);
    number.waba = std::move(waba);
    number.app_secret = "secret-of-" + number.id;
    number.callback = "http://gateway/" + number.id;
    EXPECT_TRUE(meta_.numbers.put(number));
  }
};

TEST_F(ExampleWebhooksTest, EachExampleIsFilledInAndSigned) {
  for (const auto& example : example_webhooks_json()) {
    attempts_.clear();
    const auto sent = tell_webhook(
        meta_, {{"field", example.at("field")}, {"event", example.at("event")}, {"phone", "+49 151 12345678"}});
    ASSERT_TRUE(sent) << json::serialize(example);
    ASSERT_THAT(attempts_, SizeIs(1));
    const Attempt attempt = attempts_[0];
    EXPECT_EQ(change(attempt).at("field"), example.at("field"));
    EXPECT_EQ(change(attempt).at("value"), json::value(*sent));
    EXPECT_THAT(*attempt.body, Not(HasSubstr("\"$"))) << "a place was not filled";
    EXPECT_EQ(attempt.signature, signature_of(default_number().app_secret, *attempt.body));
    const bool of_waba = example.at("of") == "waba";
    EXPECT_EQ(json::parse(*attempt.body).at("entry").at(0).as_object().contains("time"), of_waba);
    EXPECT_EQ(sent->contains("metadata"), !of_waba);
    answer(200);
  }
}

TEST_F(ExampleWebhooksTest, AGivenValueIsSentAsItIs) {
  ASSERT_TRUE(tell_webhook(meta_, {{"field", "of_tomorrow"}, {"value", {{"size", 3}}}}));
  EXPECT_EQ(change(attempts_.back()).at("value"), (json::object{{"size", 3}}));
  ASSERT_TRUE(tell_webhook(
      meta_,
      {{"field", "calls"}, {"number", default_number().id}, {"value", {{"metadata", {{"phone_number_id", "9"}}}}}}));
  EXPECT_EQ(change(attempts_.back()).at("value").at("metadata").at("phone_number_id"), "9");
  EXPECT_EQ(change(attempts_.back()).at("value").at("messaging_product"), "whatsapp");
}

TEST_F(ExampleWebhooksTest, GoesToTheCallbackAndSecretOfTheAccountThatIsMeant) {
  add_number("100000000000002", "200000000000002");
  ASSERT_TRUE(tell_webhook(meta_, {{"field", "account_update"}, {"waba", "200000000000002"}}));
  EXPECT_EQ(attempts_.back().url, "http://gateway/100000000000002");
  EXPECT_EQ(attempts_.back().signature, signature_of("secret-of-100000000000002", *attempts_.back().body));
  EXPECT_EQ(json::parse(*attempts_.back().body).at_pointer("/entry/0/id"), "200000000000002");
}

TEST_F(ExampleWebhooksTest, RefusesWhatCannotBeSent) {
  const auto why = [&](const json::object& body) { return tell_webhook(meta_, body).error().message; };
  EXPECT_THAT(why({}), HasSubstr("\"field\" is missing"));
  EXPECT_THAT(why({{"field", "of_tomorrow"}}), HasSubstr("no example"));
  EXPECT_THAT(why({{"field", "account_update"}, {"event", "NEVER"}}), HasSubstr("NEVER"));
  EXPECT_THAT(why({{"field", "calls"}, {"value", 7}}), HasSubstr("\"value\" must be an object"));
  EXPECT_THAT(why({{"field", "calls"}, {"number", "999"}}), HasSubstr("no number 999"));
  EXPECT_THAT(why({{"field", "calls"}, {"waba", "999"}}), HasSubstr("no number of WABA 999"));
  EXPECT_THAT(why({{"field", "calls"}, {"phone", "x"}}), HasSubstr("phone"));
  add_number("100000000000002", "200000000000002");
  EXPECT_THAT(why({{"field", "calls"}}), HasSubstr("not just one"));
}

}  // namespace
}  // namespace claw::sim
