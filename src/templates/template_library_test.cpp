#include "templates/template_library.hpp"

#include <atomic>
#include <functional>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/sqlite_template_store.hpp"
#include "support/eventually.hpp"
#include "support/fake_templates.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using claw::testing::eventually;
using claw::testing::FakeTemplates;
using claw::testing::named;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kNumber = "111";
constexpr const char* kWaba = "222";
constexpr const char* kNew =
    R"({"name":"fresh","language":"en","category":"UTILITY","components":[{"type":"BODY","text":"Hello."}]})";

/// Counts how often a template is looked up by name, and lets something happen between a reading and its answer.
class WatchedStore final : public TemplateStore {
 public:
  explicit WatchedStore(TemplateStore& real) : real_(real) {}

  std::atomic<int> readings = 0;
  std::function<Task<>()> overtaken_by;  ///< Once. Only set between the calls.

  [[nodiscard]] Task<Result<TemplateRow>> find(TenantId tenant, std::string id) override {
    return real_.find(tenant, std::move(id));
  }
  [[nodiscard]] Task<Result<TemplateRow>> find_named(TenantId tenant, std::string waba_id, std::string name,
                                                     std::string language) override {
    ++readings;
    auto row = co_await real_.find_named(tenant, std::move(waba_id), std::move(name), std::move(language));
    if (const auto overtakes = std::exchange(overtaken_by, nullptr)) co_await overtakes();
    co_return row;
  }
  [[nodiscard]] Task<Result<std::vector<TemplateRow>>> list(TenantId tenant, TemplateFilter filter) override {
    return real_.list(tenant, std::move(filter));
  }
  [[nodiscard]] Task<Result<void>> put(std::vector<TemplateRow> rows, TimePoint asked_at) override {
    return real_.put(std::move(rows), asked_at);
  }
  [[nodiscard]] Task<Result<bool>> hear(TenantId tenant, whatsapp::TemplateNews news, TimePoint told_at,
                                        TimePoint now) override {
    return real_.hear(tenant, std::move(news), told_at, now);
  }
  [[nodiscard]] Task<Result<void>> remove(TenantId tenant, std::string id) override {
    return real_.remove(tenant, std::move(id));
  }
  [[nodiscard]] Task<Result<std::size_t>> sweep(TenantId tenant, std::string waba_id, TimePoint begun_at,
                                                std::size_t limit) override {
    return real_.sweep(tenant, std::move(waba_id), begun_at, limit);
  }
  [[nodiscard]] Task<Result<std::vector<TemplateSync>>> syncs(TenantId tenant) override { return real_.syncs(tenant); }
  [[nodiscard]] Task<Result<void>> note_sync(TenantId tenant, TemplateSync sync) override {
    return real_.note_sync(tenant, std::move(sync));
  }

 private:
  TemplateStore& real_;
};

class TemplateLibraryTest : public ::testing::Test {
 protected:
  TemplateLibraryTest() {
    tenants_.set_access_token(acme_, "EAAG");
    tenants_.set(acme_, kWabaId, kWaba);
    library_.set_listener([this](TenantId) { ++told_; });
    meta_.has = {{"1", named("order", "1")}, {"2", named("sale", "2")}, {"3", named("thanks", "3")}};
  }
  TenantRef acme() { return tenants_.directory.by_id(acme_); }
  TemplateSync sync() { return world_.run(library_.sync(acme())).value().at(0); }
  std::vector<std::string> names() {
    std::vector<std::string> found;
    for (const auto& row : world_.run(store_.list(acme_, {})).value()) found.push_back(row.what.name);
    return found;
  }
  std::string status_of(const std::string& id) { return world_.run(store_.find(acme_, id)).value().what.status; }
  std::optional<whatsapp::TemplateRefusal> refusal(const std::string& name) {
    return world_.run(library_.refusal(acme(), kNumber, name, "en"));
  }
  void hear(const std::string& id, const std::string& status) {
    whatsapp::TemplateNews news;
    news.id = id;
    news.status = status;
    const int before = told_;
    library_.heard(acme_, kWaba, std::move(news), world_.clock.now());
    ASSERT_TRUE(eventually([&] { return told_ > before; }));
  }
  void pass(std::chrono::milliseconds time) { world_.clock.advance(time); }

