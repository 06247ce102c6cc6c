#include "ledger/template_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/sqlite_template_store.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TemplateStoreTest : public ::testing::Test {
 protected:
  TemplateRow row(const std::string& name, const std::string& id, std::int64_t tenant = 1) {
    TemplateRow made;
    made.tenant = TenantId{tenant};
    made.waba_id = "222";
    made.what.id = id;
    made.what.name = name;
    made.what.language = "en";
    made.what.category = "UTILITY";
    made.what.status = "APPROVED";
    made.what.components = R"([{"type":"BODY","text":"Hello from )" + name + R"("}])";
    return made;
  }
  void put(TemplateRow made) { put(std::move(made), now()); }
  void put(TemplateRow made, TimePoint asked_at) {
    std::vector<TemplateRow> rows;
    rows.push_back(std::move(made));
    ASSERT_TRUE(world_.run(store_.put(std::move(rows), asked_at)));
  }
  bool hear(whatsapp::TemplateNews news, std::int64_t told_at_s) {
    return world_.run(store_.hear(TenantId{1}, std::move(news), from_ms(told_at_s * 1000), now())).value();
  }
  static whatsapp::TemplateNews status(const std::string& id, const std::string& word) {
    whatsapp::TemplateNews news;
    news.id = id;
    news.status = word;
    return news;
  }
  Result<TemplateRow> find(const std::string& id, std::int64_t tenant = 1) {
    return world_.run(store_.find(TenantId{tenant}, id));
  }
  std::string status_of(const std::string& id) { return find(id).value().what.status; }
  std::vector<std::string> names(TemplateFilter filter = {}) {
    std::vector<std::string> found;
    for (const auto& each : world_.run(store_.list(TenantId{1}, std::move(filter))).value())
      found.push_back(each.what.name);
    return found;
  }
  [[nodiscard]] TimePoint now() const { return world_.clock.now(); }
  void pass() { world_.clock.advance(std::chrono::seconds(1)); }

  testing::OpenLedger world_;
  sqlite::SqliteTemplateStore store_{*world_.store};
};

