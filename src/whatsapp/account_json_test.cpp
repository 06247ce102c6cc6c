#include "whatsapp/account_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claw::whatsapp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kRefusal = R"({"error":{"message":"Unsupported get request.","code":100,"error_subcode":33}})";

TEST(AccountJsonTest, ReadsWhatMetaTellsOfAToken) {
  const auto token = parse_token_answer(200, R"({"data":{"app_id":"634974688087057","type":"SYSTEM_USER",
    "application":"Lucky Shrub","data_access_expires_at":0,"expires_at":1795000000,"is_valid":true,
    "scopes":["whatsapp_business_management","whatsapp_business_messaging","public_profile"],
    "granular_scopes":[{"scope":"business_management","target_ids":["9"]},
      {"scope":"whatsapp_business_management","target_ids":["102289599326934","101569239400667"]},
      {"scope":"whatsapp_business_messaging","target_ids":["102289599326934"]}],"user_id":"1"}})");
  ASSERT_TRUE(token);
  EXPECT_TRUE(token->valid);
  EXPECT_EQ(token->app_id, "634974688087057");
  EXPECT_EQ(token->app_name, "Lucky Shrub");
  EXPECT_EQ(token->type, "SYSTEM_USER");
  EXPECT_EQ(token->expires_s, 1'795'000'000);
  EXPECT_TRUE(token->has("whatsapp_business_messaging"));
  EXPECT_FALSE(token->has("whatsapp_business"));
  EXPECT_THAT(token->waba_ids, ElementsAre("102289599326934", "101569239400667"));
}

TEST(AccountJsonTest, ReadsWhyATokenIsNotValid) {
  const auto token = parse_token_answer(200, R"({"data":{"app_id":"1","is_valid":false,"scopes":[],"expires_at":5,
    "error":{"code":190,"message":"Session has expired","subcode":463}}})");
  ASSERT_TRUE(token);
  EXPECT_FALSE(token->valid);
  EXPECT_EQ(token->fault.code, 190);
  EXPECT_EQ(token->fault.subcode, 463);
  EXPECT_EQ(token->fault.message, "Session has expired");
  EXPECT_THAT(token->permissions, IsEmpty());
}

TEST(AccountJsonTest, ReadsANumberAndWhereItsMessagesGo) {
  const auto number = parse_number_answer(200, R"({"id":"106540352242922","display_phone_number":"+1 631-555-1001",
    "verified_name":"Jasper's Market","quality_rating":"GREEN","whatsapp_business_manager_messaging_limit":"TIER_2K",
    "name_status":"APPROVED","status":"CONNECTED","platform_type":"CLOUD_API","throughput":{"level":"STANDARD"},
    "webhook_configuration":{"application":"https://app.example/","whatsapp_business_account":"https://waba.example/"}})");
  ASSERT_TRUE(number);
  const NumberFacts expected{.id = "106540352242922",
                             .display_phone_number = "+1 631-555-1001",
                             .verified_name = "Jasper's Market",
                             .quality_rating = "GREEN",
                             .messaging_limit = "TIER_2K",
                             .name_status = "APPROVED",
                             .status = "CONNECTED",
                             .platform_type = "CLOUD_API",
                             .throughput = "STANDARD",
                             .callback_of_number = "",
                             .callback_of_waba = "https://waba.example/",
                             .callback_of_app = "https://app.example/"};
  EXPECT_EQ(*number, expected);
  EXPECT_EQ(number->callback(), "https://waba.example/") << "the nearest one is in force";
  EXPECT_TRUE(parse_number_answer(200, R"({"id":"1"})")) << "any field may be missing";
}

TEST(AccountJsonTest, ReadsAnAccountItsAppsAndItsNumbers) {
  const auto waba = parse_waba_answer(200, R"({"id":"2","name":"Jasper's","business_verification_status":"verified",
    "owner_business_info":{"id":"3","name":"Jasper Inc."}})");
  ASSERT_TRUE(waba);
  EXPECT_EQ(*waba, (WabaFacts{"2", "Jasper's", "verified", "Jasper Inc."}));
  const auto apps = parse_apps_answer(200, R"({"data":[{"whatsapp_business_api_data":{"id":"7","name":"A","link":"x"}},
    {"whatsapp_business_api_data":{"id":"8","name":"B"},"override_callback_uri":"https://b.example/"}]})");
  ASSERT_TRUE(apps);
  EXPECT_THAT(*apps, ElementsAre(AppFacts{"7", "A", ""}, AppFacts{"8", "B", "https://b.example/"}));
  const auto ids = parse_ids_answer(200, R"({"data":[{"id":"1"},{"id":"2"}],"paging":{}})");
  ASSERT_TRUE(ids);
  EXPECT_THAT(*ids, ElementsAre("1", "2"));
}

TEST(AccountJsonTest, AnAnswerOfAnotherShapeIsAnError) {
  for (const char* body : {"", "<html>", "[]", "{}", R"({"data":7})"}) {
    EXPECT_FALSE(parse_token_answer(200, body)) << body;
    EXPECT_FALSE(parse_number_answer(200, body)) << body;
    EXPECT_FALSE(parse_waba_answer(200, body)) << body;
    EXPECT_FALSE(parse_apps_answer(200, body)) << body;
    EXPECT_FALSE(parse_ids_answer(200, body)) << body;
  }
  const auto refused = parse_number_answer(400, kRefusal);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 100);
  EXPECT_EQ(refused.error().subcode, 33);
  const auto proxy = parse_waba_answer(502, R"({"id":"2"})");
  ASSERT_FALSE(proxy) << "not a success, whatever it says";
  EXPECT_THAT(proxy.error().message, HasSubstr("502"));
}

TEST(AccountJsonTest, KnowsHowManyPeopleALimitMeans) {
  const std::pair<const char*, std::int64_t> rows[] = {{"TIER_250", 250},
                                                       {"TIER_1K", 1'000},
                                                       {"TIER_2K", 2'000},
                                                       {"TIER_10K", 10'000},
                                                       {"TIER_100K", 100'000},
                                                       {"TIER_UNLIMITED", 0},
                                                       {"TIER_NOT_SET", 0},
                                                       {"", 0},
                                                       {"TIER_", 0},
                                                       {"2K", 0},
                                                       {"TIER_99999999999", 0},
                                                       {"TIER_50", 50}};
  for (const auto& [name, people] : rows) EXPECT_EQ(people_of_limit(name), people) << name;
}

}  // namespace
}  // namespace claw::whatsapp
