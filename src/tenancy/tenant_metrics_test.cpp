#include "tenancy/tenant_metrics.hpp"

#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/tenant_queues.hpp"
#include "support/accept_items.hpp"
#include "support/open_ledger.hpp"
#include "support/test_tenants.hpp"
#include "tenancy/tenant_queue_watch.hpp"

namespace claw {
namespace {

using namespace std::chrono_literals;
using namespace claw::testing;
using ::testing::HasSubstr;
using ::testing::Not;
using enum TenantCount;

class TenantMetricsTest : public ::testing::Test {
 protected:
  void accept(AcceptItem item) { ASSERT_TRUE(world_.run(ledger().accept({std::move(item)}, fence()))); }
  TenantId make(const std::string& name) {
    return world_.run(tenants_.store.create_tenant(name, tenants_.change())).value();
  }
  TenantId add(const std::string& name) {
    const auto id = make(name);
    tenants_.reload();
    return id;
  }
  Ledger& ledger() { return *world_.ledger; }
  Fence fence() { return world_.ledger->fence(); }

  OpenLedger world_;
  TestTenants tenants_{world_};
};

TEST_F(TenantMetricsTest, CountsEachTenantByItself) {
  const auto acme = add("acme"), beta = add("beta");
  TenantMetrics metrics(tenants_.directory);
  metrics.add(acme, kMessages);
  metrics.add(acme, kMessages, 2);
  metrics.add(beta, kAgentFailed);
  const auto page = metrics.page();
  EXPECT_THAT(page, HasSubstr("clawcentral_tenant_messages_total{tenant=\"acme\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("clawcentral_tenant_messages_total{tenant=\"beta\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("clawcentral_tenant_turns_total{tenant=\"beta\",result=\"agent_failed\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("clawcentral_tenant_messages_total{tenant=\"(other)\"} 0\n"));
}

TEST_F(TenantMetricsTest, NamesWhoComesLaterAndCountsWhoIsGoneOrNobodysAsOther) {
  TenantMetrics metrics(tenants_.directory);
  const auto late = add("late");
  metrics.add(late, kSent);
  metrics.add(TenantId{}, kSent);
  metrics.add(TenantId{4711}, kSent);
  const auto page = metrics.page();
  EXPECT_THAT(page, HasSubstr("clawcentral_tenant_sends_total{tenant=\"late\",result=\"sent\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("clawcentral_tenant_sends_total{tenant=\"(other)\",result=\"sent\"} 2\n"));
}

TEST_F(TenantMetricsTest, SumsUpThoseThatHaveNoRoom) {
  std::vector<TenantId> ids;
  for (std::size_t i = 0; i < TenantMetrics::kMaxNamed + 3; ++i) ids.push_back(make(fmt::format("t{:03}", i)));
  tenants_.reload();
  TenantMetrics metrics(tenants_.directory);
  for (const auto id : ids) metrics.add(id, kMessages);
  const auto page = metrics.page();
  EXPECT_THAT(page, HasSubstr("clawcentral_tenant_messages_total{tenant=\"t199\"} 1\n"));
  EXPECT_THAT(page, Not(HasSubstr("t200")));
  EXPECT_THAT(page, HasSubstr("clawcentral_tenant_messages_total{tenant=\"(other)\"} 3\n"));
}

TEST_F(TenantMetricsTest, LosesNoCountAndNamesATenantOnceWhoeverIsFirst) {
  TenantMetrics metrics(tenants_.directory);
  std::vector<TenantId> ids;
  for (int i = 0; i < 50; ++i) ids.push_back(make(fmt::format("t{:03}", i)));
  tenants_.reload();
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread)
      threads.emplace_back([&] {
        for (int round = 0; round < 100; ++round)
          for (const auto id : ids) metrics.add(id, kAnswered);
      });
  }
  const auto page = metrics.page();
  for (int i = 0; i < 50; ++i)
    EXPECT_THAT(page, HasSubstr(fmt::format(
                          "clawcentral_tenant_turns_total{{tenant=\"t{:03}\",result=\"answered\"}} 400\n", i)));
}

TEST_F(TenantMetricsTest, TellsHowMuchWaitsAndForHowLongAndForgetsItWhenItIsDone) {
  const auto acme = add("acme");
  TenantMetrics metrics(tenants_.directory);
  sqlite::SqliteTenantQueues queues(*world_.store);
  TenantQueueWatch watch(world_.io, queues, metrics, world_.clock);
  auto first = of_tenant(text_from("491511", "a"), acme.value),
       second = of_tenant(text_from("491512", "b"), acme.value);
  first.item.received_at = world_.clock.now() - 90s;
  second.item.received_at = world_.clock.now() - 30s;
  const auto pending = world_.run(ledger().accept({std::move(first), std::move(second)}, fence())).value().pending;
  ASSERT_TRUE(world_.run(
      ledger().complete_turn(pending.at(1).id, {MessageState::kAnswered, "", "echo", {"one", "two"}}, fence())));

  auto rows = world_.run(queues.waiting()).value();
  ASSERT_EQ(rows.size(), 1U);
  metrics.set_waiting(rows, world_.clock.now() + 5s);
  auto page = metrics.page();
  EXPECT_THAT(page, HasSubstr("clawcentral_tenant_waiting_messages{tenant=\"acme\",queue=\"turns\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("clawcentral_tenant_oldest_waiting_seconds{tenant=\"acme\",queue=\"turns\"} 95.000\n"));
  EXPECT_THAT(page, HasSubstr("clawcentral_tenant_waiting_messages{tenant=\"acme\",queue=\"outbox\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("clawcentral_tenant_oldest_waiting_seconds{tenant=\"acme\",queue=\"outbox\"} 5.000\n"));

  metrics.set_waiting({}, world_.clock.now());
  page = metrics.page();
  EXPECT_THAT(page, HasSubstr("clawcentral_tenant_waiting_messages{tenant=\"acme\",queue=\"turns\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("clawcentral_tenant_oldest_waiting_seconds{tenant=\"acme\",queue=\"outbox\"} 0.000\n"));
}

TEST_F(TenantMetricsTest, CountsNoMoreOfATenantsTurnsThanItsBoundAndStillTheOthers) {
  const auto acme = add("acme"), beta = add("beta");
  ASSERT_TRUE(world_.run(world_.store->write<void>([&](sqlite::Database& db) -> Result<void> {
    db.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) INSERT INTO messages (tenant, "
        "conversation, direction, state, type, text, data, wamid, created_ms, meta_ms, previous, inbox, turn, part, "
        "attempts, due_ms, error_code, reason, agent) SELECT $2, 1, 0, 0, 'text', '', '{}', '', 7, 0, 0, 0, 0, 0, 0, "
        "0, "
        "0, '', '' FROM n",
        sqlite::SqliteTenantQueues::kMaxTurns + 5, acme);
    return {};
  })));
  accept(of_tenant(text_from("491511", "a"), beta.value));
  sqlite::SqliteTenantQueues queues(*world_.store);
  const auto rows = world_.run(queues.waiting()).value();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].turns.messages, sqlite::SqliteTenantQueues::kMaxTurns);
  EXPECT_EQ(rows[0].turns.oldest, from_ms(7));
  EXPECT_EQ(rows[1].tenant, beta);
  EXPECT_EQ(rows[1].turns.messages, 1);
}

}  // namespace
}  // namespace claw