TEST_F(TemplateStoreTest, FindsATemplateByIdAndByNameForItsTenantOnly) {
  put(row("order", "7"));
  EXPECT_EQ(find("7").value().what, row("order", "7").what);
  EXPECT_EQ(world_.run(store_.find_named(TenantId{1}, "222", "order", "en")).value().what.id, "7");
  EXPECT_EQ(find("7", 2).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(world_.run(store_.find_named(TenantId{1}, "333", "order", "en")).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(world_.run(store_.find_named(TenantId{1}, "222", "order", "de")).error().kind, ErrorKind::kNotFound);
}

TEST_F(TemplateStoreTest, ListsByNameInPagesWithoutLeavingOneOut) {
  for (const auto& [name, id] : {std::pair{"b", "1"}, {"a", "9"}, {"c", "2"}}) put(row(name, id));
  put(row("d", "4", 2));
  EXPECT_THAT(names(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(names({.limit = 2}), ElementsAre("a", "b"));
  EXPECT_THAT(names({.limit = 2, .after = TemplateCursor{"b", "en", "1"}}), ElementsAre("c"));
}

TEST_F(TemplateStoreTest, FindsByWordsStatusCategoryLanguageAndAccount) {
  auto sale = row("spring_sale", "1");
  sale.what.category = "MARKETING";
  sale.what.status = "PAUSED";
  sale.what.language = "de";
  sale.waba_id = "333";
  put(sale);
  put(row("order", "2"));
  EXPECT_THAT(names({.search = "SPRING"}), ElementsAre("spring_sale"));
  EXPECT_THAT(names({.search = "hello from order"}), ElementsAre("order"));
  EXPECT_THAT(names({.search = "g_s"}), ElementsAre("spring_sale"));
  EXPECT_THAT(names({.search = "g%s"}), IsEmpty()) << "what is looked for is words, not a pattern";
  EXPECT_THAT(names({.status = "PAUSED"}), ElementsAre("spring_sale"));
  EXPECT_THAT(names({.category = "UTILITY"}), ElementsAre("order"));
  EXPECT_THAT(names({.language = "de"}), ElementsAre("spring_sale"));
  EXPECT_THAT(names({.waba_id = "333"}), ElementsAre("spring_sale"));
}

TEST_F(TemplateStoreTest, AListThatWasAskedForBeforeAWebhookDoesNotUndoIt) {
  put(row("order", "7"));
  const auto asked = now();
  pass();
  ASSERT_TRUE(hear(status("7", "PAUSED"), 100));
  put(row("order", "7"), asked);
  EXPECT_EQ(status_of("7"), "PAUSED");
  pass();
  put(row("order", "7"));
  EXPECT_EQ(status_of("7"), "APPROVED") << "one that was asked for later says how it is now";
}

TEST_F(TemplateStoreTest, AWebhookThatWasOvertakenChangesNothing) {
  put(row("order", "7"));
  ASSERT_TRUE(hear(status("7", "DISABLED"), 200));
  ASSERT_TRUE(hear(status("7", "PAUSED"), 100));
  EXPECT_EQ(status_of("7"), "DISABLED");
  ASSERT_TRUE(hear(status("7", "APPROVED"), 300));
  EXPECT_EQ(status_of("7"), "APPROVED");
}

TEST_F(TemplateStoreTest, AWebhookSaysOnlyWhatItSays) {
  put(row("order", "7"));
  auto paused = status("7", "PAUSED");
  paused.reason = "bad feedback";
  ASSERT_TRUE(hear(paused, 100));
  whatsapp::TemplateNews quality;
  quality.id = "7";
  quality.quality = "RED";
  ASSERT_TRUE(hear(quality, 101));
  const auto found = find("7").value().what;
  EXPECT_EQ(found.status, "PAUSED");
  EXPECT_EQ(found.reason, "bad feedback");
  EXPECT_EQ(found.quality, "RED");
  EXPECT_EQ(found.category, "UTILITY");
  EXPECT_FALSE(hear(status("8", "PAUSED"), 100)) << "of one that is not here nothing is known";
}

TEST_F(TemplateStoreTest, WhyItIsPausedIsKeptWhereMetasListSaysNothing) {
  put(row("order", "7"));
  auto paused = status("7", "PAUSED");
  paused.reason = "bad feedback";
  ASSERT_TRUE(hear(paused, 100));
  pass();
  auto listed = row("order", "7");
  listed.what.status = "PAUSED";
  put(listed);
  EXPECT_EQ(find("7").value().what.reason, "bad feedback");
  pass();
  put(row("order", "7"));
  EXPECT_EQ(find("7").value().what.reason, "") << "and goes with the status";
}

TEST_F(TemplateStoreTest, WhatIsDeletedAtMetaGoes) {
  put(row("order", "7"));
  whatsapp::TemplateNews gone;
  gone.id = "7";
  gone.gone = true;
  ASSERT_TRUE(hear(gone, 100));
  EXPECT_EQ(find("7").error().kind, ErrorKind::kNotFound);
}

TEST_F(TemplateStoreTest, WhatAListDidNotHaveAnyMoreIsSweptAway) {
  put(row("old", "1"));
  put(row("kept", "2"));
  auto elsewhere = row("elsewhere", "3");
  elsewhere.waba_id = "333";
  put(elsewhere);
  pass();
  const auto begun = now();
  put(row("kept", "2"), begun);
  put(row("new", "4"), begun);
  EXPECT_EQ(world_.run(store_.sweep(TenantId{1}, "222", begun, 100)).value(), 1U);
  EXPECT_THAT(names(), ElementsAre("elsewhere", "kept", "new"));
}

TEST_F(TemplateStoreTest, ANameThatWasMadeAnewHasItsNewId) {
  put(row("order", "7"));
  put(row("order", "8"));
  EXPECT_EQ(find("7").error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(world_.run(store_.find_named(TenantId{1}, "222", "order", "en")).value().what.id, "8");
}

TEST_F(TemplateStoreTest, KnowsWhenAListWasReadAndWhatWentWrongLast) {
  const auto first = now();
  ASSERT_TRUE(world_.run(store_.note_sync(TenantId{1}, {"222", first, first, ""})));
  pass();
  ASSERT_TRUE(world_.run(store_.note_sync(TenantId{1}, {"222", {}, now(), "the token is over"})));
  const auto syncs = world_.run(store_.syncs(TenantId{1})).value();
  ASSERT_EQ(syncs.size(), 1U);
  EXPECT_EQ(syncs[0].at, first);
  EXPECT_EQ(syncs[0].tried_at, now());
  EXPECT_EQ(syncs[0].fault, "the token is over");
  EXPECT_THAT(world_.run(store_.syncs(TenantId{2})).value(), IsEmpty());
}

}  // namespace
}  // namespace claw
