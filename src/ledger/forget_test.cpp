#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/accept_items.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using ::testing::SizeIs;
using namespace claw::testing;

class ForgetTest : public ::testing::Test {
 protected:
  static constexpr std::int64_t kItemTime_s = 1'790'000'000;  // of every item that accept_items.hpp makes

  Accepted accept(std::vector<AcceptItem> items) {
    return world_.run(world_.ledger->accept(std::move(items), world_.ledger->fence())).value();
  }
  std::size_t forget(TimePoint before, std::size_t limit = 100) {
    return world_.run(world_.ledger->forget(before, limit, world_.ledger->fence())).value();
  }
  static TimePoint after_the_items() { return from_ms((kItemTime_s + 10) * 1000); }
  static TimePoint at_the_items() { return from_ms(kItemTime_s * 1000); }

  OpenLedger world_;
};

TEST_F(ForgetTest, ForgetsIdentitiesOfItemsThatAreOlderAndNoOther) {
  accept({text_from("491511", "hello"), item_of(whatsapp::ItemKind::kUnparsed, "unparsed/1")});
  EXPECT_EQ(forget(at_the_items()), 0U);
  EXPECT_EQ(accept({text_from("491511", "hello")}).duplicates, 1U) << "still known";
  EXPECT_EQ(forget(after_the_items()), 2U);
  EXPECT_EQ(accept({text_from("491511", "hello")}).duplicates, 0U);
}

TEST_F(ForgetTest, KeepsTheIdentityOfAnOldItemThatCameJustNow) {
  auto item = text_from("491511", "hello");
  item.event.timestamp_s = 1;
  accept({item});
  EXPECT_EQ(forget(world_.clock.now() - std::chrono::hours(1)), 0U) << "Meta may still send it again";
  EXPECT_EQ(accept({item}).duplicates, 1U);
}

TEST_F(ForgetTest, KnowsItemsWithoutATimeByWhenTheyCame) {
  auto item = item_of(whatsapp::ItemKind::kUnparsed, "unparsed/1");
  item.event.timestamp_s = 0;
  accept({item});
  EXPECT_EQ(forget(world_.clock.now()), 0U);
  EXPECT_EQ(accept({item}).duplicates, 1U);
  EXPECT_EQ(forget(world_.clock.now() + std::chrono::seconds(1)), 1U);
}

TEST_F(ForgetTest, GoesInStepsUntilNothingIsLeft) {
  std::vector<AcceptItem> items;
  for (int i = 0; i < 25; ++i) items.push_back(text_from("491511", "m" + std::to_string(i)));
  accept(std::move(items));
  EXPECT_EQ(forget(after_the_items(), 10), 10U);
  EXPECT_EQ(forget(after_the_items(), 10), 10U);
  EXPECT_EQ(forget(after_the_items(), 10), 5U);
  EXPECT_EQ(forget(after_the_items(), 10), 0U);
}

TEST_F(ForgetTest, KeepsMessagesAndParsedStatuses) {
  const auto message = accept({text_from("491511", "hello")}).pending.at(0).id;
  Ledger& ledger = *world_.ledger;
  const auto part =
      world_.run(ledger.complete_turn(message, {MessageState::kAnswered, "", "", {"reply"}}, ledger.fence()))
          .value()
          .at(0);
  accept({status_of("wamid.1", "read", callback_data_for(1, part.id))});
  forget(after_the_items());
  EXPECT_EQ(world_.run(ledger.message(TenantId{1}, message)).value().view.text, "hello");
  EXPECT_THAT(world_.run(ledger.message(TenantId{1}, part.id)).value().statuses, SizeIs(1));
}

TEST_F(ForgetTest, RefusesAnOlderOwner) {
  const Fence old = world_.ledger->fence();
  accept({text_from("491511", "hello")});
  world_.restart();
  EXPECT_EQ(world_.run(world_.ledger->forget(after_the_items(), 10, old)).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(accept({text_from("491511", "hello")}).duplicates, 1U);
}

}  // namespace
}  // namespace claw
