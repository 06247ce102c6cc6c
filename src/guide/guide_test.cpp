#include "guide/guide.hpp"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/number_figures.hpp"
#include "support/accept_items.hpp"
#include "support/eventually.hpp"
#include "support/fake_account.hpp"
#include "support/test_tenants.hpp"
#include "tenancy/secret_names.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kNumber = "111";
constexpr const char* kWaba = "222";
constexpr const char* kApp = FakeAccount::kApp;

class GuideTest : public ::testing::Test {
 protected:
  GuideTest() {
    meta_.token_facts.valid = true;
    meta_.token_facts.app_id = kApp;
    meta_.token_facts.permissions = {"whatsapp_business_messaging", "whatsapp_business_management"};
    meta_.token_facts.waba_ids = {"229", kWaba};
    meta_.number_facts.id = kNumber;
    meta_.number_facts.messaging_limit = "TIER_2K";
    meta_.accounts[kWaba] = {kNumber};
    meta_.apps = {{kApp, "App", ""}};
    tenants_.set_access_token(acme_, "EAAG");
    pass(std::chrono::seconds(1));
  }
  TenantRef acme() { return tenants_.directory.by_id(acme_); }
  GuideView read(const std::string& number = "") { return world_.run(guide_.read(acme(), number)).value(); }
  void check() { ASSERT_TRUE(world_.run(guide_.check(acme(), ""))); }
  GuideStep step(std::string_view id) {
    for (auto& each : read().steps)
      if (each.id == id) return each;
    return {};
  }
  void pass(std::chrono::milliseconds time) { world_.clock.advance(time); }
  static GraphFailure failure(GraphFailure::Kind kind, std::string reason) {
    GraphFailure failure;
    failure.kind = kind;
    failure.reason = std::move(reason);
    return failure;
  }
  /// Somebody writes and is answered; the answer waits in the outbox.
  MessageId answered(const std::string& text) {
    std::vector<AcceptItem> items;
    items.push_back(of_tenant(text_from("491511", text), acme_.value));
    items.back().item.received_at = world_.clock.now();
    const auto fence = world_.ledger->fence();
    const auto id = world_.run(world_.ledger->accept(std::move(items), fence)).value().pending.at(0).id;
    TurnOutcome outcome;
    outcome.agent = "bot";
    outcome.parts = {"yes"};
    return world_.run(world_.ledger->complete_turn(id, outcome, fence)).value().at(0).id;
  }
  void end_send(MessageId message, MessageState state, std::string reason) {
    const auto fence = world_.ledger->fence();
    world_.run(world_.ledger->begin_send(message, fence)).value();
    SendOutcome outcome;
    outcome.state = state;
    outcome.reason = std::move(reason);
    world_.run(world_.ledger->end_send(message, outcome, fence)).value();
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", kNumber);
  FakeAccount meta_;
  sqlite::SqliteNumberFigures figures_{*world_.store};
  ConnectionNotes notes_{world_.io, tenants_.store, tenants_.directory, world_.clock};
  Guide guide_{world_.io, meta_,  tenants_.directory, *world_.ledger,
               figures_,  notes_, world_.clock,       {"https://claw.example", "claw.example.org"}};
};

TEST_F(GuideTest, TellsOfAClaimedNumberWhatThePlatformsAppHas) {
  tenants_.claim(acme_, kWaba, kNumber);
  const auto view = read(kNumber);
  EXPECT_EQ(view.facts.platform_callback_url, "https://claw.example/webhooks/whatsapp");
  EXPECT_EQ(view.facts.callback_url, "https://claw.example/webhooks/whatsapp")
      << "entering the tenant's own would take the app from all other tenants";
  EXPECT_FALSE(view.facts.app_secret_set);
  const TenantId platform{};
  for (const char* name : {kPlatformAppSecret, kPlatformVerifyToken})
    world_
        .run(tenants_.store.put_secret(
            {platform, name, tenants_.vault.seal(platform, name, SecretString(std::string("word"))),
             world_.clock.now()},
            tenants_.change()))
        .value();
  tenants_.reload();
  EXPECT_EQ(step("secrets_set").state, StepState::kDone) << step("secrets_set").detail;
  world_.run(notes_.verification(*tenants_.directory.platform(), ""));
  EXPECT_EQ(step("verification_received").state, StepState::kDone);
}

TEST_F(GuideTest, AsksMetaOnlyWhereSomebodyAsksItToAndKeepsWhatItSays) {
  EXPECT_THAT(step("token_accepted").detail, HasSubstr("press Check"));
  EXPECT_EQ(meta_.calls, 0);
  check();
  EXPECT_EQ(step("token_accepted").state, StepState::kDone);
  EXPECT_EQ(step("number_found").state, StepState::kDone);
  EXPECT_EQ(step("app_subscribed").state, StepState::kDone);
  const int calls = meta_.calls;
  pass(std::chrono::hours(1));
  EXPECT_EQ(step("app_subscribed").state, StepState::kDone) << "from memory";
  EXPECT_EQ(meta_.calls, calls);
  tenants_.reload();
  EXPECT_EQ(step("app_subscribed").state, StepState::kDone) << "and from the disk";
}

TEST_F(GuideTest, AsksOnceInAWhileButAgainAfterAChange) {
  check();
  const int calls = meta_.calls;
  check();
  EXPECT_EQ(meta_.calls, calls);
  pass(Guide::kCheckEvery);
  check();
  EXPECT_GT(meta_.calls, calls);
  const int before = meta_.calls;
  tenants_.set_access_token(acme_, "EAAH");
  check();
  EXPECT_GT(meta_.calls, before) << "who replaced a secret need not wait";
}

TEST_F(GuideTest, FindsTheAccountThatHasTheNumber) {
  check();
  auto view = read();
  EXPECT_EQ(view.learned_waba_id, kWaba);
  EXPECT_EQ(view.learned_app_id, kApp);
  tenants_.set(acme_, kWabaId, "229");
  tenants_.set(acme_, kAppId, kApp);
  pass(Guide::kCheckEvery);
  check();
  EXPECT_THAT(step("number_found").detail, HasSubstr("it belongs to 222"));
  EXPECT_EQ(read().learned_waba_id, kWaba);
  EXPECT_THAT(read().learned_app_id, IsEmpty());
  tenants_.set(acme_, kWabaId, kWaba);
  pass(Guide::kCheckEvery);
  check();
  EXPECT_EQ(step("number_found").state, StepState::kDone) << "and recovers";
  EXPECT_THAT(read().learned_waba_id, IsEmpty());
}

TEST_F(GuideTest, LearnsTheAccountFromTheFirstWebhookWhereTheTokenDoesNotTell) {
  meta_.token_facts.waba_ids.clear();
  check();
  EXPECT_EQ(step("app_subscribed").state, StepState::kWaiting);
  notes_.webhook(*acme(), kNumber, kWaba);
  ASSERT_TRUE(eventually([&] { return read().learned_waba_id == kWaba; }));
  pass(Guide::kCheckEvery);
  check();
  EXPECT_EQ(step("app_subscribed").state, StepState::kDone);
}

TEST_F(GuideTest, AsksNoFurtherWithATokenThatIsNoGood) {
  meta_.token_facts.valid = false;
  check();
  EXPECT_EQ(meta_.calls, 1);
  EXPECT_EQ(step("token_accepted").state, StepState::kFailed);
  EXPECT_EQ(step("number_found").state, StepState::kWaiting);
  meta_.token_facts.valid = true;
  pass(Guide::kCheckEvery);
  check();
  EXPECT_EQ(step("number_found").state, StepState::kDone) << "and recovers";
}

TEST_F(GuideTest, TellsAMetaThatIsAwayFromAMetaThatSaysNo) {
  meta_.fails = failure(GraphFailure::Kind::kAmbiguous, "No answer came from Meta: time-out");
  check();
  EXPECT_EQ(meta_.calls, 1) << "nobody waits for one time-out after the other";
  EXPECT_THAT(step("token_accepted").detail, HasSubstr("Nothing is wrong with your values"));
  meta_.fails = failure(GraphFailure::Kind::kRefused, "Meta refused the access token.");
  pass(Guide::kCheckEvery);
  check();
  EXPECT_EQ(step("token_accepted").detail, "Meta refused the access token.");
  meta_.fails.reset();
  pass(Guide::kCheckEvery);
  check();
  EXPECT_EQ(step("token_accepted").state, StepState::kDone) << "and recovers";
}

TEST_F(GuideTest, SubscribesOnceAndShowsIt) {
  meta_.apps.clear();
  check();
  EXPECT_EQ(step("app_subscribed").state, StepState::kFailed);
  EXPECT_EQ(world_.run(guide_.subscribe(acme(), "")).value(), kWaba);
  EXPECT_EQ(step("app_subscribed").state, StepState::kDone);
  EXPECT_EQ(world_.run(guide_.subscribe(acme(), "")).value(), "") << "nothing to do";
  EXPECT_EQ(meta_.subscriptions, 1);
  meta_.fails = failure(GraphFailure::Kind::kRefused, "no permission");
  const auto refused = world_.run(guide_.subscribe(acme(), ""));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), (Error{ErrorKind::kConflict, "no permission"}));
}

