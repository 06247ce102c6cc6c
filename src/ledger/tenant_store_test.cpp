#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/sqlite_tenant_store.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using claw::testing::OpenLedger;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TenantStoreTest : public ::testing::Test {
 protected:
  template <class T>
  T run(Task<T> task) {
    return world_.run(std::move(task));
  }
  void restart() {
    world_.restart();
    store_.emplace(*world_.store);
  }
  OpenLedger world_;
  std::optional<sqlite::SqliteTenantStore> store_{*world_.store};
};

TEST_F(TenantStoreTest, KeepsWhatWasSetOverARestart) {
  const auto acme = run(store_->create_tenant("acme", from_ms(1000))).value();
  const auto beta = run(store_->create_tenant("beta", from_ms(2000))).value();
  EXPECT_NE(acme, beta);
  const std::string sealed("\0sealed\xFF", 8);
  ASSERT_TRUE(run(store_->put_secret({acme, "S", "old", from_ms(1)})));
  ASSERT_TRUE(run(store_->put_secret({acme, "S", sealed, from_ms(2)})));
  ASSERT_TRUE(run(store_->put_setting({beta, "channel.policy", "open"})));
  ASSERT_TRUE(run(store_->put_agent({acme, "bot", "echo"})));
  const auto token = run(store_->create_token({0, acme, std::string("\0hash", 5), "ci", from_ms(3)})).value();
  ASSERT_TRUE(run(store_->set_enabled(beta, false)));
  restart();
  const auto rows = run(store_->load()).value();
  ASSERT_THAT(rows.tenants, SizeIs(2));
  EXPECT_EQ(rows.tenants[0].name, "acme");
  EXPECT_EQ(rows.tenants[0].created_at, from_ms(1000));
  EXPECT_TRUE(rows.tenants[0].enabled);
  EXPECT_FALSE(rows.tenants[1].enabled);
  ASSERT_THAT(rows.secrets, SizeIs(1));
  EXPECT_EQ(rows.secrets[0].sealed, sealed);
  EXPECT_EQ(rows.secrets[0].set_at, from_ms(2));
  ASSERT_THAT(rows.settings, SizeIs(1));
  EXPECT_EQ(rows.settings[0].tenant, beta);
  ASSERT_THAT(rows.tokens, SizeIs(1));
  EXPECT_EQ(rows.tokens[0].id, token);
  EXPECT_EQ(rows.tokens[0].hash, std::string("\0hash", 5));
  ASSERT_THAT(rows.agents, SizeIs(1));
  EXPECT_EQ(rows.agents[0].kind, "echo");
}

TEST_F(TenantStoreTest, RefusesANameThatIsTakenAndSaysWhatIsNotThere) {
  const auto acme = run(store_->create_tenant("acme", {})).value();
  EXPECT_EQ(run(store_->create_tenant("acme", {})).error().kind, ErrorKind::kConflict);
  const TenantId nobody{77};
  EXPECT_EQ(run(store_->set_enabled(nobody, true)).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(run(store_->delete_secret(acme, "S")).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(run(store_->delete_setting(acme, "s")).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(run(store_->delete_token(acme, 1)).error().kind, ErrorKind::kNotFound);
}

TEST_F(TenantStoreTest, DeletesOnlyTheTenantsOwn) {
  const auto acme = run(store_->create_tenant("acme", {})).value();
  const auto beta = run(store_->create_tenant("beta", {})).value();
  ASSERT_TRUE(run(store_->put_secret({acme, "S", "x", {}})));
  ASSERT_TRUE(run(store_->put_setting({acme, "s", "x"})));
  const auto token = run(store_->create_token({0, acme, "hash", "", {}})).value();
  EXPECT_FALSE(run(store_->delete_secret(beta, "S")));
  EXPECT_FALSE(run(store_->delete_setting(beta, "s")));
  EXPECT_FALSE(run(store_->delete_token(beta, token)));
  EXPECT_TRUE(run(store_->delete_secret(acme, "S")));
  EXPECT_TRUE(run(store_->delete_setting(acme, "s")));
  EXPECT_TRUE(run(store_->delete_token(acme, token)));
  const auto rows = run(store_->load()).value();
  EXPECT_THAT(rows.secrets, IsEmpty());
  EXPECT_THAT(rows.settings, IsEmpty());
  EXPECT_THAT(rows.tokens, IsEmpty());
  EXPECT_NE(run(store_->create_token({0, acme, "next", "", {}})).value(), token)
      << "a token's number is never used again";
}

}  // namespace
}  // namespace claw
