#include "ledger/housekeeping.hpp"

#include <atomic>

#include <gtest/gtest.h>

#include "ledger/forwarding_ledger.hpp"
#include "support/accept_items.hpp"
#include "support/eventually.hpp"
#include "support/fake_inbox.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using namespace claw::testing;

/// Has three steps of old identities, and an inbox into which something comes with each.
class BusyLedger final : public ForwardingLedger {
 public:
  BusyLedger(Ledger& real, Inbox& inbox) : ForwardingLedger(real), inbox_(inbox) {}

  [[nodiscard]] Task<Result<std::size_t>> forget(TimePoint, std::size_t limit, Fence) override {
    EXPECT_TRUE(co_await inbox_.append({InboundItem{}}));
    co_return ++steps < 3 ? limit : limit - 1;
  }
  std::atomic<int> steps = 0;

 private:
  Inbox& inbox_;
};

class HousekeepingTest : public ::testing::Test {
 protected:
  HousekeepingTest() { housekeeping_.start(); }
  /// Time goes on until so many steps were made.
  bool makes(int steps) {
    return eventually([&] {
      world_.clock.advance(std::chrono::milliseconds(50));
      return ledger_.steps == steps;
    });
  }
  void an_hour_passes() {
    ASSERT_TRUE(eventually([&] { return world_.clock.sleepers() == 1; }));
    world_.clock.advance(Housekeeping::kEvery);
  }

  OpenLedger world_;
  FakeInbox inbox_;
  BusyLedger ledger_{*world_.ledger, inbox_};
  std::vector<Retention> retention_;
  Housekeeping housekeeping_{world_.io, inbox_, ledger_, world_.clock, [this] { return retention_; }};
};

TEST_F(HousekeepingTest, ForgetsAllThatIsOldAlthoughItemsKeepComing) {
  an_hour_passes();
  EXPECT_TRUE(makes(3));
}

TEST_F(HousekeepingTest, ForgetsNothingWhileAnItemWaitsThatMayBeKnownByIt) {
  ASSERT_TRUE(world_.run(inbox_.append({InboundItem{}})));
  an_hour_passes();
  ASSERT_TRUE(eventually([&] { return world_.clock.sleepers() == 1; })) << "it waits";
  EXPECT_EQ(ledger_.steps, 0);
  inbox_.settle(InboxSeq{1});
  EXPECT_TRUE(makes(3)) << "and goes on";
}

class RetentionTest : public ::testing::Test {
 protected:
  ~RetentionTest() override { world_.store->close(); }
  void receive(std::int64_t tenant, const std::string& text) {
    auto item = of_tenant(text_from("491511", text), tenant);
    item.item.received_at = world_.clock.now();
    item.item.raw = text;
    ASSERT_TRUE(world_.run(inbox_.append({item.item})));
    inbox_.settle(InboxSeq{++items_});
    item.item.seq = InboxSeq{items_};
    item.ignore_reason = "channel_disabled";
    ASSERT_TRUE(world_.run(world_.ledger->accept({item}, world_.ledger->fence())));
  }
  std::size_t messages(std::int64_t tenant) {
    return world_.run(world_.ledger->messages(TenantId{tenant}, {})).value().size();
  }

  OpenLedger world_;
  FakeInbox inbox_;
  std::int64_t items_ = 0;
  std::vector<Retention> retention_{{TenantId{1}, std::chrono::days(2)}};
  Housekeeping housekeeping_{world_.io, inbox_, *world_.ledger, world_.clock, [this] { return retention_; }};
};

TEST_F(RetentionTest, DeletesMessagesAndTheirWebhooksOfTenantsThatDoNotKeepThemForEver) {
  receive(1, "old");
  receive(2, "old, kept for ever");
  world_.clock.advance(std::chrono::hours(49));
  receive(1, "young");
  housekeeping_.start();
  ASSERT_TRUE(eventually([&] { return world_.clock.sleepers() == 1; }));
  world_.clock.advance(Housekeeping::kEvery);
  EXPECT_TRUE(eventually([&] {
    world_.clock.advance(std::chrono::milliseconds(50));
    return messages(1) == 1;
  }));
  EXPECT_EQ(messages(2), 1U);
  EXPECT_EQ(inbox_.kept(), 2U);
}

}  // namespace
}  // namespace claw