TEST_F(GuideTest, SubscribesNobodyToAnAccountThatItDoesNotKnow) {
  const auto refused = world_.run(guide_.subscribe(acme(), ""));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("WHATSAPP_WABA_ID"));
  EXPECT_EQ(meta_.subscriptions, 0);
}

TEST_F(GuideTest, SeesTheFirstAnswerAndWhatWentWrongBefore) {
  EXPECT_THAT(step("test_answered").state, StepState::kWaiting);
  end_send(answered("hello"), MessageState::kFailed, "More than 24 hours have passed");
  EXPECT_EQ(step("test_answered").state, StepState::kFailed);
  EXPECT_THAT(step("test_answered").detail, HasSubstr("More than 24 hours"));
  const auto at = std::chrono::floor<std::chrono::seconds>(world_.clock.now());
  end_send(answered("again"), MessageState::kSent, "");
  EXPECT_EQ(step("test_answered").state, StepState::kDone);
  EXPECT_EQ(step("test_answered").at, at);
  pass(std::chrono::hours(1));
  end_send(answered("later"), MessageState::kFailed, "no");
  EXPECT_EQ(step("test_answered").at, at) << "noted once";
}

TEST_F(GuideTest, NotesTheFirstAnswerWhenItIsSent) {
  std::atomic<int> told = 0;
  notes_.set_listener([&](TenantId) { ++told; });
  guide_.sent(acme_, kNumber);
  end_send(answered("hello"), MessageState::kSent, "");
  ASSERT_TRUE(eventually([&] {
    guide_.sent(acme_, kNumber);
    return told == 1;
  }));
  guide_.sent(acme_, kNumber);
  guide_.sent(acme_, "999");
  EXPECT_TRUE(always([&] { return told == 1; }));
}

