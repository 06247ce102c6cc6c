#include "tenancy/api_tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;

class ApiTokensTest : public ::testing::Test {
 protected:
  TimePoint last_used() { return world_.run(tenants_.store.load()).value().tokens.at(0).last_used_at; }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  ApiTokens tokens_{world_.io, tenants_.directory, tenants_.store, world_.clock};
};

TEST_F(ApiTokensTest, LetsATokenDoWhatItsScopesSayAndNothingElse) {
  tenants_.add_token(acme_, "cct_1", {Permission::kInboxRead, Permission::kAuditRead});
  const auto token = tokens_.use("cct_1");
  ASSERT_TRUE(token);
  EXPECT_EQ(token->tenant->id, acme_);
  EXPECT_EQ(token->scopes, (Permissions{Permission::kInboxRead, Permission::kAuditRead}));
  EXPECT_FALSE(tokens_.use("cct_2"));
}

TEST_F(ApiTokensTest, KnowsATokenUntilItsEnd) {
  TokenRow row{0, acme_, token_hash("cct_1"), "", world_.clock.now(), "inbox.read"};
  row.expires_at = world_.clock.now() + std::chrono::days(1);
  ASSERT_TRUE(world_.run(tenants_.store.create_token(row, tenants_.change())));
  tenants_.reload();
  world_.clock.advance(std::chrono::hours(24) - std::chrono::seconds(1));
  EXPECT_TRUE(tokens_.use("cct_1"));
  world_.clock.advance(std::chrono::seconds(1));
  EXPECT_FALSE(tokens_.use("cct_1"));
}

TEST_F(ApiTokensTest, RemembersWhenATokenWasUsedOnceAnHourBehindTheRequest) {
  tenants_.add_token(acme_, "cct_1");
  EXPECT_EQ(last_used(), TimePoint{});
  const auto first = world_.clock.now();
  EXPECT_TRUE(tokens_.use("cct_1"));
  EXPECT_TRUE(eventually([&] { return last_used() == first; }));
  world_.clock.advance(std::chrono::minutes(59));
  EXPECT_TRUE(tokens_.use("cct_1"));
  world_.clock.advance(std::chrono::minutes(1));
  const auto later = world_.clock.now();
  EXPECT_TRUE(tokens_.use("cct_1"));
  EXPECT_TRUE(eventually([&] { return last_used() == later; }));
}

}  // namespace
}  // namespace claw
