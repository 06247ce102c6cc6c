#include "tenancy/directory.hpp"

#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using namespace claw::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class DirectoryTest : public ::testing::Test {
 protected:
  std::string by_host(std::string_view host) {
    const auto tenant = directory().by_host(host);
    return tenant ? tenant->name : "";
  }
  Directory& directory() { return tenants_.directory; }

  OpenLedger world_;
  TestTenants tenants_{world_};
};

TEST_F(DirectoryTest, FindsATenantByItsHost) {
  tenants_.add("acme", "111");
  const std::pair<const char*, const char*> rows[] = {
      {"acme.claw.example.org", "acme"},
      {"ACME.Claw.Example.ORG", "acme"},
      {"acme.claw.example.org:8443", "acme"},
      {"claw.example.org", ""},
      {".claw.example.org", ""},
      {"beta.claw.example.org", ""},
      {"x.acme.claw.example.org", ""},
      {"acme.claw.example.org.evil.com", ""},
      {"acmeclaw.example.org", ""},
      {"acme", ""},
      {"", ""},
  };
  for (const auto& [host, name] : rows) EXPECT_EQ(by_host(host), name) << host;
  Directory without_domain(tenants_.store, tenants_.vault, "");
  ASSERT_TRUE(world_.run(without_domain.reload()));
  EXPECT_EQ(without_domain.by_host("acme."), nullptr);
}

TEST_F(DirectoryTest, FindsATenantByEachOfItsNumbers) {
  const auto acme = tenants_.add("acme", " 111 ,222,, 333");
  EXPECT_THAT(directory().by_id(acme)->phone_number_ids, ElementsAre("111", "222", "333"));
  for (const char* number : {"111", "222", "333"}) EXPECT_EQ(directory().by_number(number)->id, acme);
  for (const char* number : {"", "11", "1111", "111,222"}) EXPECT_EQ(directory().by_number(number), nullptr) << number;
  EXPECT_TRUE(directory().by_id(acme)->owns_number("222"));
  EXPECT_FALSE(directory().by_id(acme)->owns_number("444"));
}

TEST_F(DirectoryTest, FindsATenantByItsTokenUntilItIsRevoked) {
  const auto acme = tenants_.add("acme", "111");
  const auto id = tenants_.add_token(acme, "cct_1", {Permission::kInboxRead});
  EXPECT_EQ(directory().by_token("cct_1")->tenant->id, acme);
  EXPECT_EQ(directory().by_token("cct_1")->scopes, Permissions{Permission::kInboxRead});
  for (const std::string& wrong : {std::string(), std::string("cct_"), std::string("cct_11"), token_hash("cct_1")})
    EXPECT_FALSE(directory().by_token(wrong));
  tenants_.revoke(acme, id);
  EXPECT_FALSE(directory().by_token("cct_1"));
}

TEST_F(DirectoryTest, KnowsADisabledTenantAndSaysThatItIs) {
  const auto acme = tenants_.add("acme", "111");
  tenants_.enable(acme, false);
  EXPECT_FALSE(directory().by_name("acme")->enabled);
  EXPECT_FALSE(directory().by_number("111")->enabled);
  tenants_.enable(acme, true);
  EXPECT_TRUE(directory().by_name("acme")->enabled);
}

TEST_F(DirectoryTest, IsClosedAndWithoutAgentUntilSomebodyOpensIt) {
  const auto id = world_.run(tenants_.store.create_tenant("fresh", tenants_.change())).value();
  tenants_.reload();
  EXPECT_EQ(directory().by_id(id)->policy, ChannelPolicy::kDisabled);
  EXPECT_EQ(directory().by_id(id)->default_agent, "");
  tenants_.set(id, "channel.policy", "nonsense");
  EXPECT_EQ(directory().by_id(id)->policy, ChannelPolicy::kDisabled);
}

TEST_F(DirectoryTest, LeavesAReadingToWhoeverHoldsIt) {
  const auto acme = tenants_.add("acme", "111");
  const TenantRef held = directory().by_id(acme);
  tenants_.set(acme, kPhoneNumberId, "999");
  EXPECT_THAT(held->phone_number_ids, ElementsAre("111"));
  EXPECT_THAT(directory().by_id(acme)->phone_number_ids, ElementsAre("999"));
}

