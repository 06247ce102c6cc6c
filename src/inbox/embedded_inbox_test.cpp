#include "inbox/embedded_inbox.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/open_ledger.hpp"

namespace claw {
namespace {

using claw::testing::OpenLedger;

class EmbeddedInboxTest : public ::testing::Test {
 protected:
  ~EmbeddedInboxTest() override { world_.inbox_store->close(); }

  /// Appends items whose bytes are their numbers, each as large as `bytes` where that is more.
  void append(std::size_t count, std::size_t bytes = 0) {
    std::vector<InboundItem> items(count);
    for (auto& item : items) {
      item.raw = std::to_string(++appended_);
      if (item.raw.size() < bytes) item.raw.insert(0, bytes - item.raw.size(), '0');
    }
    ASSERT_TRUE(world_.run(inbox_->append(std::move(items))));
  }
  /// True if the next items are the numbers that come next, without a gap.
  bool next_are_in_order(std::size_t limit) {
    const auto items = world_.run(inbox_->next(limit)).value();
    EXPECT_LE(items.size(), limit);
    for (const auto& item : items) {
      if (std::stoul(item.raw) != ++given_) return false;
      if (item.seq.value != static_cast<std::int64_t>(given_)) return false;
    }
    return !items.empty();
  }
  bool all_are_in_order(std::size_t limit) {
    while (given_ < appended_)
      if (!next_are_in_order(limit)) return false;
    return true;
  }

  void restart() {
    inbox_->stop();
    world_.inbox_store->close();
    inbox_.reset();
    world_.restart();
    inbox_ = world_.run(EmbeddedInbox::open(*world_.inbox_store)).value();
  }

  static constexpr auto kStatus = static_cast<std::uint8_t>(whatsapp::ItemKind::kStatus);
  OpenLedger world_;
  std::unique_ptr<EmbeddedInbox> inbox_ = world_.run(EmbeddedInbox::open(*world_.inbox_store)).value();
  std::size_t appended_ = 0;  // by one thread at a time
  std::size_t given_ = 0;
};

TEST_F(EmbeddedInboxTest, ReadsFromTheFileInOrderWhatFindsNoRoomInMemory) {
  append(EmbeddedInbox::kMaxInMemory);
  for (int i = 0; i < 5; ++i) append(100);
  EXPECT_EQ(inbox_->waiting(), appended_);
  ASSERT_TRUE(next_are_in_order(5000));
  append(100);  // there is room again, but older ones wait in the file
  EXPECT_TRUE(all_are_in_order(3000));
  append(10);
  EXPECT_TRUE(all_are_in_order(3)) << "and goes on from memory";
}

TEST_F(EmbeddedInboxTest, BoundsTheBytesInMemoryToo) {
  constexpr std::size_t kMiB = 1024 * 1024;
  for (std::size_t total = 0; total < EmbeddedInbox::kMaxBytesInMemory + 4 * kMiB; total += 4 * kMiB)
    append(1, 4 * kMiB);
  append(3);
  EXPECT_TRUE(all_are_in_order(2));
}

TEST_F(EmbeddedInboxTest, LeavesNothingOutAndRepeatsNothingWhileItFallsBehindAndCatchesUp) {
  append(EmbeddedInbox::kMaxInMemory);
  std::thread writer([this] {
    for (int i = 0; i < 300; ++i) append(7);
  });
  bool in_order = true;
  while (in_order && given_ < EmbeddedInbox::kMaxInMemory + 2100) in_order = next_are_in_order(64);
  writer.join();
  EXPECT_TRUE(in_order) << "at " << given_;
}

TEST_F(EmbeddedInboxTest, ExpiresTheItemsOfTenantsThatWantItAndBeginsAnewWhereOthersDo) {
  const TimePoint now = world_.clock.now();
  std::vector<InboundItem> items(6);
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].tenant = TenantId{static_cast<std::int64_t>(i % 3) + 1};
    items[i].received_at = now - std::chrono::days(i < 3 ? 40 : 10);
    items[i].raw = "item";
  }
  ASSERT_TRUE(world_.run(inbox_->append(std::move(items))));
  inbox_->settle(world_.run(inbox_->next(10)).value().back().seq);
  restart();
  const auto expire = [&](std::vector<Retention> retention) {
    while (world_.run(inbox_->expire(retention, now, 2)).value() >= 2) {
    }
  };
  const auto left = [&] {
    return world_
        .run(world_.inbox_store->read<std::string>([](sqlite::Database& db) -> Result<std::string> {
          std::string found;
          auto rows = db.query("SELECT tenant, seq FROM inbox ORDER BY seq");
          while (rows.next()) found += fmt::format("{}:{} ", rows->integer(0), rows->integer(1));
          auto marks = db.query("SELECT count(*) FROM marks WHERE name LIKE 'expired%'");
          if (marks.next()) found += fmt::format("marks {}", marks->integer(0));
          return found;
        }))
        .value();
  };
  using std::chrono::days;
  expire({{TenantId{1}, days(30)}});
  EXPECT_EQ(left(), "2:2 3:3 1:4 2:5 3:6 marks 1");
  expire({{TenantId{1}, days(30)}, {TenantId{2}, days(30)}});
  EXPECT_EQ(left(), "3:3 1:4 2:5 3:6 marks 1") << "what was passed over before";
  expire({{TenantId{1}, days(30)}, {TenantId{2}, days(5)}, {TenantId{3}, days(90)}});
  EXPECT_EQ(left(), "3:3 1:4 3:6 marks 2");
  expire({});
  EXPECT_EQ(left(), "3:3 1:4 3:6 marks 0");
}

TEST_F(EmbeddedInboxTest, GivesWhatComesAfterEverythingElseWasForgotten) {
  std::vector<InboundItem> old(3);
  for (auto& item : old) item.kind = kStatus;
  ASSERT_TRUE(world_.run(inbox_->append(std::move(old))));
  inbox_->settle(world_.run(inbox_->next(10)).value().back().seq);
  restart();
  EXPECT_EQ(world_.run(inbox_->forget(kStatus, world_.clock.now(), 100)).value(), 3U);
  restart();

  InboundItem fresh;
  fresh.raw = "after a week of silence";
  ASSERT_TRUE(world_.run(inbox_->append({fresh})));
  const auto given = world_.run(inbox_->next(10)).value();
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0].raw, fresh.raw);

  restart();
  EXPECT_EQ(world_.run(inbox_->next(10)).value().at(0).raw, fresh.raw) << "it was not settled";
}

}  // namespace
}  // namespace claw
