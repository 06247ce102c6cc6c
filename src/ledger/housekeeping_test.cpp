#include "ledger/housekeeping.hpp"

#include <atomic>

#include <gtest/gtest.h>

#include "ledger/forwarding_ledger.hpp"
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
  Housekeeping housekeeping_{world_.io, inbox_, ledger_, world_.clock};
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

}  // namespace
}  // namespace claw
