#include "delivery/campaign_gate.hpp"
#include "support/outbox_fixture.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(CampaignGateTest, GivesAPlaceThatComesFreeToWhoeverWaitsForLongest) {
  CampaignGate gate;
  std::vector<std::string> woken;
  for (std::size_t i = 0; i < CampaignGate::kPlaces; ++i) ASSERT_TRUE(gate.enter(1, [] { FAIL(); }));
  ASSERT_FALSE(gate.enter(1, [&] { woken.emplace_back("first"); }));
  ASSERT_FALSE(gate.enter(1, [&] { woken.emplace_back("second"); }));
  EXPECT_THAT(woken, IsEmpty());
  gate.leave();
  EXPECT_THAT(woken, ElementsAre("first"));
  ASSERT_FALSE(gate.enter(1, [&] { woken.emplace_back("third"); })) << "nobody overtakes those that wait";
  gate.leave();
  gate.leave();
  EXPECT_THAT(woken, ElementsAre("first", "second", "third"));
  gate.leave();
  EXPECT_TRUE(gate.enter(1, [] { FAIL(); }));
}

TEST(CampaignGateTest, ManyThatWaitForOneHoldUpNobodyElse) {
  CampaignGate gate;
  std::vector<int> woken;
  for (std::size_t i = 0; i < CampaignGate::kPlaces; ++i) ASSERT_TRUE(gate.enter(1, [] { FAIL(); }));
  for (int i = 0; i < 100; ++i) ASSERT_FALSE(gate.enter(1, [&] { woken.push_back(1); }));
  ASSERT_FALSE(gate.enter(2, [&] { woken.push_back(2); }));
  ASSERT_FALSE(gate.enter(3, [&] { woken.push_back(3); }));
  for (int i = 0; i < 5; ++i) gate.leave();
  EXPECT_THAT(woken, ElementsAre(1, 2, 3, 1, 1));
}

TEST(CampaignGateTest, APlaceIsGivenBackOnce) {
  CampaignGate gate;
  int woken = 0;
  for (std::size_t i = 0; i < CampaignGate::kPlaces; ++i) ASSERT_TRUE(gate.enter(1, [] { FAIL(); }));
  for (int i = 0; i < 2; ++i) ASSERT_FALSE(gate.enter(1, [&] { ++woken; }));
  {
    CampaignGate::Place place(&gate);
    place.leave();
    EXPECT_EQ(woken, 1);
  }
  EXPECT_EQ(woken, 1);
}

class CampaignTest : public OutboxTest {
 protected:
  CampaignTest() { outbox_->set_permit(permit_); }
  ~CampaignTest() override {
    files_.turnstile.open();
    permit_.campaigns.open();
    outbox_.reset();  // before the permit goes
  }
  /// To as many people.
  void offer_campaign(int templates, const std::string& first_digits, const std::string& number = "111") {
    for (int i = 0; i < templates; ++i)
      offer({campaign(first_digits + std::to_string(i), R"({"template":{"name":"news","language":{"code":"en"}}})",
                      number)});
  }
  FakePermit permit_;
};

TEST_F(CampaignTest, FewOfItsMessagesAreOnTheirWayToMetaAtOnceAndAnswersPassThem) {
  start();
  permit_.campaigns.close();
  offer_campaign(20, "4916");
  ASSERT_TRUE(eventually([&] { return permit_.campaigns.held() == CampaignGate::kPlaces; }));
  offer(reply("491511", {"an answer"}));
  ASSERT_TRUE(eventually([&] { return graph_.texts().size() == 2; }));
  settle();
  EXPECT_THAT(texts_after_start(), ElementsAre("an answer"));
  EXPECT_EQ(permit_.campaigns.held(), CampaignGate::kPlaces);
  permit_.campaigns.open();
  EXPECT_TRUE(sent(22)) << "and recovers";
}

TEST_F(CampaignTest, ASlowMetaHoldsUpNoneOfTheOthers) {
  start();
  graph_.hold_sends();
  offer_campaign(20, "4916");
  EXPECT_TRUE(eventually([&] { return graph_.in_flight() == 20; }));
  graph_.release();
  EXPECT_TRUE(sent(21));
}

TEST_F(CampaignTest, ItsUploadsHoldUpNoOtherCampaign) {
  start();
  files_.turnstile.close();
  const std::string picture =
      R"({"template":{"name":"sale","language":{"code":"en"},"components":[{"type":"header","parameters":[
        {"type":"image","image":{"id":"f_1"}}]}]}})";
  for (int i = 0; i < 10; ++i) offer({campaign("4917" + std::to_string(i), picture)});
  ASSERT_TRUE(eventually([&] { return files_.turnstile.held() == 10; }));
  offer_campaign(3, "4916", "222");
  EXPECT_TRUE(eventually([&] { return graph_.texts().size() == 4; }));
  permit_.campaigns.close();
  offer_campaign(4, "4918", "222");
  ASSERT_TRUE(eventually([&] { return permit_.campaigns.held() == CampaignGate::kPlaces; }));
  files_.turnstile.open();
  settle();
  EXPECT_THAT(graph_.texts(), SizeIs(4)) << "with its files ready it stands at the gate again";
  permit_.campaigns.open();
  EXPECT_TRUE(sent(18)) << "and recovers";
}

TEST_F(CampaignTest, WhatItsNumberHoldsBackTakesNoPlaceFromOthers) {
  limits_ = {.messages_per_second = 10, .pair_interval = 0ms};
  make();
  outbox_->set_permit(permit_);
  start();
  offer_campaign(20, "4916");
  EXPECT_TRUE(sent_as_time_passes(21, 50ms));
}

TEST_F(CampaignTest, TwoNumbersTakeTurns) {
  start();
  permit_.campaigns.close();
  offer_campaign(20, "4916");
  ASSERT_TRUE(eventually([&] { return permit_.campaigns.held() == CampaignGate::kPlaces; }));
  offer_campaign(20, "4917", "222");
  permit_.campaigns.open();
  EXPECT_TRUE(sent(41));
  EXPECT_TRUE(eventually([&] { return outbox_->in_memory() == 0; }));
}

}  // namespace
}  // namespace claw
