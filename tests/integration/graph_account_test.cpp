// What the gateway reads of a token, a number and an account, told by the simulator: two programs that share no
// WhatsApp code must mean the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/account_client.hpp"
#include "net/curl_client.hpp"
#include "support/await.hpp"
#include "support/loopback.hpp"
#include "support/real_programs.hpp"

namespace claw::testing {
namespace {

namespace json = boost::json;

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr const char* kWaba = "200000000000001";

class GraphAccountTest : public ::testing::Test {
 protected:
  GraphAccountTest() {
    tenant_->access_token = SecretString(std::string(RealPrograms::kToken));
    tenant_->app_secret = SecretString(std::string("sim-app-secret"));
  }
  void change(json::object members) {
    programs_.sim("PUT", std::string("/_sim/numbers/") + RealPrograms::kNumber, std::move(members));
  }

  RealPrograms programs_;
  IoPool io_{1};
  net::CurlClient http_{io_, testing::loopback()};
  Metrics metrics_;
  GraphAccountClient meta_{http_, metrics_, {programs_.simulator_url(), "v25.0"}};
  std::shared_ptr<Tenant> tenant_ = std::make_shared<Tenant>();
};

TEST_F(GraphAccountTest, ReadsWhatMetaTells) {
  change({{"tier", "TIER_2K"}, {"callback", "https://claw.example/hook"}, {"business_verification", "pending"}});
  const auto number = await(io_, meta_.number(tenant_, RealPrograms::kNumber));
  ASSERT_TRUE(number) << number.error().reason;
  EXPECT_EQ(number->display_phone_number, "+15550001001");
  EXPECT_EQ(number->verified_name, "Demo Business");
  EXPECT_EQ(number->quality_rating, "GREEN");
  EXPECT_EQ(number->messaging_limit, "TIER_2K");
  EXPECT_EQ(number->name_status, "APPROVED");
  EXPECT_EQ(number->status, "CONNECTED");
  EXPECT_EQ(number->platform_type, "CLOUD_API");
  EXPECT_EQ(number->throughput, "STANDARD");
  EXPECT_EQ(number->callback(), "https://claw.example/hook");
  const auto waba = await(io_, meta_.waba(tenant_, RealPrograms::kNumber, kWaba));
  ASSERT_TRUE(waba) << waba.error().reason;
  EXPECT_EQ(*waba, (whatsapp::WabaFacts{kWaba, "Demo Account", "pending", "Demo Inc."}));
  const auto numbers = await(io_, meta_.numbers_of(tenant_, RealPrograms::kNumber, kWaba));
  ASSERT_TRUE(numbers) << numbers.error().reason;
  EXPECT_THAT(*numbers, ElementsAre(RealPrograms::kNumber));
  const auto token = await(io_, meta_.token(tenant_, RealPrograms::kNumber));
  ASSERT_TRUE(token) << token.error().reason;
  EXPECT_TRUE(token->valid);
  EXPECT_EQ(token->app_id, "300000000000001");
  EXPECT_EQ(token->expires_s, 0);
  EXPECT_THAT(token->permissions, UnorderedElementsAre("whatsapp_business_management", "whatsapp_business_messaging"));
  EXPECT_THAT(token->waba_ids, ElementsAre(kWaba));
}

TEST_F(GraphAccountTest, SubscribesTheApp) {
  change({{"subscribed", false}});
  const auto apps = [&] { return await(io_, meta_.subscribed_apps(tenant_, RealPrograms::kNumber, kWaba)); };
  ASSERT_TRUE(apps());
  EXPECT_TRUE(apps()->empty());
  EXPECT_TRUE(await(io_, meta_.subscribe(tenant_, RealPrograms::kNumber, kWaba)));
  ASSERT_EQ(apps()->size(), 1U);
  EXPECT_EQ(apps()->front().id, "300000000000001");
}

TEST_F(GraphAccountTest, HearsWhyNotAndRecovers) {
  const auto why_not = [&] {
    const auto token = await(io_, meta_.token(tenant_, RealPrograms::kNumber));
    return token ? std::string() : token.error().reason;
  };
  change({{"token_state", "expired"}});
  EXPECT_THAT(why_not(), HasSubstr("190/463"));
  change({{"token_state", "valid"}});
  tenant_->app_secret = SecretString(std::string("another app's"));
  EXPECT_THAT(why_not(), HasSubstr("WHATSAPP_APP_SECRET is not the secret"));
  tenant_->app_secret = SecretString(std::string("sim-app-secret"));
  change({{"permissions", {"whatsapp_business_messaging"}}});
  const auto refused = await(io_, meta_.number(tenant_, RealPrograms::kNumber));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error.code, 200);
  EXPECT_THAT(await(io_, meta_.token(tenant_, RealPrograms::kNumber))->permissions,
              ElementsAre("whatsapp_business_messaging"));
  change({{"permissions", {"whatsapp_business_messaging", "whatsapp_business_management"}}});
  EXPECT_TRUE(await(io_, meta_.number(tenant_, RealPrograms::kNumber))) << "and recovers";
  for (const auto& entry : programs_.log())
    EXPECT_FALSE(json::serialize(entry).contains(RealPrograms::kToken)) << "not even Meta's side notes it";
}

}  // namespace
}  // namespace claw::testing
