#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/audit.hpp"
#include "ledger/sqlite/sqlite_tenant_store.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using claw::testing::OpenLedger;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TenantStoreTest : public ::testing::Test {
 protected:
  template <class T>
  T run(Task<T> task) {
    return world_.run(std::move(task));
  }
  /// A change that the audit log knows as `what`, of tenant 1.
  static Change change(std::string what = "", Condition condition = {}) {
    AuditRow row;
    row.tenant = TenantId{1};
    row.at = from_ms(1000);
    row.what = std::move(what);
    return {std::move(row), std::move(condition)};
  }
  static Condition only(const std::string& version) { return {.match = Versions{.versions = {version}}}; }
  static Condition only_new() { return {.none_match = Versions{.any = true}}; }
  TenantId make(const std::string& name) { return run(store_->create_tenant(name, change())).value(); }
  TenancyRows rows() { return run(store_->load()).value(); }
  std::vector<std::string> audited() {
    sqlite::SqliteAuditLog log(*world_.store);
    std::vector<std::string> list;
    for (const auto& row : run(log.entries(TenantId{1}, {})).value())
      if (!row.what.empty()) list.insert(list.begin(), row.what);
    return list;
  }
  template <class T>
  static ErrorKind kind(const Result<T>& result) {
    EXPECT_FALSE(result);
    return result ? ErrorKind::kFatal : result.error().kind;
  }
  void restart() {
    world_.restart();
    store_.emplace(*world_.store);
  }
  OpenLedger world_;
  std::optional<sqlite::SqliteTenantStore> store_{*world_.store};
};

TEST_F(TenantStoreTest, KeepsWhatWasSetOverARestart) {
  const auto acme = make("acme");
  const auto beta = make("beta");
  EXPECT_NE(acme, beta);
  const std::string sealed("\0sealed\xFF", 8);
  ASSERT_TRUE(run(store_->put_secret({acme, "S", "old", from_ms(1)}, change())));
  ASSERT_TRUE(run(store_->put_secret({acme, "S", sealed, from_ms(2), "ada", "for the shop"}, change())));
  ASSERT_TRUE(run(store_->put_agent({acme, "bot", "echo"}, false, change())));
  const auto token =
      run(store_->create_token({0, acme, std::string("\0hash", 5), "ci", from_ms(3), "inbox.read", "ada", from_ms(9)},
                               change()))
          .value();
  ASSERT_TRUE(run(store_->note_token_use(token, from_ms(4))));
  ASSERT_TRUE(run(store_->change_tenant(beta, false, {{beta, "channel.policy", "open", from_ms(5), "ada"}}, change())));
  restart();
  const auto rows = this->rows();
  ASSERT_THAT(rows.tenants, SizeIs(2));
  EXPECT_EQ(rows.tenants[0].name, "acme");
  EXPECT_EQ(rows.tenants[0].created_at, from_ms(1000));
  EXPECT_TRUE(rows.tenants[0].enabled);
  EXPECT_FALSE(rows.tenants[1].enabled);
  ASSERT_THAT(rows.secrets, SizeIs(1));
  EXPECT_EQ(rows.secrets[0].sealed, sealed);
  EXPECT_EQ(rows.secrets[0].set_at, from_ms(2));
  EXPECT_EQ(rows.secrets[0].set_by, "ada");
  EXPECT_EQ(rows.secrets[0].description, "for the shop");
  ASSERT_THAT(rows.settings, SizeIs(2));
  EXPECT_EQ(rows.settings[0].name, "agent.default");
  EXPECT_EQ(rows.settings[1].tenant, beta);
  EXPECT_EQ(rows.settings[1].set_by, "ada");
  ASSERT_THAT(rows.tokens, SizeIs(1));
  EXPECT_EQ(rows.tokens[0].id, token);
  EXPECT_EQ(rows.tokens[0].hash, std::string("\0hash", 5));
  EXPECT_EQ(rows.tokens[0].scopes, "inbox.read");
  EXPECT_EQ(rows.tokens[0].created_by, "ada");
  EXPECT_EQ(rows.tokens[0].expires_at, from_ms(9));
  EXPECT_EQ(rows.tokens[0].last_used_at, from_ms(4));
  ASSERT_THAT(rows.agents, SizeIs(1));
  EXPECT_EQ(rows.agents[0].kind, "echo");
}

