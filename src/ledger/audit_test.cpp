#include "ledger/sqlite/audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/open_ledger.hpp"

namespace claw {
namespace {

using claw::testing::OpenLedger;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AuditTest : public ::testing::Test {
 protected:
  void change(TenantId tenant, std::string what, bool works = true) {
    const AuditRow row{0,           tenant,       from_ms(5), "person",       7, "ada@acme.example",
                       "192.0.2.7", "secret.set", "S",        std::move(what)};
    const auto written = world_.run(world_.store->write<void>([&](sqlite::Database& db) -> Result<void> {
      sqlite::write_audit(db, row);
      if (!works) return fail(ErrorKind::kConflict, "no");
      return {};
    }));
    ASSERT_EQ(written.has_value(), works);
  }
  Page<AuditRow> read(TenantId tenant, AuditFilter filter = {}) {
    return world_.run(log_.entries(tenant, std::move(filter))).value();
  }
  static std::vector<std::string> said(const Page<AuditRow>& page) {
    std::vector<std::string> list;
    for (const auto& row : page) list.push_back(row.what);
    return list;
  }
  OpenLedger world_;
  sqlite::SqliteAuditLog log_{*world_.store};
};

TEST_F(AuditTest, KeepsWhoDidWhatWhenAndFromWhere) {
  change(TenantId{1}, "replaced S");
  const auto page = read(TenantId{1});
  ASSERT_EQ(page.size(), 1U);
  EXPECT_EQ(page[0].who, "ada@acme.example");
  EXPECT_EQ(page[0].who_id, 7);
  EXPECT_EQ(page[0].from, "192.0.2.7");
  EXPECT_EQ(page[0].action, "secret.set");
  EXPECT_EQ(page[0].target, "S");
  EXPECT_EQ(page[0].at, from_ms(5));
}

TEST_F(AuditTest, TakesAChangeThatWasMadeElsewhere) {
  AuditRow row;
  row.tenant = TenantId{1};
  row.what = "subscribed at Meta";
  ASSERT_TRUE(world_.run(log_.add(row)));
  EXPECT_THAT(said(read(TenantId{1})), ElementsAre("subscribed at Meta"));
}

TEST_F(AuditTest, HasNoRowOfAChangeThatDidNotHappen) {
  change(TenantId{1}, "failed", false);
  EXPECT_THAT(read(TenantId{1}), IsEmpty());
}

TEST_F(AuditTest, ShowsATenantItsOwnRowsAndThePlatformAll) {
  change(TenantId{1}, "one");
  change(TenantId{2}, "two");
  change(TenantId{}, "platform");
  EXPECT_THAT(said(read(TenantId{1})), ElementsAre("one"));
  EXPECT_THAT(said(read(TenantId{}, {.of_all_tenants = true})), ElementsAre("platform", "two", "one"));
}

TEST_F(AuditTest, PagesFromTheNewest) {
  for (const char* what : {"a", "b", "c"}) change(TenantId{1}, what);
  const auto first = read(TenantId{1}, {.limit = 2});
  EXPECT_THAT(said(first), ElementsAre("c", "b"));
  EXPECT_THAT(said(read(TenantId{1}, {.limit = 2, .before = first.next})), ElementsAre("a"));
}

TEST_F(AuditTest, SearchesForWordsAsTheyAre) {
  change(TenantId{1}, "set limit to 100%");
  change(TenantId{1}, "set limit to 1000");
  EXPECT_THAT(said(read(TenantId{1}, {.search = "100%"})), ElementsAre("set limit to 100%"));
  EXPECT_THAT(said(read(TenantId{1}, {.search = "ADA@"})), ElementsAre("set limit to 1000", "set limit to 100%"));
}

}  // namespace
}  // namespace claw