  testing::OpenLedger world_;
  testing::TestTenants tenants_{world_};
  TenantId acme_ = tenants_.add("acme", kNumber);
  sqlite::SqliteTemplateStore kept_{*world_.store};
  WatchedStore store_{kept_};
  FakeTemplates meta_;
  std::atomic<int> told_ = 0;
  TemplateLibrary library_{world_.io, store_, meta_, tenants_.directory, world_.clock};
};

TEST_F(TemplateLibraryTest, ReadsAnAccountsListToItsEnd) {
  meta_.page_size = 2;
  const auto done = sync();
  EXPECT_EQ(done.waba_id, kWaba);
  EXPECT_EQ(done.fault, "");
  EXPECT_EQ(done.at, world_.clock.now());
  EXPECT_EQ(meta_.pages, 2);
  EXPECT_THAT(names(), ElementsAre("order", "sale", "thanks"));
  EXPECT_EQ(told_, 1);
}

TEST_F(TemplateLibraryTest, WhatMetaHasNoMoreIsGoneWithTheNextList) {
  sync();
  meta_.has.erase("2");
  pass(TemplateLibrary::kJustRead);
  sync();
  EXPECT_THAT(names(), ElementsAre("order", "thanks"));
}

TEST_F(TemplateLibraryTest, AListThatCannotBeReadLeavesWhatIsKnownAndSaysWhy) {
  sync();
  pass(std::chrono::minutes(1));
  meta_.refuse(GraphFailure::Kind::kRefused, "The token is over.");
  const auto done = sync();
  EXPECT_EQ(done.fault, "The token is over.");
  EXPECT_EQ(done.at, world_.clock.now() - std::chrono::minutes(1));
  EXPECT_THAT(names(), ElementsAre("order", "sale", "thanks"));
  meta_.fails.reset();
  EXPECT_EQ(sync().fault, "") << "one that failed may be tried again at once";
}

TEST_F(TemplateLibraryTest, WhoeverAsksTwiceAtOnceAsksMetaOnce) {
  sync();
  sync();
  EXPECT_EQ(meta_.pages, 1);
}

TEST_F(TemplateLibraryTest, ListsAreReadNowAndThenByThemselves) {
  library_.start();
  ASSERT_TRUE(eventually([&] { return world_.clock.sleepers() == 1; }));
  pass(TemplateLibrary::kLookEvery);
  ASSERT_TRUE(eventually([&] { return told_ == 1 && world_.clock.sleepers() == 1; }));
  pass(TemplateLibrary::kLookEvery);
  ASSERT_TRUE(eventually([&] { return world_.clock.sleepers() == 1; }));
  EXPECT_EQ(meta_.pages, 1);
  pass(TemplateLibrary::kSyncEvery);
  ASSERT_TRUE(eventually([&] { return told_ == 2; }));
  library_.stop();
}

TEST_F(TemplateLibraryTest, AnAccountIsClaimedOrSetOrToldByAWebhook) {
  using Account = TemplateLibrary::Account;
  tenants_.set(acme_, kPhoneNumberId, "111, 112, 113");
  tenants_.set(acme_, std::string(kWabaId) + "_113", "333");
  EXPECT_THAT(TemplateLibrary::accounts_of(*acme()), ElementsAre(Account{kWaba, "111"}, Account{"333", "113"}));
  tenants_.claim(acme_, "444", "112");
  EXPECT_THAT(TemplateLibrary::accounts_of(*acme()),
              ElementsAre(Account{kWaba, "111"}, Account{"444", "112"}, Account{"333", "113"}));
  const auto beta = tenants_.add("beta", "555");
  EXPECT_THAT(TemplateLibrary::accounts_of(*tenants_.directory.by_id(beta)), IsEmpty());
  tenants_.set(beta, "webhook.first.555", "2026-11-25T15:30:00Z 666");
  EXPECT_THAT(TemplateLibrary::accounts_of(*tenants_.directory.by_id(beta)), ElementsAre(Account{"666", "555"}));
}