TEST_F(TenantStoreTest, RefusesANameThatIsTakenAndSaysWhatIsNotThere) {
  const auto acme = make("acme");
  EXPECT_EQ(kind(run(store_->create_tenant("acme", change()))), ErrorKind::kConflict);
  const TenantId nobody{77};
  EXPECT_EQ(kind(run(store_->change_tenant(nobody, true, {}, change()))), ErrorKind::kNotFound);
  EXPECT_EQ(kind(run(store_->delete_secret(acme, "S", change()))), ErrorKind::kNotFound);
  EXPECT_EQ(kind(run(store_->describe_secret(acme, "S", "d", change()))), ErrorKind::kNotFound);
  EXPECT_EQ(kind(run(store_->delete_setting(acme, "s", change()))), ErrorKind::kNotFound);
  EXPECT_EQ(kind(run(store_->delete_token(acme, 1, change()))), ErrorKind::kNotFound);
  EXPECT_EQ(kind(run(store_->delete_agent(acme, "bot", change()))), ErrorKind::kNotFound);
}

TEST_F(TenantStoreTest, DeletesOnlyTheTenantsOwn) {
  const auto acme = make("acme");
  const auto beta = make("beta");
  ASSERT_TRUE(run(store_->put_secret({acme, "S", "x", {}}, change())));
  ASSERT_TRUE(run(store_->put_setting({acme, "s", "x"}, {}, change())));
  ASSERT_TRUE(run(store_->put_agent({acme, "bot", "echo"}, false, change())));
  const auto token = run(store_->create_token({0, acme, "hash", "", {}, "inbox.read"}, change())).value();
  EXPECT_FALSE(run(store_->delete_secret(beta, "S", change())));
  EXPECT_FALSE(run(store_->delete_setting(beta, "s", change())));
  EXPECT_FALSE(run(store_->delete_token(beta, token, change())));
  EXPECT_FALSE(run(store_->delete_agent(beta, "bot", change())));
  EXPECT_TRUE(run(store_->delete_secret(acme, "S", change())));
  EXPECT_TRUE(run(store_->delete_setting(acme, "s", change())));
  EXPECT_TRUE(run(store_->delete_token(acme, token, change())));
  EXPECT_TRUE(run(store_->delete_agent(acme, "bot", change())));
  const auto rows = this->rows();
  EXPECT_THAT(rows.secrets, IsEmpty());
  EXPECT_THAT(rows.settings, IsEmpty());
  EXPECT_THAT(rows.tokens, IsEmpty());
  EXPECT_NE(run(store_->create_token({0, acme, "next", "", {}, "inbox.read"}, change())).value(), token)
      << "a token's number is never used again";
}

TEST_F(TenantStoreTest, WritesARowOfTheAuditLogWithEachChangeAndNoneWithoutOne) {
  const auto acme = run(store_->create_tenant("acme", change("made"))).value();
  ASSERT_TRUE(run(store_->change_tenant(acme, false, {}, change("disabled"))));
  ASSERT_TRUE(run(store_->put_secret({acme, "S", "x", {}}, change("set"))));
  ASSERT_TRUE(run(store_->describe_secret(acme, "S", "d", change("described"))));
  ASSERT_TRUE(run(store_->delete_secret(acme, "S", change("deleted"))));
  ASSERT_TRUE(run(store_->put_setting({acme, "s", "1"}, {}, change("setting"))));
  ASSERT_TRUE(run(store_->delete_setting(acme, "s", change("no setting"))));
  const auto token = run(store_->create_token({0, acme, "hash", "", {}, "inbox.read"}, change("token"))).value();
  ASSERT_TRUE(run(store_->delete_token(acme, token, change("no token"))));
  ASSERT_TRUE(run(store_->put_agent({acme, "bot", "echo"}, false, change("agent"))));
  ASSERT_TRUE(run(store_->delete_agent(acme, "bot", change("no agent"))));
  const auto all = audited();
  EXPECT_THAT(all, ElementsAre("made", "disabled", "set", "described", "deleted", "setting", "no setting", "token",
                               "no token", "agent", "no agent"));
  EXPECT_FALSE(run(store_->create_tenant("acme", change("refused"))));
  EXPECT_FALSE(run(store_->change_tenant(TenantId{77}, true, {}, change("refused"))));
  EXPECT_FALSE(run(store_->put_secret({acme, "S", "x", {}}, change("refused", only("other")))));
  EXPECT_FALSE(run(store_->delete_secret(acme, "S", change("refused"))));
  EXPECT_FALSE(run(store_->put_agent({acme, "bot", "echo"}, false, change("refused", only("other")))));
  ASSERT_TRUE(run(store_->note({acme, "webhook.last_verification", "verified"})));
  EXPECT_EQ(audited(), all);
}

