#include "tenancy/admin.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/audit.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AdminTest : public ::testing::Test {
 protected:
  Result<TenantRef> change(ConversationChange wanted) {
    return world_.run(admin_.change_conversations(by_, tenants_.directory.by_id(acme_), std::move(wanted)));
  }
  std::string fault(ConversationChange wanted) {
    const auto refused = change(std::move(wanted));
    EXPECT_FALSE(refused);
    if (refused) return {};
    EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
    return refused.error().message;
  }
  std::vector<std::string> said() {
    std::vector<std::string> words;
    for (const auto& row : *world_.run(audit_.entries(acme_, {})))
      if (!row.what.empty()) words.push_back(row.what);
    return words;
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  sqlite::SqliteAuditLog audit_{*world_.store};
  Admin admin_{tenants_.store, tenants_.directory, tenants_.vault, world_.clock};
  const By by_{{Actor::Kind::kPerson, 7, "ada@example.org", {}}};
};

TEST_F(AdminTest, HoldsEveryNumberOfConversationsToItsBounds) {
  const struct {
    std::optional<std::int64_t> ConversationChange::* what;
    std::int64_t least, most;
    const char* words;
  } rows[] = {
      {&ConversationChange::debounce_ms, 0, 60'000, "debounce_ms is 0 to 60000"},
      {&ConversationChange::max_merged, 1, 100, "max_merged is 1 to 100"},
      {&ConversationChange::idle_reset_minutes, 0, 525'600, "idle_reset_minutes is 0 to 525600"},
      {&ConversationChange::daily_reset_minute, -1, 1'439, "daily_reset_minute is a minute of the day, 0 to 1439"},
      {&ConversationChange::take_over_minutes, 1, 10'080, "take_over_minutes is 1 to 10080"},
      {&ConversationChange::max_pending, 0, 1'000, "max_pending is 0 to 1000"},
  };
  for (const auto& row : rows) {
    for (const auto value : {row.least, row.most}) {
      ConversationChange wanted;
      wanted.*row.what = value;
      EXPECT_TRUE(change(wanted)) << row.words << ": " << value;
    }
    for (const auto value : {row.least - 1, row.most + 1, INT64_MAX, INT64_MIN}) {
      ConversationChange wanted;
      wanted.*row.what = value;
      EXPECT_THAT(fault(wanted), HasSubstr(row.words)) << value;
    }
  }
}

TEST_F(AdminTest, PutsEachSettingInForceAndSaysOnlyWhatIsAnotherNow) {
  ASSERT_TRUE(change({.queue = "interrupt", .debounce_ms = 1'500, .max_pending = 3, .approval_notice = true}));
  const auto tenant = tenants_.directory.by_id(acme_);
  EXPECT_EQ(tenant->session.queue, QueueMode::kInterrupt);
  EXPECT_EQ(tenant->session.debounce, std::chrono::milliseconds(1'500));
  EXPECT_TRUE(tenant->access.approval_notice);
  ASSERT_TRUE(change({.queue = "interrupt", .debounce_ms = 0}));
  ASSERT_TRUE(change({}));
  EXPECT_THAT(said(), ElementsAre("changed nothing", "set debounce_ms to 0",
                                  "set debounce_ms to 1500, queue to interrupt, approval_notice to true"));
}

TEST_F(AdminTest, NamesEveryOwnerThatIsNoAddress) {
  EXPECT_EQ(fault({.owners = std::vector<std::string>{"Ada", "491511", "12"}}),
            "an owner is a phone number or a BSUID, not \"Ada\", \"12\"");
  EXPECT_THAT(fault({.owners = std::vector<std::string>(Admin::kMaxOwners + 1, "491511")}), HasSubstr("100 owners"));
  ASSERT_TRUE(change({.owners = std::vector<std::string>{"0049 1511", "DE.ada", "+491511"}}));
  EXPECT_THAT(tenants_.directory.by_id(acme_)->session.owners, ElementsAre("491511", "DE.ada"));
}

TEST_F(AdminTest, KeepsAWayOutAndAWayBackThatAreNotTheSame) {
  using Words = std::vector<std::string>;
  EXPECT_THAT(fault({.opt_out_words = Words{}}), HasSubstr("opt_out_words are 1 to 20 words"));
  EXPECT_THAT(fault({.opt_in_words = Words{}}), HasSubstr("opt_in_words are 1 to 20 words"));
  EXPECT_THAT(fault({.opt_in_words = Words(21, "go")}), HasSubstr("1 to 20 words"));
  for (const char* odd : {"", "  ", "a,b", "/stop", "two\nlines"})
    EXPECT_THAT(fault({.opt_out_words = Words{odd}}), HasSubstr("cannot be one")) << odd;
  EXPECT_THAT(fault({.opt_out_words = Words{std::string(61, 'x')}}), HasSubstr("1 to 60 bytes"));
  EXPECT_THAT(fault({.opt_out_words = Words{"start"}}), HasSubstr("for out and for in"));
  EXPECT_THAT(fault({.opt_out_words = Words{"HALT"}, .opt_in_words = Words{"halt"}}), HasSubstr("for out and for in"));
  EXPECT_THAT(said(), IsEmpty());
  ASSERT_TRUE(change({.opt_out_words = Words{"START"}, .opt_in_words = Words{"STOP"}})) << "odd, and nobody's business";
  ASSERT_TRUE(change({.opt_out_words = Words{" keine Nachrichten ", "Keine Nachrichten"}}));
  EXPECT_THAT(tenants_.directory.by_id(acme_)->access.opt_out_words, ElementsAre("keine Nachrichten"));
}

TEST_F(AdminTest, TakesAllFourPolicies) {
  for (const char* policy : {"open", "pairing", "allowlist", "disabled"}) {
    ASSERT_TRUE(world_.run(admin_.set_policy(by_, tenants_.directory.by_id(acme_), {.policy = policy})));
    EXPECT_EQ(to_string(tenants_.directory.by_id(acme_)->policy), policy);
  }
  const auto odd = world_.run(admin_.set_policy(by_, tenants_.directory.by_id(acme_), {.policy = "opne"}));
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.error().message, "there is no policy \"opne\"; use open, pairing, allowlist or disabled");
}

TEST_F(AdminTest, ChangesNothingWhereSomebodyElseDidMeanwhile) {
  By stale = by_;
  stale.condition.match = Versions{.versions = {"of before"}};
  const auto tenant = tenants_.directory.by_id(acme_);
  const auto kind = [](const Result<TenantRef>& result) { return result ? ErrorKind::kFatal : result.error().kind; };
  EXPECT_EQ(kind(world_.run(admin_.set_policy(stale, tenant, {.policy = "pairing"}))), ErrorKind::kStale);
  EXPECT_EQ(kind(world_.run(admin_.change_conversations(stale, tenant, {.max_merged = 3}))), ErrorKind::kStale);
  EXPECT_EQ(kind(world_.run(admin_.set_routing(stale, tenant, {.rules = "[]"}))), ErrorKind::kStale);
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_EQ(tenants_.directory.by_id(acme_)->policy, ChannelPolicy::kOpen);
}

TEST_F(AdminTest, RefusesRulesAboutWhatWentWhileTheyWereWritten) {
  ASSERT_TRUE(world_.run(tenants_.store.put_agent({acme_, "shop", "echo"}, false, tenants_.change())));
  tenants_.reload();
  const auto seen = tenants_.directory.by_id(acme_);
  ASSERT_TRUE(world_.run(admin_.delete_agent(by_, seen, "shop")));
  const auto late = world_.run(admin_.set_routing(by_, seen, {.rules = R"([{"by":"channel","agent":"shop"}])"}));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::kConflict);
  EXPECT_THAT(late.error().message, HasSubstr("rule 1 names the agent shop, which somebody deleted meanwhile"));
}

}  // namespace
}  // namespace claw