TEST_F(GuideTest, CountsThePeopleOfTheMonthAgainstWhatMetaAllows) {
  auto view = read();
  EXPECT_EQ(view.people_this_month, 0);
  EXPECT_EQ(view.people_limit, std::nullopt) << "nobody told yet";
  answered("hello");
  EXPECT_EQ(read().people_this_month, 0) << "counted now and then";
  pass(Guide::kCountFor);
  EXPECT_EQ(read().people_this_month, 1);
  check();
  EXPECT_EQ(read().people_limit, 2'000);
  meta_.verification = "not_verified";
  pass(Guide::kCheckEvery);
  check();
  EXPECT_EQ(read().people_limit, 1'000);
  tenants_.set(acme_, "limits.unique_users_per_month", "300");
  EXPECT_EQ(read().people_limit, 300);
}

TEST_F(GuideTest, ShowsATenantWithoutANumberAndNoOthers) {
  tenants_.add("beta", "999");
  const auto refused = world_.run(guide_.read(acme(), "999"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kNotFound);
  tenants_.set(acme_, kPhoneNumberId, "");
  const auto view = read();
  EXPECT_THAT(view.facts.number, IsEmpty());
  EXPECT_EQ(view.facts.callback_url, "https://claw.example/t/acme/webhooks/whatsapp");
  check();
  EXPECT_EQ(meta_.calls, 0);
}

}  // namespace
}  // namespace claw