TEST_F(TenantStoreTest, ChangesOnlyTheVersionThatWasSeen) {
  const auto acme = make("acme");
  ASSERT_TRUE(run(store_->put_secret({acme, "S", "one", {}}, change("", only_new()))));
  EXPECT_EQ(kind(run(store_->put_secret({acme, "S", "two", {}}, change("", only_new())))), ErrorKind::kStale);
  const auto first = rows().secrets.at(0).version;
  EXPECT_THAT(first, SizeIs(32));
  ASSERT_TRUE(run(store_->put_secret({acme, "S", "two", {}}, change("", only(first)))));
  EXPECT_EQ(kind(run(store_->put_secret({acme, "S", "three", {}}, change("", only(first))))), ErrorKind::kStale);
  EXPECT_EQ(kind(run(store_->describe_secret(acme, "S", "d", change("", only(first))))), ErrorKind::kStale);
  EXPECT_EQ(kind(run(store_->delete_secret(acme, "S", change("", only(first))))), ErrorKind::kStale);
  EXPECT_EQ(rows().secrets.at(0).sealed, "two");
  const auto tenant = rows().tenants.at(0).version;
  ASSERT_TRUE(run(store_->change_tenant(acme, false, {}, change("", only(tenant)))));
  EXPECT_EQ(kind(run(store_->change_tenant(acme, true, {{acme, "channel.policy", "open"}}, change("", only(tenant))))),
            ErrorKind::kStale);
  EXPECT_FALSE(rows().tenants.at(0).enabled);
  EXPECT_THAT(rows().settings, IsEmpty()) << "nothing of a refused change is there";
}

TEST_F(TenantStoreTest, GivesANumberToOneTenantOnly) {
  const auto acme = make("acme");
  const auto beta = make("beta");
  const auto put = [&](TenantId tenant, const std::string& value, std::vector<std::string> numbers) {
    return run(store_->put_setting({tenant, "NUMBERS", value}, std::move(numbers), change()));
  };
  ASSERT_TRUE(put(acme, "111, 222", {"111", "222"}));
  EXPECT_EQ(kind(put(beta, "333,222", {"333", "222"})), ErrorKind::kConflict);
  EXPECT_TRUE(put(beta, "22", {"22"})) << "part of another is another";
  EXPECT_TRUE(put(acme, "222,111", {"222", "111"})) << "its own";
}

TEST_F(TenantStoreTest, KeepsADefaultAgentWhileThereAreAgents) {
  const auto acme = make("acme");
  const auto standard = [&] {
    for (const auto& row : rows().settings)
      if (row.name == "agent.default") return row.value;
    return std::string();
  };
  const auto version_of = [&](const std::string& name) {
    for (const auto& row : rows().agents)
      if (row.name == name) return row.version;
    return std::string();
  };
  ASSERT_TRUE(run(store_->put_agent({acme, "one", "echo"}, false, change())));
  EXPECT_EQ(standard(), "one") << "the first";
  const auto seen = version_of("one");
  ASSERT_TRUE(run(store_->put_agent({acme, "two", "echo"}, true, change())));
  EXPECT_EQ(standard(), "two");
  EXPECT_NE(version_of("one"), seen) << "it is not the default any more";
  EXPECT_EQ(kind(run(store_->delete_agent(acme, "two", change()))), ErrorKind::kConflict);
  ASSERT_TRUE(run(store_->delete_agent(acme, "one", change())));
  ASSERT_TRUE(run(store_->delete_agent(acme, "two", change()))) << "the last may go";
  EXPECT_EQ(standard(), "");
}

TEST_F(TenantStoreTest, TakesASettingAwayWhoseValueIsEmpty) {
  const auto acme = make("acme");
  ASSERT_TRUE(run(store_->change_tenant(acme, {}, {{acme, "channel.policy.111", "open"}}, change())));
  ASSERT_THAT(rows().settings, SizeIs(1));
  for (const bool again : {false, true})
    EXPECT_TRUE(run(store_->change_tenant(acme, {}, {{acme, "channel.policy.111", ""}}, change()))) << again;
  EXPECT_THAT(rows().settings, IsEmpty());
}