TEST_F(TemplateLibraryTest, AWebhookChangesOneTemplateWithoutACall) {
  sync();
  hear("1", "PAUSED");
  EXPECT_EQ(status_of("1"), "PAUSED");
  EXPECT_EQ(meta_.looks, 0);
}

TEST_F(TemplateLibraryTest, AWebhookAboutATemplateThatIsNotHereFetchesIt) {
  hear("1", "APPROVED");
  EXPECT_EQ(meta_.looks, 1);
  EXPECT_THAT(names(), ElementsAre("order"));
}

TEST_F(TemplateLibraryTest, NewComponentsAreFetched) {
  sync();
  meta_.has["1"].components = R"([{"type":"BODY","text":"New."}])";
  pass(std::chrono::seconds(1));
  hear("1", "");
  EXPECT_EQ(world_.run(store_.find(acme_, "1")).value().what.components, R"([{"type":"BODY","text":"New."}])");
}

TEST_F(TemplateLibraryTest, AGoodOrUnknownTemplateIsNeverRefused) {
  sync();
  EXPECT_FALSE(refusal("order"));
  EXPECT_FALSE(refusal("never heard of"));
  EXPECT_EQ(meta_.looks, 0);
}

TEST_F(TemplateLibraryTest, APausedOneIsRefusedUntilMetaSaysOtherwise) {
  meta_.has["1"].status = "PAUSED";
  sync();
  ASSERT_TRUE(refusal("order"));
  EXPECT_EQ(refusal("order")->code, 132015);
  EXPECT_EQ(meta_.looks, 0) << "it was just read";
  pass(TemplateLibrary::kFresh);
  ASSERT_TRUE(refusal("order"));
  EXPECT_EQ(meta_.looks, 1);
  meta_.has["1"].status = "APPROVED";
  pass(TemplateLibrary::kFresh);
  EXPECT_FALSE(refusal("order"));
  EXPECT_EQ(status_of("1"), "APPROVED");
}

TEST_F(TemplateLibraryTest, AGoodOneIsReadOnceAMinuteHoweverManyAreSent) {
  sync();
  for (int sends = 0; sends < 5; ++sends) EXPECT_FALSE(refusal("order"));
  EXPECT_EQ(store_.readings, 1);
  for (int sends = 0; sends < 5; ++sends) EXPECT_FALSE(refusal("never heard of"));
  EXPECT_EQ(store_.readings, 2);
  pass(SendableTemplates::kTrusted);
  EXPECT_FALSE(refusal("order"));
  EXPECT_EQ(store_.readings, 3);
}

TEST_F(TemplateLibraryTest, OneThatAWebhookPausesIsRefusedWithTheNextSend) {
  sync();
  ASSERT_FALSE(refusal("order"));
  hear("1", "PAUSED");
  EXPECT_TRUE(refusal("order"));
  EXPECT_TRUE(refusal("order"));
  EXPECT_EQ(store_.readings, 3) << "a refusal is read anew each time";
  pass(std::chrono::seconds(1));
  hear("1", "APPROVED");
  EXPECT_FALSE(refusal("order"));
}

TEST_F(TemplateLibraryTest, OneThatAListSaysIsPausedIsRefusedWithTheNextSend) {
  sync();
  ASSERT_FALSE(refusal("order"));
  meta_.has["1"].status = "PAUSED";
  pass(TemplateLibrary::kJustRead);
  sync();
  EXPECT_TRUE(refusal("order"));
}

TEST_F(TemplateLibraryTest, OneThatIsFetchedOrMadeIsJudgedWithTheNextSendThoughNobodyKnewItBefore) {
  ASSERT_FALSE(refusal("order"));
  ASSERT_FALSE(refusal("fresh"));
  meta_.has["1"].status = "PAUSED";
  hear("1", "");
  EXPECT_TRUE(refusal("order"));
  ASSERT_FALSE(refusal("fresh"));
  ASSERT_TRUE(world_.run(library_.create(acme(), "", kNew)));
  EXPECT_EQ(refusal("fresh")->code, 132001) << "it is pending";
}