TEST_F(DirectoryTest, OpensSecretsAndSaysWhichOneItCannotOpenWhileTheOldReadingStays) {
  const auto acme = tenants_.add("acme", "111");
  const auto put = [&](const std::string& sealed) {
    ASSERT_TRUE(
        world_.run(tenants_.store.put_secret({acme, kAccessToken, sealed, world_.clock.now()}, tenants_.change())));
  };
  put(tenants_.vault.seal(acme, kAccessToken, SecretString(std::string("EAAG"))));
  tenants_.reload();
  EXPECT_EQ(directory().by_id(acme)->access_token.expose(), "EAAG");
  put(tenants_.vault.seal(TenantId{99}, kAccessToken, SecretString(std::string("moved"))));
  const auto failed = world_.run(directory().reload());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::kFatal);
  EXPECT_THAT(failed.error().message, HasSubstr("acme"));
  EXPECT_THAT(failed.error().message, HasSubstr(kAccessToken));
  EXPECT_EQ(directory().by_id(acme)->access_token.expose(), "EAAG");
  put(tenants_.vault.seal(acme, kAccessToken, SecretString(std::string("new"))));
  tenants_.reload();
  EXPECT_EQ(directory().by_id(acme)->access_token.expose(), "new") << "and recovers";
}

TEST_F(DirectoryTest, GivesANumberItsOwnSecretsAndElseTheTenants) {
  const auto acme = tenants_.add("acme", "111,112");
  tenants_.set_secret(acme, kAccessToken, "EAA-1");
  tenants_.set_secret(acme, kAppSecret, "app-1");
  tenants_.set_secret(acme, "WHATSAPP_ACCESS_TOKEN_112", "EAA-2");
  tenants_.set_secret(acme, "MODEL_KEY", "hush");
  const auto tenant = directory().by_id(acme);
  EXPECT_EQ(tenant->access_token_for("111").expose(), "EAA-1");
  EXPECT_EQ(tenant->access_token_for("112").expose(), "EAA-2");
  EXPECT_EQ(tenant->app_secret_for("112").expose(), "app-1");
  EXPECT_EQ(tenant->secrets.size(), 1U) << "an agent's key can be no token of Meta's";
  EXPECT_TRUE(tenant->secrets.contains("MODEL_KEY"));
}

TEST_F(DirectoryTest, LendsThePlatformsAppSecretToANumberThatIsClaimedAndHasNone) {
  const auto acme = tenants_.add("acme", "111,112");
  tenants_.set_secret({}, "PLATFORM_APP_SECRET", "platform");
  tenants_.claim(acme, "900", "112");
  auto tenant = directory().by_id(acme);
  EXPECT_EQ(tenant->app_secret_for("112").expose(), "platform");
  EXPECT_TRUE(tenant->app_secret_for("111").empty()) << "not claimed";
  EXPECT_EQ(directory().by_claim("900", "112")->id, acme);
  EXPECT_EQ(directory().by_claim("900", "")->id, acme);
  for (const auto& [waba, number] : {std::pair{"900", "111"}, {"901", "112"}, {"", "112"}, {"", ""}})
    EXPECT_EQ(directory().by_claim(waba, number), nullptr);
  tenants_.set_secret(acme, kAppSecret, "own");
  EXPECT_EQ(directory().by_id(acme)->app_secret_for("112").expose(), "own");
}

TEST_F(DirectoryTest, ServesItsLastReadingWhileTheStoreIsAway) {
  tenants_.add("acme", "111");
  world_.store->close();
  EXPECT_FALSE(world_.run(directory().reload()));
  EXPECT_NE(directory().by_name("acme"), nullptr);
}

/// A store whose first reading comes late.
class SlowStore final : public sqlite::SqliteTenantStore {
 public:
  using SqliteTenantStore::SqliteTenantStore;
  [[nodiscard]] Task<Result<TenancyRows>> load() override {
    auto rows = co_await SqliteTenantStore::load();
    if (++loads_ == 1)
      co_await complete_with<int>([this](Completion<int> done) {
        std::scoped_lock lock(mutex_);
        held_ = std::move(done);
      });
    co_return rows;
  }
  bool holds() {
    std::scoped_lock lock(mutex_);
    return held_.has_value();
  }
  void release() {
    std::scoped_lock lock(mutex_);
    (*held_)(0);
  }

 private:
  std::atomic<int> loads_ = 0;
  std::mutex mutex_;
  std::optional<Completion<int>> held_;  // guarded by mutex_
};

TEST_F(DirectoryTest, NeverLetsASlowReadingUndoANewerOne) {
  SlowStore store(*world_.store);
  Directory directory(store, tenants_.vault, "");
  auto slow = boost::asio::co_spawn(world_.io.executor(0), directory.reload(), boost::asio::use_future);
  ASSERT_TRUE(eventually([&] { return store.holds(); }));
  tenants_.add("acme", "111");
  ASSERT_TRUE(world_.run(directory.reload()));
  ASSERT_NE(directory.by_name("acme"), nullptr);
  store.release();
  ASSERT_TRUE(slow.get());
  EXPECT_NE(directory.by_name("acme"), nullptr);
}

}  // namespace
}  // namespace claw