TEST_F(TenantStoreTest, KeepsEveryAgentAndNumberThatARuleNames) {
  const auto acme = make("acme");
  const auto beta = make("beta");
  const auto set_rules = [&](const std::string& rules) {
    return run(store_->change_tenant(acme, {}, {{acme, "routing.rules", rules}}, change()));
  };
  const auto set_numbers = [&](TenantId tenant, const std::string& numbers) {
    return run(store_->put_setting({tenant, "WHATSAPP_PHONE_NUMBER_ID", numbers}, {}, change()));
  };
  for (const auto tenant : {acme, beta})
    for (const char* agent : {"bot", "shop"})
      ASSERT_TRUE(run(store_->put_agent({tenant, agent, "echo"}, false, change())));
  ASSERT_TRUE(set_numbers(acme, "111, 222"));
  ASSERT_TRUE(set_numbers(beta, "333"));
  const std::string by_number = R"([{"by":"channel","agent":"bot"},{"by":"number","value":"222","agent":"shop"}])";
  ASSERT_TRUE(set_rules(by_number));

  const auto gone = run(store_->delete_agent(acme, "shop", change()));
  EXPECT_EQ(kind(gone), ErrorKind::kConflict);
  EXPECT_EQ(gone.error().message, "rule 2 of the routing names the agent shop: change the routing first");
  EXPECT_EQ(kind(set_numbers(acme, "111,2222")), ErrorKind::kConflict) << "222 is no part of another";
  EXPECT_EQ(kind(run(store_->delete_setting(acme, "WHATSAPP_PHONE_NUMBER_ID", change()))), ErrorKind::kConflict);
  EXPECT_TRUE(set_numbers(acme, "222,333"));
  EXPECT_TRUE(run(store_->delete_agent(beta, "shop", change()))) << "the rules are acme's";

  // What was read when the rules were checked may have gone meanwhile.
  EXPECT_EQ(kind(set_rules(R"([{"by":"channel","agent":"ghost"}])")), ErrorKind::kConflict);
  EXPECT_EQ(kind(set_rules(R"([{"by":"channel","number":"111","agent":"bot"}])")), ErrorKind::kConflict);
  std::string rules;
  for (const auto& row : rows().settings)
    if (row.name == "routing.rules") rules = row.value;
  EXPECT_EQ(rules, by_number) << "a refused change leaves what was there";
  ASSERT_TRUE(set_rules(""));
  EXPECT_TRUE(run(store_->delete_agent(acme, "shop", change())));
}

TEST_F(TenantStoreTest, MakesAnAgentTheDefaultWithOtherSettingsOnlyWhileItIsThere) {
  const auto acme = make("acme");
  ASSERT_TRUE(run(store_->put_agent({acme, "bot", "echo"}, false, change())));
  const auto set = [&](const std::string& agent) {
    return run(store_->change_tenant(acme, {}, {{acme, "session.queue", "collect"}, {acme, "agent.default", agent}},
                                     change()));
  };
  EXPECT_EQ(kind(set("ghost")), ErrorKind::kConflict);
  EXPECT_THAT(rows().settings, SizeIs(1)) << "the default, and nothing of what was refused";
  ASSERT_TRUE(run(store_->put_agent({acme, "shop", "echo"}, false, change())));
  EXPECT_TRUE(set("shop"));
}

TEST_F(TenantStoreTest, ClaimsANumberForOneTenantAndSaysSoInItsSettings) {
  const auto acme = make("acme");
  const auto beta = make("beta");
  const auto value = [&](TenantId tenant, const std::string& name) {
    for (const auto& row : rows().settings)
      if (row.tenant == tenant && row.name == name) return row.value;
    return std::string();
  };
  ASSERT_TRUE(run(store_->put_claim({"900", "111", acme}, change("claimed"))));
  EXPECT_EQ(value(acme, "WHATSAPP_PHONE_NUMBER_ID"), "111");
  EXPECT_EQ(value(acme, "WHATSAPP_WABA_ID"), "900");
  ASSERT_TRUE(run(store_->put_claim({"901", "112", acme}, change())));
  EXPECT_EQ(value(acme, "WHATSAPP_PHONE_NUMBER_ID"), "111,112");
  EXPECT_EQ(value(acme, "WHATSAPP_WABA_ID"), "900");
  EXPECT_EQ(value(acme, "WHATSAPP_WABA_ID_112"), "901") << "another account";
  EXPECT_EQ(kind(run(store_->put_claim({"902", "111", beta}, change("refused")))), ErrorKind::kConflict);
  EXPECT_EQ(kind(run(store_->put_claim({"900", "113", beta}, change("refused")))), ErrorKind::kConflict)
      << "an account is one tenant's";
  ASSERT_TRUE(run(store_->put_setting({beta, "WHATSAPP_PHONE_NUMBER_ID", "222"}, {"222"}, change())));
  EXPECT_EQ(kind(run(store_->put_claim({"903", "222", acme}, change("refused")))), ErrorKind::kConflict)
      << "set by another, without a claim";
  EXPECT_THAT(rows().claims, SizeIs(2));
  ASSERT_TRUE(run(store_->delete_claim({"900", "111", acme}, change("released"))));
  EXPECT_EQ(kind(run(store_->delete_claim({"900", "111", acme}, change()))), ErrorKind::kNotFound);
  EXPECT_EQ(value(acme, "WHATSAPP_PHONE_NUMBER_ID"), "111,112") << "the settings stay";
  EXPECT_THAT(audited(), ElementsAre("claimed", "released"));
}

}  // namespace
}  // namespace claw
