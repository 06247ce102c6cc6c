#include "ingress/storage_watch.hpp"

#include <gtest/gtest.h>

#include "support/accept_items.hpp"
#include "support/eventually.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;

class StorageWatchTest : public ::testing::Test {
 protected:
  ~StorageWatchTest() override { world_.store->close(); }
  bool full(TenantId tenant) { return watch_.full(*tenants_.directory.by_id(tenant)); }
  /// So it is once it has looked again.
  bool becomes(TenantId tenant, bool expected) {
    return eventually([&] {
      if (world_.clock.sleepers() > 0) world_.clock.advance(StorageWatch::kEvery);
      return full(tenant) == expected;
    });
  }
  void receive(TenantId tenant, const std::string& text) {
    auto item = of_tenant(text_from("491511", text), tenant.value);
    ASSERT_TRUE(world_.run(world_.ledger->accept({item}, world_.ledger->fence())));
  }

  OpenLedger world_;
  TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", "111");
  TenantId beta_ = tenants_.add("beta", "222");
  StorageWatch watch_{world_.io, *world_.ledger, tenants_.directory, world_.clock};
};

TEST_F(StorageWatchTest, SaysWhoHasStoredAsMuchAsTheyMay) {
  tenants_.set(acme_, "limits.stored_bytes", "10000");
  watch_.start();
  receive(acme_, "small");
  EXPECT_TRUE(becomes(acme_, false));
  receive(acme_, std::string(10'000, 'x'));
  receive(beta_, std::string(10'000, 'x'));
  EXPECT_TRUE(becomes(acme_, true));
  EXPECT_FALSE(full(beta_)) << "it has no limit";
  tenants_.set(acme_, "limits.stored_bytes", "20000");
  EXPECT_TRUE(becomes(acme_, false)) << "and recovers";
}

TEST_F(StorageWatchTest, HoldsNobodyUpWhoseLimitIsNoNumber) {
  tenants_.set(acme_, "limits.stored_bytes", "much");
  tenants_.set(beta_, "limits.stored_bytes", "-1");
  receive(acme_, "text");
  receive(beta_, "text");
  watch_.start();
  ASSERT_TRUE(eventually([&] { return world_.clock.sleepers() > 0; })) << "it has looked";
  EXPECT_FALSE(full(acme_));
  EXPECT_FALSE(full(beta_));
}

}  // namespace
}  // namespace claw
