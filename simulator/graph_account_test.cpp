#include "simulator/graph_account.hpp"

#include "simulator/graph_fixture.hpp"

namespace claw::sim {
namespace {

namespace json = boost::json;

class GraphAccountTest : public GraphWorldTest {
 protected:
  json::object get(std::string object, std::string edge = {}, std::string fields = {}, std::string version = "v25.0") {
    auto call = call_of("GET", std::move(object), std::move(edge));
    call.fields = std::move(fields);
    call.version = std::move(version);
    const auto answer = ask(call);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body).as_object();
  }
  std::size_t apps() { return get(number().waba, "subscribed_apps").at("data").as_array().size(); }
};

TEST_F(GraphAccountTest, TellsANumberByTheFieldsThatAreAskedFor) {
  EXPECT_EQ(get(number().id).at("display_phone_number"), "+15550001001");
  EXPECT_FALSE(get(number().id).contains("status")) << "only where it is asked for";
  change_number([](Number& number) {
    number.tier = "TIER_2K";
    number.status = "PENDING";
    number.name_status = "DECLINED";
    number.platform_type = "NOT_APPLICABLE";
    number.callback = "https://claw.example/hook";
  });
  EXPECT_EQ(get(number().id, {}, "status,name_status,platform_type,webhook_configuration,colour"),
            (json::object{{"status", "PENDING"},
                          {"name_status", "DECLINED"},
                          {"platform_type", "NOT_APPLICABLE"},
                          {"webhook_configuration", {{"application", "https://claw.example/hook"}}},
                          {"id", number().id}}));
}

TEST_F(GraphAccountTest, TellsTheLimitUnderTheNameOfTheVersion) {
  const std::string both = "messaging_limit_tier,whatsapp_business_manager_messaging_limit";
  EXPECT_EQ(get(number().id, {}, both),
            (json::object{{"whatsapp_business_manager_messaging_limit", "TIER_250"}, {"id", number().id}}));
  EXPECT_EQ(get(number().id, {}, both, "v23.0"),
            (json::object{{"messaging_limit_tier", "TIER_250"}, {"id", number().id}}));
}

TEST_F(GraphAccountTest, TellsAnAccountAndItsNumbers) {
  change_number([](Number& number) { number.business_verification = "not_verified"; });
  EXPECT_EQ(get(number().waba).at("name"), "Demo Account");
  const auto asked = get(number().waba, {}, "business_verification_status,owner_business_info");
  EXPECT_EQ(asked.at("business_verification_status"), "not_verified");
  EXPECT_EQ(asked.at("owner_business_info").at("name"), "Demo Inc.");
  EXPECT_EQ(get(number().waba, "phone_numbers", "id").at("data"), (json::array{json::object{{"id", number().id}}}));
}

TEST_F(GraphAccountTest, DeliversOnceTheAppIsSubscribed) {
  change_number([](Number& number) { number.subscribed = false; });
  EXPECT_EQ(apps(), 0U);
  say("is anybody there?");
  EXPECT_TRUE(attempts_.empty());
  EXPECT_EQ(ask(call_of("POST", number().waba, "subscribed_apps")).status, 200);
  EXPECT_EQ(apps(), 1U);
  pass(Deliveries::kFirstPause);
  EXPECT_EQ(attempts_.size(), 1U);
}

}  // namespace
}  // namespace claw::sim