TEST_F(TemplateLibraryTest, OneThatIsGoneIsReadAnew) {
  sync();
  ASSERT_FALSE(refusal("order"));
  ASSERT_FALSE(refusal("sale"));
  ASSERT_TRUE(world_.run(library_.remove(acme(), "1")));
  EXPECT_FALSE(refusal("sale"));
  EXPECT_EQ(store_.readings, 3);
}

TEST_F(TemplateLibraryTest, AReadingThatAChangeOvertookIsNotRemembered) {
  sync();
  pass(TemplateLibrary::kJustRead);
  meta_.has["1"].status = "PAUSED";
  store_.overtaken_by = [this]() -> Task<> { (void)co_await library_.sync(acme()); };
  EXPECT_FALSE(refusal("order")) << "as it was when it was read";
  EXPECT_EQ(status_of("1"), "PAUSED");
  EXPECT_TRUE(refusal("order"));
}

TEST_F(TemplateLibraryTest, WhereMetaGivesNoAnswerAnOldRefusalHoldsNothingBack) {
  meta_.has["1"].status = "PAUSED";
  sync();
  pass(TemplateLibrary::kFresh);
  meta_.refuse(GraphFailure::Kind::kNotSent, "no connection");
  EXPECT_FALSE(refusal("order"));
  meta_.refuse(GraphFailure::Kind::kRefused, "the token may not look");
  EXPECT_TRUE(refusal("order"));
}

TEST_F(TemplateLibraryTest, WhatIsMadeIsInTheListAtOnceAsMetaPutIt) {
  const auto made = world_.run(library_.create(acme(), "", kNew)).value();
  EXPECT_EQ(meta_.account, kWaba);
  EXPECT_EQ(made.what.status, "PENDING");
  EXPECT_EQ(made.what.category, "MARKETING");
  EXPECT_EQ(world_.run(store_.find(acme_, "99")).value().what, made.what);
  EXPECT_EQ(told_, 1);
}

TEST_F(TemplateLibraryTest, WhatMetaWouldNotTakeNeverReachesIt) {
  const auto made = world_.run(library_.create(acme(), "", R"({"name":"No Name"})"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(meta_.account, "");
}

TEST_F(TemplateLibraryTest, WhoHasSeveralAccountsSaysWhichOne) {
  tenants_.set(acme_, kWabaId, "222, 333");
  const auto made = world_.run(library_.create(acme(), "", kNew));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::kConflict);
  EXPECT_THAT(made.error().message, HasSubstr("222, 333"));
  EXPECT_TRUE(world_.run(library_.create(acme(), "333", kNew)));
  EXPECT_EQ(meta_.account, "333");
}

TEST_F(TemplateLibraryTest, WhatMetaRefusesIsNeitherMadeNorDeleted) {
  sync();
  meta_.refuse(GraphFailure::Kind::kRefused, "No.");
  EXPECT_EQ(world_.run(library_.create(acme(), "", kNew)).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(world_.run(library_.remove(acme(), "1")).error().message, "No.");
  meta_.refuse(GraphFailure::Kind::kAmbiguous, "No answer came from Meta");
  EXPECT_EQ(world_.run(library_.create(acme(), "", kNew)).error().kind, ErrorKind::kAmbiguous);
  EXPECT_THAT(names(), ElementsAre("order", "sale", "thanks"));
}

TEST_F(TemplateLibraryTest, WhatIsDeletedIsGoneHereAndThere) {
  sync();
  ASSERT_TRUE(world_.run(library_.remove(acme(), "2")));
  EXPECT_THAT(names(), ElementsAre("order", "thanks"));
  EXPECT_FALSE(meta_.has.contains("2"));
  EXPECT_EQ(world_.run(library_.remove(acme(), "2")).error().kind, ErrorKind::kNotFound);
}

TEST_F(TemplateLibraryTest, OneThatMetaHasDeletedAlreadyCanBeDeletedHere) {
  sync();
  meta_.refuse(GraphFailure::Kind::kRefused, "No such name.");
  meta_.fails->error.subcode = 2593002;
  EXPECT_TRUE(world_.run(library_.remove(acme(), "2")));
  EXPECT_THAT(names(), ElementsAre("order", "thanks"));
}

}  // namespace
}  // namespace claw
