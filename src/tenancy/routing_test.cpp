#include "tenancy/routing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tenancy/tenant.hpp"

namespace claw {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kAgents = {"shop", "support", "sales", "vip"};
const std::vector<std::string> kNumbers = {"111", "222"};

Tenant tenant_with(std::string_view rules) {
  Tenant tenant;
  tenant.default_agent = "support";
  tenant.routing = parse_routing_rules(rules, kAgents, kNumbers).value();
  return tenant;
}

std::string answer(const Tenant& tenant, const RoutingQuestion& question) {
  const auto found = route(tenant, question);
  return found.agent + " by " + found.matched_by;
}

std::string fault_of(std::string_view rules) {
  const auto parsed = parse_routing_rules(rules, kAgents, kNumbers);
  return parsed ? "" : parsed.error().message;
}

TEST(RoutingTest, AsksTheKindsInTheirOrderWhateverTheOrderOfTheRules) {
  const Tenant tenant = tenant_with(R"([
    {"by": "channel", "agent": "support"},
    {"by": "number", "value": "111", "agent": "shop"},
    {"by": "keyword", "value": "offer", "agent": "sales"},
    {"by": "peer_prefix", "value": "49", "agent": "shop"},
    {"by": "peer", "value": "4915100", "agent": "vip"}])");
  EXPECT_EQ(answer(tenant, {.number = "111", .phone = "4915100", .text = "offer"}), "vip by peer");
  EXPECT_EQ(answer(tenant, {.number = "111", .phone = "4915199", .text = "offer"}), "shop by peer_prefix");
  EXPECT_EQ(answer(tenant, {.number = "111", .phone = "33600000", .text = " OFFER\n"}), "sales by keyword");
  EXPECT_EQ(answer(tenant, {.number = "111", .phone = "33600000", .text = "hi"}), "shop by number");
  EXPECT_EQ(answer(tenant, {.number = "222", .phone = "33600000", .text = "hi"}), "support by channel");
}

TEST(RoutingTest, TakesTheFirstRuleOfAKind) {
  const Tenant tenant = tenant_with(R"([{"by": "pattern", "value": "order", "agent": "shop"},
                                        {"by": "pattern", "value": "order [0-9]+", "agent": "sales"}])");
  const auto found = route(tenant, {.text = "my Order 12 please"});
  EXPECT_EQ(found.agent, "shop");
  EXPECT_EQ(found.rule, 0);
}

TEST(RoutingTest, LooksAtWordsAndAdsOnlyWhereASessionBegins) {
  const Tenant tenant = tenant_with(R"([{"by": "keyword", "value": "offer", "agent": "sales"},
                                        {"by": "referral", "value": "ad-7", "agent": "shop"}])");
  EXPECT_EQ(answer(tenant, {.text = "offer"}), "sales by keyword");
  EXPECT_EQ(answer(tenant, {.text = "offer", .first_of_session = false}), "support by default");
  EXPECT_EQ(answer(tenant, {.source_id = "ad-7"}), "shop by referral");
  EXPECT_EQ(answer(tenant, {.ctwa_clid = "ad-7"}), "shop by referral");
}

TEST(RoutingTest, HoldsARuleToItsNumber) {
  const Tenant tenant = tenant_with(R"([{"by": "peer", "value": "DE.abc", "number": "222", "agent": "vip"}])");
  EXPECT_EQ(answer(tenant, {.number = "222", .bsuid = "DE.abc"}), "vip by peer");
  EXPECT_EQ(answer(tenant, {.number = "111", .bsuid = "DE.abc"}), "support by default");
}

TEST(RoutingTest, SaysThatNobodyAnswersWhereNoRuleFitsAndThereIsNoDefault) {
  Tenant tenant = tenant_with("[]");
  tenant.default_agent.clear();
  EXPECT_EQ(route(tenant, {.number = "111"}).agent, "");
}

TEST(RoutingTest, RefusesARuleThatNamesWhatIsNotThereAndSaysWhich) {
  EXPECT_THAT(fault_of(R"([{"by": "channel", "agent": "shop"}, {"by": "channel", "agent": "ghost"}])"),
              HasSubstr("rule 2 names the agent \"ghost\""));
  EXPECT_THAT(fault_of(R"([{"by": "number", "value": "999", "agent": "shop"}])"), HasSubstr("999"));
  EXPECT_THAT(fault_of(R"([{"by": "peer", "value": "491511", "number": "999", "agent": "shop"}])"), HasSubstr("999"));
}

TEST(RoutingTest, RefusesRulesThatCannotBeRead) {
  EXPECT_THAT(fault_of("{}"), HasSubstr("no JSON array"));
  EXPECT_THAT(fault_of(R"([{"by": "moon", "agent": "shop"}])"), HasSubstr("there are peer, peer_prefix"));
  EXPECT_THAT(fault_of(R"([{"by": "pattern", "value": "(", "agent": "shop"}])"), HasSubstr("cannot be read"));
  EXPECT_THAT(fault_of(R"([{"by": "peer", "agent": "shop"}])"), HasSubstr("no value"));
  EXPECT_THAT(fault_of(R"([{"by": "channel"}])"), HasSubstr("names no agent"));
  EXPECT_THAT(fault_of(R"([{"by": "channel", "agent": "shop", "x": "y"}])"), HasSubstr("\"x\""));
  EXPECT_THAT(fault_of(R"([{"by": "peer_prefix", "value": "DE", "agent": "shop"}])"), HasSubstr("digits"));
  EXPECT_THAT(fault_of(R"([{"by": "peer_prefix", "value": "+", "agent": "shop"}])"), HasSubstr("digits"));
  EXPECT_THAT(fault_of(R"([{"by": "peer", "value": "Ada", "agent": "shop"}])"), HasSubstr("phone number or BSUID"));
}

TEST(RoutingTest, ReadsPhoneNumbersAsPeopleWriteThem) {
  const auto rules = parse_routing_rules(R"([{"by": "peer", "value": "+49 (151) 1", "agent": "shop"},
                                             {"by": "peer", "value": "DE.ada", "agent": "shop"},
                                             {"by": "peer_prefix", "value": "+49", "agent": "shop"}])",
                                         {"shop"}, {});
  ASSERT_TRUE(rules) << rules.error().message;
  EXPECT_EQ((*rules)[0].value, "491511");
  EXPECT_EQ((*rules)[1].value, "DE.ada");
  EXPECT_EQ((*rules)[2].value, "49");
}

TEST(RoutingTest, MatchesAHostilePatternInLinearTime) {
  const Tenant tenant = tenant_with(R"([{"by": "pattern", "value": "(a+)+$", "agent": "shop"}])");
  const std::string text = std::string(8'000, 'a') + "b";
  EXPECT_EQ(answer(tenant, {.text = text}), "support by default");
}

TEST(RoutingTest, GivesTheRulesBackAsTheyWereSet) {
  const std::string rules =
      R"([{"by":"pattern","value":"order","number":"111","agent":"shop"},{"by":"channel","agent":"support"}])";
  EXPECT_EQ(routing_rules_json(read_routing_rules(rules)), rules);
}

}  // namespace
}  // namespace claw
